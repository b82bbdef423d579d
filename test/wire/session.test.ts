import { expect, test } from 'vitest';
import { frameTypes } from '../../src/wire/frame.ts';
import { FrameDecoder } from '../../src/wire/frame-decoder.ts';
import { maxHeadBytes, maxInfoHeads, maxMessageBytes } from '../../src/wire/limits.ts';
import type { Session } from '../../src/wire/session.ts';
import { drain, head, SessionPair } from './session-pair.ts';

const names = new Map<number, string>(
  Object.entries(frameTypes).map(([name, type]) => [type, name]),
);

/** Names of the frames in `bytes`, with their streams. */
function frames(bytes: Uint8Array): string[] {
  return new FrameDecoder('relay')
    .push(bytes)
    .map(({ type, flags, stream }) => `${names.get(type)} ${stream}${flags === 1 ? ' end' : ''}`);
}

const message = (session: Session, maxBytes = maxMessageBytes) =>
  Buffer.concat(session.take(maxBytes));

test('carries a request and its response, with heads as they are', () => {
  const pair = new SessionPair();
  const request = head('POST /wx?a=%20 HTTP/1.1\r\nhost: a\r\nHOST: b');
  const id = pair.relay.open(request, { end: false });
  pair.relay.write(id, Buffer.from('hello'));
  pair.relay.end(id);
  expect(pair.carry('relay')).toEqual([
    { type: 'open', stream: 1, head: request, end: false },
    { type: 'data', stream: 1, chunk: Buffer.from('hello'), end: true },
  ]);
  const response = head('HTTP/1.1 200 OK');
  pair.client.sendHead(id, response, { end: false });
  pair.client.write(id, Buffer.from('hi'));
  pair.client.end(id);
  expect(pair.carry('client')).toEqual([
    { type: 'head', stream: 1, head: response, end: false },
    { type: 'data', stream: 1, chunk: Buffer.from('hi'), end: true },
  ]);
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([0, 0]);
});

test('carries both directions one byte at a time', () => {
  const pair = new SessionPair();
  const body = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251));
  const id = pair.relay.open(head('PUT / HTTP/1.1'), { end: false });
  pair.relay.write(id, body);
  pair.relay.end(id, Buffer.from('a: b\r\n'));
  const up = pair.carry('relay', 1);
  pair.client.sendHead(id, head('HTTP/1.1 204 No Content'), { end: true });
  const down = pair.carry('client', 1);
  expect(up.map(({ type }) => type)).toEqual(['open', 'data', 'data', 'end']);
  expect(
    Buffer.concat(up.flatMap((event) => (event.type === 'data' ? [event.chunk] : []))),
  ).toEqual(body);
  expect(up.at(-1)).toEqual({ type: 'end', stream: 1, trailers: Buffer.from('a: b\r\n') });
  expect(down).toMatchObject([{ type: 'head', stream: 1, end: true }]);
  expect(pair.relay.activeStreams).toBe(0);
});

test('sends head, small body and end of one stream in one message, and ids rise by one', () => {
  const { relay } = new SessionPair();
  for (const body of ['a', 'b']) {
    const id = relay.open(head('POST / HTTP/1.1'), { end: false });
    relay.write(id, Buffer.from(body));
    relay.end(id);
  }
  relay.open(head('GET / HTTP/1.1'), { end: true });
  const pieces = relay.take(maxMessageBytes);
  expect(pieces).toHaveLength(1);
  expect(frames(pieces[0]!)).toEqual([
    'OPEN 1',
    'OPEN 2',
    'OPEN 3 end',
    'DATA 1 end',
    'DATA 2 end',
  ]);
  expect(relay.hasOutput).toBe(false);
  expect(relay.take(maxMessageBytes)).toEqual([]);
});

test('gives each stream one frame after the other, control frames first', () => {
  const pair = new SessionPair();
  const [bulk, small] = [pair.openStream(), pair.openStream()];
  pair.client.write(bulk, Buffer.alloc(100_000));
  pair.client.write(small, Buffer.from('quick'));
  pair.client.end(small);
  expect(frames(message(pair.client))).toEqual([
    `DATA ${bulk}`,
    `DATA ${small} end`,
    `DATA ${bulk}`,
    `DATA ${bulk}`,
    `DATA ${bulk}`,
  ]);
  pair.client.reset(small, 'internal');
  expect(frames(message(pair.client, 20_000))[0]).toBe(`RESET ${small}`);
});

test('does not copy large chunks, and gathers small ones into frames', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  const chunk = Buffer.alloc(65_536, 1);
  pair.client.write(id, chunk);
  const pieces = pair.client.take(maxMessageBytes);
  expect(pieces.map(({ length }) => length)).toEqual([9, 16_384, 9, 16_384, 9, 16_384, 9, 16_384]);
  expect(pieces[1]?.buffer).toBe(chunk.buffer);
  for (let i = 0; i < 3_000; i += 1) pair.client.write(id, Buffer.from([i]));
  const [piece, ...more] = pair.client.take(maxMessageBytes);
  expect(more).toEqual([]);
  expect(frames(piece!)).toEqual([`DATA ${id}`]);
  expect(piece).toHaveLength(9 + 3_000);
});

test('never writes into a message again that was handed out', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  pair.client.write(id, Buffer.from('first'));
  const first = message(pair.client);
  const pieces = [pair.client.take(0)];
  pair.client.write(id, Buffer.from('x'.repeat(5)));
  pieces.push(pair.client.take(maxMessageBytes));
  pair.client.write(id, Buffer.from('y'.repeat(5)));
  pieces.push(pair.client.take(maxMessageBytes));
  expect(first.subarray(9).toString()).toBe('first');
  expect(Buffer.concat(pieces[1]!).subarray(9).toString()).toBe('xxxxx');
  expect(Buffer.concat(pieces[2]!).subarray(9).toString()).toBe('yyyyy');
});

test('fills messages up to the limit and cuts DATA, but not into crumbs', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  pair.client.write(id, Buffer.alloc(40_000));
  expect(message(pair.client, 20_000)).toHaveLength(20_000);
  expect(message(pair.client, 17_400)).toHaveLength(9 + 16_384);
  expect(message(pair.client, 10)).toHaveLength(9 + 1_024);
  expect(frames(drain(pair.client))).toEqual([`DATA ${id}`]);
});

test('sends a head larger than the message alone, and keeps the rest for the next', () => {
  const { relay } = new SessionPair();
  relay.open(Buffer.alloc(maxHeadBytes), { end: true });
  relay.open(head('GET / HTTP/1.1'), { end: true });
  expect(frames(message(relay, 1_000))).toEqual(['OPEN 1 end']);
  expect(relay.hasOutput).toBe(true);
  expect(frames(message(relay, 1_000))).toEqual(['OPEN 2 end']);
});

test('keeps WINDOW and trailers for the next message when they do not fit in', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  pair.relay.write(id, Buffer.alloc(65_536));
  pair.carry('relay');
  pair.client.consumed(id, 65_536);
  pair.client.consumed(id, 0);
  pair.client.sendInfo(id, head('HTTP/1.1 103 Early Hints'));
  pair.client.end(id, Buffer.alloc(500, 'a'));
  pair.client.goAway('bye', 0);
  expect(frames(message(pair.client, 29))).toEqual(['GOAWAY 0']);
  expect(frames(message(pair.client, 29))).toEqual([`WINDOW ${id}`]);
  expect(frames(message(pair.client, 29))).toEqual([`END ${id}`]);
});

test('stops at the credit, and reports writable when the reader has consumed', () => {
  const pair = new SessionPair({ windowBytes: 1_000 });
  const id = pair.openStream();
  expect(pair.client.write(id, Buffer.alloc(999))).toBe(true);
  expect(pair.client.write(id, Buffer.alloc(501, 7))).toBe(false);
  const events = pair.carry('client');
  expect(events).toMatchObject([{ type: 'data', stream: id }]);
  expect(events[0]).toHaveProperty('chunk.length', 1_000);
  expect(pair.client.hasOutput).toBe(false);
  pair.relay.consumed(id, 249);
  expect(pair.relay.hasOutput).toBe(false);
  pair.relay.consumed(id, 1);
  expect(pair.carry('relay')).toEqual([]);
  expect(pair.carry('client')[0]).toHaveProperty('chunk.length', 250);
  pair.relay.consumed(id, 250);
  expect(pair.carry('relay')).toEqual([]);
  expect(pair.carry('client')[0]).toHaveProperty('chunk.length', 250);
  pair.relay.consumed(id, 500);
  expect(pair.carry('relay')).toEqual([{ type: 'writable', stream: id }]);
  expect(pair.client.write(id, Buffer.alloc(10))).toBe(true);
});

test('returns credit a quarter of the window at a time, and none for what has ended', () => {
  const pair = new SessionPair({ windowBytes: 10_000 });
  const [id, ended] = [pair.openStream(), pair.openStream()];
  for (const stream of [id, ended]) pair.relay.write(stream, Buffer.alloc(9_999));
  pair.carry('relay');
  const windows: string[] = [];
  for (let i = 0; i < 9_999; i += 1) {
    pair.client.consumed(id, 1);
    windows.push(...frames(drain(pair.client)));
  }
  expect(windows).toEqual([`WINDOW ${id}`, `WINDOW ${id}`, `WINDOW ${id}`]);
  pair.client.consumed(ended, 9_000);
  pair.relay.end(ended);
  pair.carry('relay');
  expect(drain(pair.client)).toHaveLength(0);
});

test('ends with empty chunks and empty halves too', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  expect(pair.client.write(id, Buffer.alloc(0))).toBe(true);
  pair.client.end(id);
  pair.relay.end(id);
  expect(pair.settle()).toEqual({
    client: [{ type: 'end', stream: id }],
    relay: [{ type: 'end', stream: id }],
  });
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([0, 0]);
});

test('lets a response end before its request, and the request go on', () => {
  const pair = new SessionPair();
  const id = pair.relay.open(head('POST / HTTP/1.1'), { end: false });
  pair.carry('relay');
  pair.client.sendHead(id, head('HTTP/1.1 413 Content Too Large'), { end: true });
  expect(pair.carry('client')).toMatchObject([{ type: 'head', end: true }]);
  expect(pair.relay.write(id, Buffer.alloc(200_000))).toBe(true);
  expect(pair.carry('relay')).toHaveLength(13);
  // The credit for it crosses the end of the request, and is no fault.
  pair.client.consumed(id, 200_000);
  pair.relay.end(id);
  expect(pair.relay.hasOutput).toBe(true);
  const window = pair.carry('relay');
  expect(window).toEqual([{ type: 'end', stream: id }]);
  expect(pair.settle()).toEqual({ client: [], relay: [] });
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([0, 0]);
});

test('accepts credit for a stream that has just ended', () => {
  const pair = new SessionPair();
  const id = pair.relay.open(head('POST / HTTP/1.1'), { end: false });
  pair.relay.write(id, Buffer.alloc(100_000));
  pair.carry('relay');
  pair.client.sendHead(id, head('HTTP/1.1 200 OK'), { end: true });
  pair.client.consumed(id, 100_000);
  const late = drain(pair.client);
  expect(frames(late)).toEqual([`HEAD ${id} end`, `WINDOW ${id}`]);
  pair.relay.end(id);
  pair.carry('relay');
  expect(pair.relay.receive(late, 0)).toMatchObject([{ type: 'head', end: true }]);
  expect(pair.relay.activeStreams).toBe(0);
});

test('passes on informational heads before the head, up to the limit', () => {
  const pair = new SessionPair();
  const id = pair.openStream({ response: false });
  const hint = head('HTTP/1.1 103 Early Hints');
  for (let i = 0; i < maxInfoHeads + 5; i += 1) pair.client.sendInfo(id, hint);
  pair.client.sendHead(id, head('HTTP/1.1 200 OK'), { end: false });
  pair.client.sendInfo(id, hint);
  const events = pair.carry('client');
  expect(events.filter(({ type }) => type === 'info')).toHaveLength(maxInfoHeads);
  expect(events.at(-1)).toMatchObject({ type: 'head' });
});

test('resets a stream: what waited is dropped, the other side is told, both forget it', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  pair.client.write(id, Buffer.alloc(200_000));
  pair.client.end(id);
  pair.relay.write(id, Buffer.from('on its way'));
  pair.client.reset(id, 'unreachable', 'connect ECONNREFUSED');
  pair.client.reset(id, 'internal');
  expect(pair.client.activeStreams).toBe(1);
  expect(pair.carry('client')).toEqual([
    { type: 'reset', stream: id, code: 'unreachable', message: 'connect ECONNREFUSED' },
  ]);
  expect(pair.relay.activeStreams).toBe(0);
  expect(frames(drain(pair.relay))).toEqual([`RESET ${id}`]);
});

test('throws away what still comes for a stream it has reset, until the other side ends it', () => {
  const pair = new SessionPair();
  const id = pair.openStream({ response: false });
  pair.relay.reset(id, 'cancelled');
  const reset = drain(pair.relay);
  pair.client.sendInfo(id, head('HTTP/1.1 100 Continue'));
  pair.client.sendHead(id, head('HTTP/1.1 200 OK'), { end: false });
  pair.client.write(id, Buffer.from('late'));
  pair.client.end(id, Buffer.from('a: b\r\n'));
  expect(pair.carry('client')).toEqual([]);
  expect(pair.relay.activeStreams).toBe(0);
  expect(pair.client.activeStreams).toBe(1);
  expect(pair.client.receive(reset, 0)).toEqual([
    { type: 'reset', stream: id, code: 'cancelled', message: '' },
  ]);
  // Its half had ended already: there is nothing to answer.
  expect(pair.client.hasOutput).toBe(false);
  expect(pair.client.activeStreams).toBe(0);
});

test('takes two resets that cross for one end', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  pair.client.reset(id, 'timeout');
  pair.relay.reset(id, 'cancelled');
  const [up, down] = [drain(pair.client), drain(pair.relay)];
  expect(pair.relay.receive(up, 0)).toEqual([]);
  expect(pair.client.receive(down, 0)).toEqual([]);
  expect([pair.client.hasOutput, pair.relay.hasOutput]).toEqual([false, false]);
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([0, 0]);
});

test('resets a stream whose own half it had ended', () => {
  const pair = new SessionPair();
  const id = pair.relay.open(head('GET / HTTP/1.1'), { end: true });
  pair.relay.reset(id, 'cancelled');
  expect(pair.settle().client.map(({ type }) => type)).toEqual(['open', 'reset']);
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([0, 0]);
});

test('ignores calls for streams that are gone', () => {
  const pair = new SessionPair();
  const id = pair.openStream();
  pair.relay.reset(id, 'cancelled');
  pair.carry('relay');
  expect(pair.client.write(id, Buffer.from('a'))).toBe(true);
  pair.client.sendHead(id, head('HTTP/1.1 200 OK'), { end: false });
  pair.client.sendInfo(id, head('HTTP/1.1 100 Continue'));
  pair.client.end(id);
  pair.client.consumed(id, 10);
  pair.client.reset(id, 'internal');
  expect(pair.relay.write(id, Buffer.from('a'))).toBe(true);
  pair.relay.end(id);
  pair.relay.consumed(id, 10);
  expect(frames(drain(pair.client))).toEqual([`RESET ${id}`]);
  expect(pair.relay.hasOutput).toBe(false);
});

test('names mistakes of its owner', () => {
  const pair = new SessionPair();
  const id = pair.openStream({ response: false });
  const get = head('GET / HTTP/1.1');
  expect(() => pair.client.open(get, { end: true })).toThrow('only the relay');
  expect(() => pair.relay.sendHead(id, get, { end: true })).toThrow('only the client');
  expect(() => pair.relay.sendInfo(id, get)).toThrow('only the client');
  expect(() => pair.client.write(id, get)).toThrow('no head yet');
  expect(() => pair.client.end(id)).toThrow('no head yet');
  expect(() => pair.relay.consumed(id, 1)).toThrow(RangeError);
  expect(() => pair.relay.open(Buffer.alloc(maxHeadBytes + 1), { end: true })).toThrow(RangeError);
  expect(() => pair.relay.end(id, Buffer.alloc(maxHeadBytes + 1))).toThrow(RangeError);
  pair.client.sendHead(id, get, { end: false });
  expect(() => pair.client.sendHead(id, get, { end: false })).toThrow('head already');
  pair.client.end(id);
  expect(() => pair.client.write(id, get)).toThrow('ended before');
  const whole = pair.openStream({ response: false });
  pair.client.sendHead(whole, get, { end: true });
  expect(() => pair.client.write(whole, get)).toThrow('ended before');
});

test('opens no more streams than allowed, counting those whose reset is not confirmed', () => {
  const pair = new SessionPair({ maxStreams: 2 });
  const id = pair.openStream();
  pair.openStream();
  expect(pair.relay.canOpen).toBe(false);
  expect(() => pair.relay.open(head('GET / HTTP/1.1'), { end: true })).toThrow(RangeError);
  pair.relay.reset(id, 'cancelled');
  pair.carry('relay');
  expect(pair.relay.canOpen).toBe(false);
  pair.carry('client');
  expect(pair.relay.canOpen).toBe(true);
});

test('goes away when the ids are used up, and finishes what is open', () => {
  const pair = new SessionPair({ maxStreamId: 2 });
  pair.openStream();
  const last = pair.relay.open(head('GET / HTTP/1.1'), { end: true });
  expect(pair.relay.canOpen).toBe(false);
  expect(pair.carry('relay')).toEqual([
    { type: 'open', stream: 2, head: head('GET / HTTP/1.1'), end: true },
    { type: 'go-away', reason: 'stream ids are used up', deadlineMs: 0 },
  ]);
  pair.client.sendHead(last, head('HTTP/1.1 200 OK'), { end: true });
  expect(pair.carry('client')).toMatchObject([{ type: 'head', stream: 2 }]);
  expect(pair.relay.activeStreams).toBe(1);
});

test('refuses streams that cross its own farewell, as not processed', () => {
  const pair = new SessionPair();
  const open = pair.openStream();
  pair.client.goAway('laptop sleeps', 5_000);
  const crossing = pair.relay.open(head('GET / HTTP/1.1'), { end: true });
  const second = pair.relay.open(head('POST / HTTP/1.1'), { end: false });
  expect(pair.carry('relay')).toEqual([]);
  expect(pair.carry('client')).toEqual([
    { type: 'go-away', reason: 'laptop sleeps', deadlineMs: 5_000 },
    { type: 'reset', stream: crossing, code: 'refused', message: '' },
    { type: 'reset', stream: second, code: 'refused', message: '' },
  ]);
  expect(pair.relay.canOpen).toBe(false);
  pair.settle();
  const late = new SessionPair();
  late.client.goAway('bye', 0);
  const refused = late.relay.open(head('POST / HTTP/1.1'), { end: false });
  late.relay.write(refused, Buffer.from('sent before the refusal was read'));
  expect(late.carry('relay')).toEqual([]);
  pair.client.write(open, Buffer.from('still works'));
  expect(pair.carry('client')).toMatchObject([{ type: 'data', stream: open }]);
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([1, 1]);
});

test('lets the relay repeat its farewell with a nearer deadline', () => {
  const pair = new SessionPair();
  pair.relay.goAway('shutting down', 30_000);
  pair.relay.goAway('shutting down', 1_000);
  expect(pair.carry('relay').map((event) => event.type === 'go-away' && event.deadlineMs)).toEqual([
    30_000, 1_000,
  ]);
});

test('measures the round trip, and answers the newest of several PINGs only', () => {
  const pair = new SessionPair();
  expect(pair.client.rttMs).toBeUndefined();
  pair.client.tick(0);
  pair.now = 40;
  pair.settle();
  expect(pair.client.rttMs).toBe(40);
  const raw = Buffer.from('000008200000000000' + '0000000000000001', 'hex');
  const next = Buffer.from('000008200000000000' + '0000000000000002', 'hex');
  pair.relay.receive(Buffer.concat([raw, next]), 0);
  expect(drain(pair.relay).toString('hex')).toBe('0000082100000000000000000000000002');
});

/** When `pair.client` gives up a relay that says nothing after `now`; -1: not within a minute. */
function givesUpAt(pair: SessionPair, from: number): number {
  for (let now = from; now <= from + 60_000; now += 1_000)
    if (pair.client.tick(now).some(({ type }) => type === 'dead')) return now - from;
  return -1;
}

test('gives up a silent relay sooner while an answer has not been heard of, or another link fell silent', () => {
  const idle = new SessionPair();
  const answered = new SessionPair();
  const stream = answered.openStream();
  answered.relay.end(stream);
  answered.settle();
  answered.client.end(stream);
  drain(answered.client);
  expect(answered.client.activeStreams).toBe(0);
  const suspected = new SessionPair();
  suspected.client.suspect();
  const calmed = new SessionPair();
  calmed.client.suspect();
  calmed.relay.tick(0);
  calmed.carry('relay');
  expect([idle, answered, suspected, calmed].map((pair) => givesUpAt(pair, 0))).toEqual([
    30_000, 9_000, 9_000, 30_000,
  ]);
});

test('reports a silent peer as dead, and not one that answers', () => {
  const pair = new SessionPair();
  pair.openStream();
  const silent = { at: -1 };
  for (let now = 0; now <= 40_000; now += 1_000) {
    pair.now = now;
    if (pair.client.tick(now).some(({ type }) => type === 'dead')) silent.at = now;
    if (now < 20_000) pair.settle();
    if (silent.at >= 0) break;
  }
  // With a stream open it asks every 4 s of silence; the last answer came at 16 s.
  expect(silent.at).toBe(16_000 + 9_000);
});

import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { encodeFrame, frameTypes } from '../../src/wire/frame.ts';
import { bulkBytes } from '../../src/wire/limits.ts';
import { encodeGoAway, everyStream } from '../../src/wire/payloads.ts';
import { Session } from '../../src/wire/session.ts';
import { drain, head, SessionPair } from './session-pair.ts';

const farewell = (lastStream: number): Buffer =>
  Buffer.from(
    encodeFrame({
      type: frameTypes.GOAWAY,
      flags: 0,
      stream: 0,
      payload: encodeGoAway({ lastStream, deadlineMs: 5_000, reason: 'bye' }),
    }),
  );

/** The rule that `run` finds broken. */
function ruleOf(run: () => void): string | undefined {
  try {
    run();
  } catch (error) {
    if (isWxDevError(error, 'WXD4009')) return error.details.rule;
    throw error;
  }
  return undefined;
}

test('an announced farewell is news, and streams may still be opened after it, until the real one', () => {
  const relay = new Session({ role: 'relay', now: 0, hasLinks: true });
  const client = new Session({ role: 'client', now: 0, hasLinks: true });
  relay.announceGoAway('the relay ends', 1_000);
  expect(client.receive(drain(relay), 0)).toEqual([
    { type: 'leaving', reason: 'the relay ends', deadlineMs: 1_000 },
  ]);
  expect(relay.canOpen).toBe(true);
  relay.open(head('GET / HTTP/1.1'), { end: true });
  expect(client.receive(drain(relay), 0)).toMatchObject([{ type: 'open', stream: 1 }]);
  relay.goAway('the relay ends', 0);
  expect(client.receive(drain(relay), 0)).toMatchObject([{ type: 'go-away' }]);
  expect(relay.canOpen).toBe(false);
});

test('without the feature, or from a client, it is what it was: a farewell to streams that were never opened', () => {
  const plain = new Session({ role: 'client', now: 0 });
  expect(ruleOf(() => plain.receive(farewell(everyStream), 0))).toMatch(/never opened/);
  const relay = new Session({ role: 'relay', now: 0, hasLinks: true });
  expect(ruleOf(() => relay.receive(farewell(everyStream), 0))).toMatch(/never opened/);
  // And after the real one.
  const client = new Session({ role: 'client', now: 0, hasLinks: true });
  client.receive(farewell(0), 0);
  expect(ruleOf(() => client.receive(farewell(everyStream), 0))).toMatch(/never opened/);
});

test('a relay that announces without end is cut off', () => {
  const client = new Session({ role: 'client', now: 0, hasLinks: true });
  const flood = Buffer.concat(Array.from({ length: 1_000 }, () => farewell(everyStream)));
  const rule = ruleOf(() => {
    for (let i = 0; i < 20; i++) client.receive(flood, 0);
  });
  expect(rule).toMatch(/too many frames without effect/);
});

test('a stream counts as bulk beyond a megabyte, both ways together, until it is over', () => {
  const pair = new SessionPair({ windowBytes: 4 * bulkBytes });
  const id = pair.openStream();
  const half = Buffer.alloc(bulkBytes / 2);
  pair.relay.write(id, half);
  pair.client.write(id, half);
  pair.settle();
  expect([pair.relay.bulkStreams, pair.client.bulkStreams]).toEqual([0, 0]);
  pair.client.write(id, Buffer.alloc(1));
  pair.settle();
  expect([pair.relay.bulkStreams, pair.client.bulkStreams]).toEqual([1, 1]);
  const small = pair.openStream();
  expect(pair.relay.bulkStreams).toBe(1);
  pair.relay.reset(id, 'cancelled');
  pair.settle();
  expect([pair.relay.bulkStreams, pair.client.bulkStreams]).toEqual([0, 0]);
  pair.client.end(small);
  pair.relay.end(small);
  pair.settle();
  expect(pair.relay.activeStreams).toBe(0);
});

import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { encodeFrame, frameTypes } from '../../src/wire/frame.ts';
import { sessionLimits } from '../../src/wire/limits.ts';
import { EvilClient, type EvilFrame } from '../helpers/evil-client.ts';
import { portOf, RawClient, startApp, useRelay, useTunnel } from '../helpers/tunnel.ts';

/**
 * A tunnel's client that answers so that whoever reads the public connection would cut it elsewhere: the next answer on it would be the
 * client's, perhaps for the request of somebody else behind a proxy that shares the connection. The relay frames every answer anew.
 */

const host = 'Host: evil.localhost\r\n';
const GET = `GET / HTTP/1.1\r\n${host}\r\n`;
const forged = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
const ok: readonly [EvilFrame, EvilFrame] = [
  ['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'],
  ['DATA', 1, 1, 'ok'],
];

async function stage(request: string): Promise<{ evil: EvilClient; client: RawClient }> {
  const port = portOf(await useRelay());
  const evil = await EvilClient.connect(port);
  const client = new RawClient(port).send(request);
  await evil.next();
  return { evil, client };
}

/** Everything that a visitor gets who asked for `request`, and the evil client answered with `frames`. */
async function answerTo(request: string, frames: readonly EvilFrame[]): Promise<string> {
  const { evil, client } = await stage(request);
  evil.send(...frames);
  return client.untilClosed();
}

test.each<[what: string, head: string]>([
  ['two heads', `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${forged}`],
  ['a head and a body', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil\r\n\r\n'],
  ['a field that ends in LF', 'HTTP/1.1 200 OK\r\nX: 1\nContent-Length: 0\r\n\r\n'],
  ['a field with a CR', 'HTTP/1.1 200 OK\r\nX: 1\rContent-Length: 0\r\n\r\n'],
  ['a field with a NUL', 'HTTP/1.1 200 OK\r\nX: 1\0\r\n\r\n'],
  ['a folded field', 'HTTP/1.1 200 OK\r\nX: 1\r\n Content-Length: 0\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n'],
  ['a reason with a CR', 'HTTP/1.1 200 O\rK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['no line break at all', 'HTTP/1.1 200 OK'],
  ['lengths that differ', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\n'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\n'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\n'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  ['a coding nobody knows', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: cow\r\n\r\n'],
  ['a switch nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'],
  ['a switch to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
])('a head with %s is a 502, and nothing of it comes through', async (_what, head) => {
  const text = await answerTo(`${GET}${GET}`, [
    ['HEAD', 1, 0, head],
    ['DATA', 1, 1, forged],
  ]);
  expect(text).toMatch(/^HTTP\/1\.1 502 [^]*x-wx-dev-error: WXD4043\r\n/);
  expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  expect(text).not.toContain('evil\r\n');
});

test.each<[what: string, request: string, head: string]>([
  ['HEAD', `HEAD / HTTP/1.1\r\n${host}\r\n`, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'],
  [
    'HEAD, in chunks',
    `HEAD / HTTP/1.1\r\n${host}\r\n`,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  ['204', GET, 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n'],
  ['304', GET, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n'],
])('%s has no body, whatever its client sends for one', async (_what, request, head) => {
  const { evil, client } = await stage(`${request}${GET}`);
  evil.send(['HEAD', 1, 0, head], ['DATA', 1, 0, forged], ['END', 1, 0, 'X: 1\r\n']);
  await evil.next();
  evil.send(['HEAD', 2, 0, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'], ['DATA', 2, 1, 'good']);
  const text = await client.until((received) => received.endsWith('good'));
  expect(text).not.toContain('evil');
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(2);
  expect(text).not.toContain('X: 1');
});

test('an answer has one framing: what its client says of hops stays on this side', async () => {
  const fields =
    'Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=99\r\nProxy-Connection: keep-alive\r\n' +
    'Proxy-Authenticate: Basic\r\nTE: trailers\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\nX-Stays: 1\r\n';
  const { evil, client } = await stage(GET);
  evil.send(
    ['HEAD', 1, 0, `HTTP/1.1 200 OK\r\n${fields}\r\n`],
    ['DATA', 1, 0, '5\r\nhello\r\n0\r\n\r\n'],
    ['END', 1, 0, ''],
  );
  const text = await client.until((received) => received.endsWith('\r\n0\r\n\r\n'));
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  expect(head).toContain('X-Stays: 1');
  expect(head.match(/transfer-encoding/gi)).toHaveLength(1);
  expect(head).not.toMatch(/x-hop|keep-alive|proxy-|^te:|upgrade|content-length/im);
  // Its chunks are bytes of the body like any others.
  expect(body).toBe('f\r\n5\r\nhello\r\n0\r\n\r\n\r\n0\r\n\r\n');
});

test('a body that is longer than its length is cut, before the first byte too many', async () => {
  const { evil, client } = await stage(`${GET}${GET}`);
  evil.send(['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'], ['DATA', 1, 0, 'ok']);
  await client.until((received) => received.endsWith('ok'));
  evil.send(['DATA', 1, 1, forged]);
  expect(await client.untilClosed()).toMatch(/\r\n\r\nok$/);
});

test.each<[what: string, trailers: string]>([
  ['a second answer', `X: 1\r\n\r\n${forged}`],
  ['a line that ends in LF', 'X: 1\nY: 2\r\n'],
  ['a line without an end', 'X: 1'],
  ['no field', 'GET / HTTP/1.1\r\n'],
  ['a NUL', 'X: \0\r\n'],
])('trailers with %s end the connection in the middle of the body', async (_what, trailers) => {
  const { evil, client } = await stage(`${GET}${GET}`);
  evil.send(['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\n\r\n'], ['DATA', 1, 0, 'body']);
  await client.until((received) => received.endsWith('body\r\n'));
  evil.send(['END', 1, 0, trailers]);
  expect(await client.untilClosed()).toMatch(/\r\n4\r\nbody\r\n$/);
});

test('trailers say nothing about length, host or cookies', async () => {
  const { evil, client } = await stage(GET);
  const trailers = 'Content-Length: 9\r\nSet-Cookie: a=1\r\nHost: evil\r\nX-Sum: 1\r\n';
  evil.send(
    ['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\n\r\n'],
    ['DATA', 1, 0, 'body'],
    ['END', 1, 0, trailers],
  );
  const text = await client.until((received) => /\r\n0\r\n[^]*\r\n\r\n$/.test(received));
  expect(text.slice(text.indexOf('\r\n0\r\n'))).toBe('\r\n0\r\nX-Sum: 1\r\n\r\n');
});

test('an informational head never reaches a client of HTTP/1.0, which would take it for the answer', async () => {
  const text = await answerTo(`GET / HTTP/1.0\r\n${host}\r\n`, [
    ['INFO', 1, 0, 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ...ok,
  ]);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
});

test('a switch of protocols has no length, and what follows is bytes in both directions', async () => {
  const { evil, client } = await stage(
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`,
  );
  evil.send(
    ['HEAD', 1, 0, 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nContent-Length: 3\r\n\r\n'],
    ['DATA', 1, 0, forged],
  );
  const text = await client.until((received) => received.endsWith('evil'));
  expect(text.slice(0, text.indexOf('\r\n\r\n'))).not.toMatch(/content-length/i);
  // Another request is none any more: it goes to this client, and to nobody else.
  const more = once(evil.socket, 'message');
  client.send('GET / HTTP/1.1\r\nHost: other.localhost\r\n\r\n');
  expect(String((await more)[0])).toContain('Host: other.localhost');
});

/** What only a client that breaks the protocol sends; the number of its stream is that of the one request in work. */
const violations: [what: string, frames: readonly EvilFrame[]][] = [
  ['an answer to a request of somebody else', [['HEAD', 2, 1, 'HTTP/1.1 200 OK\r\n\r\n']]],
  ['an answer to request 4294967295', [['HEAD', 0xffff_ffff, 1, 'HTTP/1.1 200 OK\r\n\r\n']]],
  ['two answers', [ok[0], ok[0]]],
  ['an answer after its answer', [...ok, ok[0]]],
  ['bytes before the head', [['DATA', 1, 0, 'x']]],
  ['bytes after the end', [...ok, ['DATA', 1, 0, 'x']]],
  ['an end after the end', [...ok, ['END', 1, 0, '']]],
  ['a hint after the head', [ok[0], ['INFO', 1, 0, 'HTTP/1.1 103 Early Hints\r\n\r\n']]],
  [
    'hints without end',
    Array.from({ length: 17 }, (): EvilFrame => ['INFO', 1, 0, 'HTTP/1.1 103 Early Hints\r\n\r\n']),
  ],
  ['a request', [['OPEN', 2, 0, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n']]],
  ['a second introduction', [['HELLO', 0, 0, '{}']]],
  ['a welcome', [['WELCOME', 0, 0, '{}']]],
  ['credit for bytes that never came', [['WINDOW', 1, 0, '\0\0\0\0\0\xff\xff\xff\0\0\x01\0']]],
  ['credit beyond all measure', [['WINDOW', 1, 0, '\0\0\0\0\0\0\0\0\xff\xff\xff\xff']]],
  ['an acknowledgement it has not agreed on', [['ACK', 0, 0, '\0\0\0\0\0\0\0\x01']]],
  ['a farewell from a request that never was', [['GOAWAY', 0, 0, '\0\0\0\x63\0\0\0\0']]],
  ['a flag nobody knows', [['DATA', 1, 4, 'x']]],
  ['a stream on the session', [['HEAD', 0, 0, 'HTTP/1.1 200 OK\r\n\r\n']]],
  ['a session on a stream', [['PING', 1, 0, '12345678']]],
];

test.each(violations)(
  'a client that sends %s is cut off (1002), and costs nobody else anything',
  async (_what, frames) => {
    const app = await startApp((_request, response) => response.end('fine'));
    const relay = await useRelay();
    const port = portOf(relay);
    await useTunnel(relay, { target: app.url, subdomain: 'app' });
    const evil = await EvilClient.connect(port);
    const victim = new RawClient(port).send(GET);
    await evil.next();
    const closed = once(evil.socket, 'close');
    evil.send(...frames);
    expect((await closed)[0]).toBe(1002);
    // Its visitor gets what had come, or is told.
    await victim.untilClosed();
    expect(victim.text).toMatch(/^HTTP\/1\.1 (?:200|103|502|503) /);
    const neighbour = new RawClient(port).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
    expect((await neighbour.response()).body).toBe('fine');
  },
);

test('a client that sends more than its reader has given credit for is cut off', async () => {
  const { evil, client } = await stage(GET);
  client.socket.pause();
  const closed = once(evil.socket, 'close');
  evil.send(['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\n\r\n']);
  // More than the system takes for a reader that takes nothing, and the credit on top.
  const chunk = 'x'.repeat(16_384);
  const isClosed = closed.then(() => true);
  let sent = 0;
  while (!(await Promise.race([isClosed, new Promise((next) => setImmediate(next, false))]))) {
    if (evil.socket.bufferedAmount > 1_000_000) continue;
    evil.send(['DATA', 1, 0, chunk]);
    sent += chunk.length;
    if (sent > 4_000 * sessionLimits.windowBytes) throw new Error('nobody stopped it');
  }
  expect((await closed)[0]).toBe(1002);
});

/** What a client may send to fill the memory of its relay, or to keep it busy. */
const floods: [what: string, flood: (socket: WebSocket) => void][] = [
  ['PINGs', (socket) => socket.send(repeat(frameTypes.PING, 8))],
  ['farewells', (socket) => socket.send(repeat(frameTypes.GOAWAY, 8))],
  ['frames nobody knows', (socket) => socket.send(repeat(0x99, 0))],
  ['a message without measure', (socket) => socket.send(Buffer.alloc(300_000))],
  [
    'a message in pieces without end',
    (socket) => {
      for (let i = 0; i < 20_000; i++) socket.send(Buffer.of(0), { fin: false });
    },
  ],
  [
    'pings of the WebSocket whose pongs it does not read',
    (socket) => {
      socket.pause();
      // Until the system holds no more of answers that nobody reads.
      const more = (): void => {
        if (socket.readyState !== socket.OPEN) return;
        for (let i = 0; i < 5_000; i++) socket.ping(LARGEST_PING);
        setImmediate(more);
      };
      more();
    },
  ],
];

/** RFC 6455 §5.5: a control frame carries no more. */
const LARGEST_PING = Buffer.alloc(125);

function repeat(type: number, bytes: number): Buffer {
  const one = encodeFrame({ type, flags: 0, stream: 0, payload: Buffer.alloc(bytes) });
  return Buffer.concat(Array.from({ length: 10_000 }, () => one));
}

test.each(floods)('a client that floods its relay with %s is cut off', async (_what, flood) => {
  const relay = await useRelay();
  const evil = await EvilClient.connect(portOf(relay));
  evil.socket.on('error', () => undefined);
  const closed = once(relay.events, 'tunnel-closed');
  flood(evil.socket);
  expect((await closed)[0]).toMatchObject({ name: 'evil' });
  evil.socket.terminate();
});

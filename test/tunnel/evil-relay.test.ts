import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { encodeFrame, endFlag, frameTypes } from '../../src/wire/frame.ts';
import { encodeWelcome, subprotocol } from '../../src/wire/handshake.ts';
import { frameHeaderBytes } from '../../src/wire/limits.ts';
import {
  encodeAck,
  encodeGoAway,
  encodePing,
  encodeReset,
  encodeWindow,
} from '../../src/wire/payloads.ts';
import { eventually, listenOn, ownerOf, startApp } from '../helpers/tunnel.ts';

/** A relay that does whatever it likes: the client and the app behind it bear it. */

const welcome = {
  protocol: 1,
  session: 's',
  name: 'app',
  url: 'https://app.example.com',
  features: ['resume', 'links'],
  graceMs: 1,
} as const;

type Act = (socket: WebSocket) => void;

/** A relay that does `act` with each client that has introduced itself. */
async function startEvilRelay(act: () => Act): Promise<string> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('message', () => act()(socket));
  });
  return listenOn(server);
}

const heads = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /_wx-dev/ping HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nX-Wx-Dev-Spooled: 1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: 1\nY: 2\r\n\r\n',
  'GET http://elsewhere.example/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\n',
  '\r\n\r\n',
];

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const anyBytes = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });
const frameOf = (
  type: number,
  stream: fc.Arbitrary<number>,
  payload: fc.Arbitrary<Uint8Array>,
  flags: fc.Arbitrary<number> = fc.constant(0),
): fc.Arbitrary<Uint8Array> =>
  fc
    .record({ stream, payload, flags })
    .map((frame) => encodeFrame({ type, ...frame, payload: Buffer.from(frame.payload) }));

const stream = fc.integer({ min: 1, max: 4 });
const end = fc.constantFrom(0, 0, endFlag);
const number = fc.integer({ min: 0, max: 300_000 });
const { OPEN, DATA, END, RESET, WINDOW, PING, GOAWAY, ACK, HEAD, HELLO } = frameTypes;

/** About half of what comes is what an honest relay could have sent at another time. */
const frame: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: frameOf(OPEN, stream, fc.constantFrom(...heads).map(bytesOf), end) },
  { weight: 4, arbitrary: frameOf(DATA, stream, anyBytes(40), end) },
  { weight: 1, arbitrary: frameOf(DATA, stream, fc.constant(Buffer.alloc(16_384, 'x')), end) },
  {
    weight: 2,
    arbitrary: frameOf(END, stream, fc.constantFrom('', 'a: b\r\n', 'x').map(bytesOf)),
  },
  {
    weight: 2,
    arbitrary: frameOf(RESET, stream, fc.constant(encodeReset('cancelled', '\x1b[2J'))),
  },
  {
    weight: 2,
    arbitrary: frameOf(
      WINDOW,
      stream,
      fc.tuple(number, number).map(([a, b]) => encodeWindow(a, b)),
    ),
  },
  { weight: 1, arbitrary: frameOf(PING, fc.constant(0), number.map(encodePing)) },
  { weight: 1, arbitrary: frameOf(ACK, fc.constant(0), number.map(encodeAck)) },
  {
    weight: 1,
    arbitrary: frameOf(
      GOAWAY,
      fc.constant(0),
      fc
        .constantFrom(0, 1, 0xffff_ffff)
        .map((lastStream) =>
          encodeGoAway({ lastStream, deadlineMs: lastStream, reason: 'superseded' }),
        ),
    ),
  },
  {
    weight: 1,
    arbitrary: frameOf(HEAD, stream, fc.constant(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))),
  },
  { weight: 1, arbitrary: frameOf(HELLO, fc.constant(0), fc.constant(Buffer.from('{}'))) },
  { weight: 1, arbitrary: anyBytes(60) },
);

/** The order in which an honest relay opens: ids that rise by one, so that something gets as far as the app. */
const opening = fc
  .array(fc.tuple(fc.constantFrom(...heads), end), { maxLength: 4 })
  .map((opened) =>
    opened.map(([head, flags], i) =>
      encodeFrame({ type: OPEN, flags, stream: i + 1, payload: Buffer.from(head) }),
    ),
  );

const script = fc.record({
  opening,
  frames: fc.array(frame, { maxLength: 12 }),
  cut: fc.integer({ min: 1, max: 5_000 }),
  ending: fc.constantFrom('close', 'terminate', 'text', 'wait'),
});

test('whatever a relay sends, the client lives, and the app gets only requests that are whole', async () => {
  let act: Act = () => undefined;
  const relay = await startEvilRelay(() => act);
  const broken: string[] = [];
  let requests = 0;
  const app = await startApp((request, response) => {
    requests += 1;
    request.on('error', () => undefined);
    request.resume().on('end', () => response.end('ok'));
  });
  app.server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhi');
  });
  app.server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A request that is cut off in the middle is none; any other complaint is about what the client wrote.
    if (error.code !== 'HPE_INVALID_EOF_STATE' && error.code !== 'ECONNRESET')
      broken.push(`${error.code}`);
    socket.destroy();
  });
  const property = fc.asyncProperty(script, async ({ opening: opens, frames, cut, ending }) => {
    let sent: () => void = () => undefined;
    const isSent = new Promise<void>((resolve) => (sent = resolve));
    act = (socket) => {
      // The links that come later are told nothing more than that they are welcome.
      act = (other) => other.send(encodeWelcome({ ...welcome, session: 't' }));
      const bytes = Buffer.concat([...opens, ...frames]);
      socket.send(encodeWelcome(welcome));
      for (let at = 0; at < bytes.length; at += cut) socket.send(bytes.subarray(at, at + cut));
      if (ending === 'text') socket.send('text');
      // Its pong says that the client has read all of it. What it hands to the app then takes a moment, which only makes the test deeper.
      socket.ping();
      socket.once('pong', () => {
        setTimeout(() => {
          if (ending === 'close') socket.close(4_999, '\x1b[2J');
          if (ending === 'terminate') socket.terminate();
          sent();
        }, 5);
      });
      // A client that has hung up needs no more.
      socket.once('close', sent);
    };
    const tunnel = await openTunnel({ relay, target: app.url, owner: ownerOf('a') });
    await isSent;
    await new Promise((resolve) => setImmediate(resolve));
    await tunnel.close();
    expect(broken).toEqual([]);
  });
  await fc.assert(property, { numRuns: 200 });
  expect(requests).toBeGreaterThan(0);
});

test.each<[what: string, first: string | Uint8Array]>([
  ['text', '{"protocol":1}'],
  ['nothing', new Uint8Array()],
  ['bytes', Buffer.alloc(300, 0xff)],
  ['a welcome that is cut off', encodeWelcome(welcome).subarray(0, 30)],
  ['two welcomes', Buffer.concat([encodeWelcome(welcome), encodeWelcome(welcome)])],
  [
    'a welcome with a URL for another program',
    encodeWelcome({ ...welcome, url: 'javascript:alert(1)' }),
  ],
  [
    'a welcome with a URL that moves the cursor',
    encodeWelcome({ ...welcome, url: 'https://a/\x1b[2J' }),
  ],
  ['a welcome with a password in its URL', encodeWelcome({ ...welcome, url: 'https://a:b@c/' })],
  ['a welcome with a name that is none', encodeWelcome({ ...welcome, name: '../x' })],
  ['a welcome with what nobody offered', encodeWelcome({ ...welcome, features: ['spool'] })],
  ['a welcome for a year', encodeWelcome({ ...welcome, graceMs: 3e10 })],
])('a relay that greets with %s is no relay (WXD4016)', async (_what, first) => {
  const relay = await startEvilRelay(() => (socket) => socket.send(first));
  const opening = openTunnel({ relay, target: 'http://127.0.0.1:9', owner: ownerOf('a') });
  await expect(opening).rejects.toMatchObject({ code: 'WXD4016' });
});

test.each<[what: string, answer: string]>([
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a page', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  [
    'another place to go to',
    'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
  ],
  ['a head without an end', `HTTP/1.1 101 Switching Protocols\r\nX: ${'x'.repeat(100_000)}`],
  [
    'an upgrade that is none of ours',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
  ],
  ['a refusal without an end', `HTTP/1.1 426 Upgrade Required\r\n\r\n${'{'.repeat(1_000_000)}`],
])('what answers the dial with %s is no relay (WXD4016)', async (_what, answer) => {
  const server = createNetServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answer));
  });
  const opening = openTunnel({
    relay: await listenOn(server),
    target: 'http://127.0.0.1:9',
    owner: ownerOf('a'),
  });
  await expect(opening).rejects.toMatchObject({ code: 'WXD4016' });
});

test('the client masks with zeros and compresses nothing: both cost more than all else', async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol });
  const first = new Promise<{ bytes: Buffer; offered: string | undefined }>((resolve) => {
    sockets.on('connection', (_socket, request) => {
      const offered = request.headers['sec-websocket-extensions'];
      request.socket.once('data', (bytes: Buffer) => resolve({ bytes, offered }));
    });
  });
  const opening = openTunnel({
    relay: await listenOn(server),
    target: 'http://127.0.0.1:9',
    owner: ownerOf('a'),
  });
  const { bytes, offered } = await first;
  expect(offered).toBeUndefined();
  // RFC 6455 §5.2: one whole binary message without extensions, a length of 16 bits, then the key.
  expect(bytes.subarray(0, 2).toString('hex')).toBe('82fe');
  expect(bytes.subarray(4, 8).toString('hex')).toBe('00000000');
  expect(bytes.subarray(8 + frameHeaderBytes).toString()).toContain('"agent":"wx-dev"');
  for (const socket of sockets.clients) socket.terminate();
  await expect(opening).rejects.toMatchObject({ code: 'WXD4016' });
});

/** What a relay may send to fill the memory of its client, or to keep it busy; each ends with the connection. */
const floods: [what: string, code: number, flood: (socket: WebSocket) => void][] = [
  ['PINGs', 1002, (socket) => socket.send(repeat(frameTypes.PING, 8))],
  ['farewells', 1002, (socket) => socket.send(repeat(frameTypes.GOAWAY, 8))],
  ['frames nobody knows', 1002, (socket) => socket.send(repeat(0x99, 0))],
  ['a message without measure', 1009, (socket) => socket.send(Buffer.alloc(300_000))],
  [
    'a message in a million pieces',
    1008,
    (socket) => {
      for (let i = 0; i < 20_000; i++) socket.send(Buffer.of(0), { fin: false });
    },
  ],
];

function repeat(type: number, bytes: number): Buffer {
  const one = encodeFrame({ type, flags: 0, stream: 0, payload: Buffer.alloc(bytes) });
  return Buffer.concat(Array.from({ length: 10_000 }, () => one));
}

test.each(floods)(
  'a relay that floods its client with %s is left, and dialled again',
  async (_what, code, flood) => {
    const codes: number[] = [];
    const relay = await startEvilRelay(() => (socket) => {
      socket.on('close', (closed) => codes.push(closed));
      socket.send(encodeWelcome(welcome));
      if (codes.length === 0) flood(socket);
    });
    const tunnel = await openTunnel({ relay, target: 'http://127.0.0.1:9', owner: ownerOf('a') });
    onTestFinished(() => tunnel.close());
    await once(tunnel.events, 'reconnecting');
    await eventually(() => codes.length > 0);
    expect(codes[0]).toBe(code);
    await once(tunnel.events, 'reconnected');
  },
);

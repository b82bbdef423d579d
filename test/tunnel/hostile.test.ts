import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { encodeFrame, frameTypes } from '../../src/wire/frame.ts';
import { encodeWelcome, subprotocol } from '../../src/wire/handshake.ts';
import { startRawApp } from '../callback/support.ts';
import {
  eventually,
  listenOn,
  ownerOf,
  startApp,
  startPair,
  RawClient,
} from '../helpers/tunnel.ts';

/** A relay that welcomes everybody and then does what `act` says. */
async function startEvilRelay(act: (socket: WebSocket) => void): Promise<string> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('message', () => {
      socket.send(
        encodeWelcome({
          protocol: 1,
          session: 's',
          name: 'app',
          url: 'https://app.example.com',
          features: [],
          graceMs: 0,
        }),
      );
      act(socket);
    });
  });
  return listenOn(server);
}

test('a relay that welcomes and hangs up is dialled less and less often', async () => {
  const relay = await startEvilRelay((socket) => socket.close());
  const tunnel = await openTunnel({ relay, target: 'http://127.0.0.1:9', owner: ownerOf('a') });
  onTestFinished(() => tunnel.close());
  const attempts: number[] = [];
  tunnel.events.on('reconnecting', ({ attempt }) => attempts.push(attempt));
  await eventually(() => attempts.length >= 5);
  expect(attempts.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
});

test('a body without an end mark gets one framing, whatever length its head claims', async () => {
  const app = await startRawApp('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';
  const relay = await startEvilRelay((socket) => {
    const frame = (type: number, flags: number, payload: string): Uint8Array =>
      encodeFrame({ type, flags, stream: 1, payload: Buffer.from(payload) });
    socket.send(
      Buffer.concat([
        frame(frameTypes.OPEN, 0, head),
        frame(frameTypes.DATA, 1, 'GET /x HTTP/1.1\r\n\r\n'),
      ]),
    );
  });
  const target = `http://127.0.0.1:${app.port}`;
  const tunnel = await openTunnel({ relay, target, owner: ownerOf('a') });
  onTestFinished(() => tunnel.close());
  await eventually(() => app.requests.length > 0);
  const received = app.requests[0]?.toString('latin1') ?? '';
  expect(/content-length/i.test(received) && /transfer-encoding/i.test(received)).toBe(false);
});

test('a clock that jumps does not end requests in work', async () => {
  let answer: () => void = () => undefined;
  const app = await startApp((_request, response) => {
    answer = () => response.end('ok');
  });
  const { port, tunnel } = await startPair(app.url);
  const client = new RawClient(port).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
  await once(app.server, 'request');
  const realNow = Date.now;
  const jump = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + 3_600_000);
  onTestFinished(() => jump.mockRestore());
  // The jump is noticed by the keepalive's tick, which asks at once: the round trip is new then.
  await eventually(() => tunnel.rttMs !== undefined);
  answer();
  const { status, body } = await client.response();
  expect({ status, body }).toEqual({ status: 200, body: 'ok' });
});

test.each([
  ['POST', 502, 1],
  ['GET', 200, 2],
] as const)(
  'a %s that the local server took before it died is answered %i: sent %i times',
  async (method, status, times) => {
    let arrivals = 0;
    const app = createServer((request, response) => {
      if (request.url === '/first') return void response.end('ok');
      arrivals += 1;
      if (arrivals === 1) request.socket.destroy();
      else response.end('ok');
    });
    const { port } = await startPair(await listenOn(app));
    const client = new RawClient(port).send('GET /first HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
    expect((await client.response()).status).toBe(200);
    client.send(`${method} /second HTTP/1.1\r\nHost: app.localhost\r\n\r\n`);
    expect((await client.response()).status).toBe(status);
    expect(arrivals).toBe(times);
  },
);

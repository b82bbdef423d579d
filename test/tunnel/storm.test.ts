import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PING_PATH } from '../../src/wire/link.ts';
import { eventually, RawClient, startApp, startPair, useTunnel } from '../helpers/tunnel.ts';

/** A small generator (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const host = 'Host: app.localhost\r\n';
const requests = [
  `GET / HTTP/1.1\r\n${host}\r\n`,
  `GET / HTTP/1.0\r\n${host}\r\n`,
  `HEAD / HTTP/1.1\r\n${host}\r\n`,
  `POST / HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\n0123456789`,
  `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: y\r\n\r\nhello`,
  `POST / HTTP/1.1\r\n${host}Content-Length: 300000\r\n\r\n${'z'.repeat(300_000)}`,
];

/** An app that behaves in every way an app can. */
function misbehave(random: (below: number) => number) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const cut = (): Socket => request.socket.destroy();
    request.on('error', () => undefined);
    const ways = [
      () => response.end('before the body was read'),
      cut,
      () => {
        response.write('x'.repeat(random(200_000)));
        setImmediate(cut);
      },
      () => request.pipe(response),
      () => request.resume().on('end', () => response.end('y'.repeat(random(100_000)))),
    ];
    ways[random(ways.length)]?.();
  };
}

/** One client that sends a few requests, perhaps damaged, in pieces, and leaves whenever it likes. */
async function visit(port: number, random: (below: number) => number): Promise<void> {
  let text = '';
  for (let i = 0; i <= random(4); i++) text += requests[random(requests.length)] ?? '';
  if (random(4) === 0) {
    const at = random(Math.min(text.length, 400));
    text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + random(2));
  }
  const bytes = Buffer.from(text, 'latin1');
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: random(2) === 0 });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').catch(() => undefined);
  if (random(4) > 0) socket.resume();
  await once(socket, 'connect').catch(() => undefined);
  for (let at = 0; at < bytes.length && !socket.destroyed;) {
    const end = random(4) > 0 ? bytes.length : at + 1 + random(500);
    socket.write(bytes.subarray(at, end));
    at = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (let turns = random(40); turns > 0; turns--)
    await new Promise((resolve) => setImmediate(resolve));
  if (random(3) === 0) socket.end();
  socket.destroy();
  await closed;
}

test.each([1, 2, 3])(
  'a storm of broken visitors, apps and takeovers leaves nothing behind (seed %d)',
  async (seed) => {
    const random = randomFrom(seed);
    const app = await startApp(misbehave(random));
    app.server.on('upgrade', (_request, socket: Socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n');
      if (random(3) === 0) socket.destroy();
      else socket.pipe(socket);
    });
    const { relay, port } = await startPair(app.url);
    let left = 300;
    const visitor = async (): Promise<void> => {
      while (left-- > 0) {
        await visit(port, random);
        if (left % 100 === 50) await useTunnel(relay, { target: app.url, subdomain: 'app' });
      }
    };
    await Promise.all(Array.from({ length: 16 }, visitor));
    const client = new RawClient(port).send(`GET ${PING_PATH} HTTP/1.1\r\n${host}\r\n`);
    expect((await client.response()).status).toBe(204);
    // Whatever a visitor left behind is given up; quiet connections to the app are closed after 4 s.
    const count = promisify(app.server.getConnections.bind(app.server));
    let open = await count();
    await eventually(() => {
      void count().then((now) => (open = now));
      return open === 0;
    });
  },
);

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { isWxDevError } from '../../src/core/errors.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { dial } from '../../src/tunnel/dial.ts';
import type { Resumption } from '../../src/wire/handshake.ts';
import {
  bodyOf,
  eventually,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';
import { startWire } from '../helpers/wire.ts';

const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A POST through the relay, with its own connection. */
function post(
  port: number,
  path: string,
  body: Uint8Array,
): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { Host: 'app.localhost', 'Content-Length': body.length };
    const options = { port, host: '127.0.0.1', method: 'POST', path, headers, agent: false };
    const sent = request(options, (response) => {
      bodyOf(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test('a request in work when the link breaks is answered over the next one, and the app gets it once', async () => {
  let release: () => void = () => undefined;
  let calls = 0;
  const app = await startApp((_request, response) => {
    calls += 1;
    release = () => response.end('answered');
  });
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  // With two, the other one may come up in the moment of the cut, and then nothing is reconnected.
  const tunnel = await useTunnel(relay, {
    relay: wire.url,
    target: app.url,
    subdomain: 'app',
    links: 1,
  });
  const waiting = post(portOf(relay), '/', Buffer.from('once'));
  await eventually(() => calls === 1);
  const back = once(tunnel.events, 'reconnected');
  wire.cut();
  // Answered while there is no link at all.
  release();
  await back;
  expect(await waiting).toEqual({ status: 200, body: Buffer.from('answered') });
  expect(calls).toBe(1);
});

test('goes on when only the client has noticed the loss', async () => {
  let release: () => void = () => undefined;
  const app = await startApp((_request, response) => {
    release = () => response.end('answered');
  });
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  const tunnel = await useTunnel(relay, {
    relay: wire.url,
    target: app.url,
    subdomain: 'app',
    links: 1,
  });
  const client = new RawClient(portOf(relay)).send(GET);
  await once(app.server, 'request');
  const back = once(tunnel.events, 'reconnected');
  wire.cutNear();
  await back;
  release();
  expect((await client.response()).body).toBe('answered');
});

test('an upgraded connection outlives its link, in both directions', async () => {
  const app = await startApp((_request, response) => response.end());
  const sockets = new WebSocketServer({ server: app.server });
  sockets.on('connection', (socket) => {
    socket.on('message', (message: Buffer) => socket.send(message));
  });
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  const tunnel = await useTunnel(relay, {
    relay: wire.url,
    target: app.url,
    subdomain: 'app',
    links: 1,
  });
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(relay)}/`, {
    headers: { Host: 'app.localhost' },
  });
  await once(socket, 'open');
  for (let round = 0; round < 5; round++) {
    const back = once(tunnel.events, 'reconnected');
    wire.cut();
    const sent = randomBytes(100_000);
    socket.send(sent);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(hashOf(echo)).toBe(hashOf(sent));
    await back;
  }
  socket.terminate();
});

test('hundreds of requests over a link that is cut again and again: each handled once, every byte in its place', async () => {
  const handled = new Map<string, number>();
  const app = await startApp((incoming, response) => {
    const id = incoming.url ?? '';
    handled.set(id, (handled.get(id) ?? 0) + 1);
    void bodyOf(incoming).then((body) => {
      response.write(`${hashOf(body)}\n`);
      response.end(Buffer.alloc(body.length, id));
    });
  });
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  // In the middle of a frame, of a head, of anything; now and then so early that not even WELCOME comes through.
  wire.limit(() => 100 + Math.floor(Math.random() * 400_000));
  wire.cut();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < 200) {
      const id = `/${next++}`;
      const body = randomBytes(Math.floor(Math.random() ** 4 * 200_000));
      const answer = await post(portOf(relay), id, body);
      expect(answer.status).toBe(200);
      expect(answer.body.subarray(0, 64).toString()).toBe(hashOf(body));
      expect(answer.body.subarray(65).equals(Buffer.alloc(body.length, id))).toBe(true);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(wire.connections).toBeGreaterThan(20);
  expect([...handled.values()].filter((times) => times !== 1)).toEqual([]);
  expect(handled.size).toBe(200);
});

test('a relay that ends tells those who still wait, and keeps no session', async () => {
  const app = await startApp(() => undefined);
  const relay = await useRelay();
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const client = new RawClient(portOf(relay)).send(GET);
  await once(app.server, 'request');
  await relay.close();
  expect((await client.response()).status).toBe(503);
});

/** Introduces itself as `owner` who goes on with `session`; gives what it got, or the code of the refusal, and hangs up without a word. */
async function introduce(
  relay: Relay,
  owner: string,
  more: { name?: string; token?: string; resume?: Resumption } = {},
): Promise<{ session?: string; name?: string; received?: number | undefined; code?: string }> {
  const hello = { protocol: 1, agent: 'x', owner, features: ['resume'], ...more } as const;
  const options = { relay: new URL(relay.httpUrl ?? ''), hello };
  try {
    return await dial(options, ({ socket, welcome: { session, name, received } }) => {
      socket.terminate();
      return { session, name, received };
    });
  } catch (error) {
    return { code: isWxDevError(error) ? error.code : String(error) };
  }
}

test('a session is given to its owner only, however it was learnt', async () => {
  const relay = await useRelay();
  const mine = await introduce(relay, ownerOf('mine'), { name: 'app' });
  const resume = { session: mine.session ?? '', received: 0 };
  await once(relay.events, 'tunnel-closed');
  // Who has read the id somewhere gets a session of its own, under a name of its own.
  const thief = await introduce(relay, ownerOf('thief'), { resume });
  expect(thief).toMatchObject({ received: undefined });
  expect(thief.name).not.toBe('app');
  expect(thief.session).not.toBe(resume.session);
  expect(await introduce(relay, ownerOf('thief'), { resume, name: 'app' })).toEqual({
    code: 'WXD4004',
  });
  const guesses = await Promise.all(
    ['0', 'x'.repeat(128), '__proto__', resume.session.slice(1)].map((session) =>
      introduce(relay, ownerOf('mine'), { resume: { session, received: 0 } }),
    ),
  );
  for (const { received } of guesses) expect(received).toBeUndefined();
  // All that has cost its owner nothing.
  expect(await introduce(relay, ownerOf('mine'), { resume, name: 'app' })).toEqual({
    session: resume.session,
    name: 'app',
    received: 0,
  });
});

test('a session does not go on without a token that covers its name', async () => {
  const tokens = ['t'.repeat(20)];
  const relay = await useRelay({ tokens });
  const mine = await introduce(relay, ownerOf('mine'), { name: 'app', token: tokens[0] ?? '' });
  const resume = { session: mine.session ?? '', received: 0 };
  expect(mine.name).toBe('app');
  expect(await introduce(relay, ownerOf('mine'), { name: 'app', resume })).toEqual({
    code: 'WXD4003',
  });
});

test('who comes back with a count that cannot be has lost the session', async () => {
  const relay = await useRelay();
  const mine = await introduce(relay, ownerOf('mine'), { name: 'app' });
  const session = mine.session ?? '';
  await introduce(relay, ownerOf('mine'), {
    name: 'app',
    resume: { session, received: Number.MAX_SAFE_INTEGER },
  });
  expect(
    await introduce(relay, ownerOf('mine'), { name: 'app', resume: { session, received: 0 } }),
  ).toMatchObject({ name: 'app', received: undefined });
});

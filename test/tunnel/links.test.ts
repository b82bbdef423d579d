import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { startRelay, type Relay } from '../../src/relay/relay.ts';
import { dial } from '../../src/tunnel/dial.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { encodeRefused, subprotocol } from '../../src/wire/handshake.ts';
import {
  bodyOf,
  eventually,
  listenOn,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';
import { startWire, type Wire } from '../helpers/wire.ts';

const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';

/** An app with quick answers, one that goes on for ever, and one that waits to be told. */
async function startMixed(): Promise<{ url: string; held: ServerResponse[]; calls: () => number }> {
  const held: ServerResponse[] = [];
  let calls = 0;
  const app = await startApp((incoming, response) => {
    if (incoming.url === '/hold') {
      calls += 1;
      held.push(response);
    } else if (incoming.url === '/bulk') {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    } else response.end('ok');
  });
  return { url: app.url, held, calls: () => calls };
}

/** A tunnel whose links go through `wire`, both of them made. */
async function startLinked(target: string): Promise<{
  relay: Relay;
  wire: Wire;
  port: number;
  opened: string[];
}> {
  const relay = await useRelay();
  const opened: string[] = [];
  relay.events.on('tunnel-open', ({ name }) => opened.push(`open ${name}`));
  relay.events.on('tunnel-closed', ({ name }) => opened.push(`closed ${name}`));
  const wire = await startWire(portOf(relay));
  await useTunnel(relay, { relay: wire.url, target, subdomain: 'app' });
  expect(wire.connections).toBe(1);
  const port = portOf(relay);
  await new RawClient(port).send(GET).response();
  await eventually(() => wire.connections === 2);
  return { relay, wire, port, opened };
}

const path = (target: string): string => GET.replace('/ ', `${target} `);

test('a quiet tunnel has one link; the first request makes the second, which the relay takes for no other client', async () => {
  const app = await startMixed();
  const { port, wire, opened } = await startLinked(app.url);
  for (let i = 0; i < 5; i++)
    expect((await new RawClient(port).send(GET).response()).body).toBe('ok');
  expect(opened).toEqual(['open app']);
  expect(wire.connections).toBe(2);
});

test('a link that stands still under a download holds up nothing that comes later', async () => {
  const app = await startMixed();
  const { port, wire } = await startLinked(app.url);
  const bulk = new RawClient(port).send(path('/bulk'));
  await bulk.until((text) => text.length > 3_000_000);
  wire.stall(0, true);
  for (let i = 0; i < 20; i++)
    expect((await new RawClient(port).send(GET).response()).body).toBe('ok');
  const before = bulk.text.length;
  wire.stall(0, false);
  await bulk.until((text) => text.length > before + 3_000_000);
});

test('a link that stands still without a download costs one request, which goes on when it does', async () => {
  const app = await startMixed();
  const { port, wire } = await startLinked(app.url);
  wire.stall(0, true);
  const unlucky = new RawClient(port).send(GET);
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let i = 0; i < 5; i++)
    expect((await new RawClient(port).send(GET).response()).body).toBe('ok');
  expect(unlucky.text).toBe('');
  wire.stall(0, false);
  expect((await unlucky.response()).body).toBe('ok');
});

test.each([0, 1])(
  'link %i is lost: its requests are answered over its next one, and nobody is away',
  async (index) => {
    const app = await startMixed();
    const { port, wire, relay, opened } = await startLinked(app.url);
    // One on each: while the first waits, the other link is the one that is heard.
    const first = new RawClient(port).send(path('/hold'));
    await eventually(() => app.calls() === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const second = new RawClient(port).send(path('/hold'));
    await eventually(() => app.calls() === 2);
    wire.cutOne(index);
    for (const response of app.held) response.end('held');
    expect((await first.response()).body).toBe('held');
    expect((await second.response()).body).toBe('held');
    expect(app.calls()).toBe(2);
    expect(opened).toEqual(['open app']);
    expect(relay.domain).toBe('localhost');
  },
);

test('a relay of an older release gets one link, and keeps it', async () => {
  const app = await startMixed();
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  wire.rewrite((bytes) => {
    const text = bytes.toString('latin1');
    return text.includes('"links"')
      ? Buffer.from(text.replace('"links"', '"linkz"'), 'latin1')
      : bytes;
  });
  const tunnel = await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  const client = new RawClient(portOf(relay));
  for (let i = 0; i < 5; i++) expect((await client.send(GET).response()).body).toBe('ok');
  const back = once(tunnel.events, 'reconnected');
  wire.cut();
  await back;
  expect((await client.send(GET).response()).body).toBe('ok');
  expect(wire.connections).toBe(2);
});

test('who names the tunnel of somebody else does not join it', async () => {
  const app = await startMixed();
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  let id = '';
  wire.rewrite((bytes) => {
    id ||= /"tunnel":"([^"]+)"/.exec(bytes.toString('latin1'))?.[1] ?? '';
    return bytes;
  });
  await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  const intruder = (owner: string, name: string): Promise<string> =>
    dial(
      {
        relay: new URL(relay.httpUrl ?? ''),
        hello: { protocol: 1, agent: 'x', name, owner, features: ['links'], tunnel: id },
      },
      ({ socket, welcome }) => {
        socket.terminate();
        return welcome.name;
      },
    );
  await expect(intruder(ownerOf('thief'), 'app')).rejects.toMatchObject({ code: 'WXD4004' });
  expect(await intruder(ownerOf('thief'), 'other')).toBe('other');
  expect((await new RawClient(portOf(relay)).send(GET).response()).body).toBe('ok');
});

test('a client that was away while a newer one took its name does not take it back', async () => {
  const app = await startMixed();
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  const older = await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  const gone = once(relay.events, 'tunnel-closed');
  wire.block();
  wire.cut();
  await gone;
  const newer = await useTunnel(relay, { target: app.url, subdomain: 'app' });
  wire.open();
  expect(await older.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4017' } });
  expect((await new RawClient(portOf(relay)).send(GET).response()).body).toBe('ok');
  await newer.close();
});

test('one client may hold so many links and no more: the oldest gives way', async () => {
  const app = await startMixed();
  const relay = await useRelay();
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const sockets: number[] = [];
  const hello = {
    protocol: 1,
    agent: 'x',
    name: 'flood',
    owner: ownerOf('x'),
    features: ['links'],
    tunnel: 't',
  } as const;
  const closed: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    await dial({ relay: new URL(relay.httpUrl ?? ''), hello }, ({ socket }) => {
      closed.push(once(socket, 'close').then(() => sockets.push(i)));
    });
  }
  await Promise.all(closed.slice(0, 2));
  expect(new Set(sockets)).toEqual(new Set([0, 1]));
});

/** A visitor that makes a connection for each request. */
function visit(port: number, target: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = get(
      { port, host: '127.0.0.1', path: target, headers: { host: 'app.localhost' }, agent: false },
      (response) => {
        bodyOf(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, body: body.toString() }),
          reject,
        );
      },
    );
    sent.on('error', reject);
  });
}

test('relays behind one address are replaced one after the other under load: every request is answered', async () => {
  let slow = 0;
  const app = await startApp((incoming, response) => {
    if (incoming.url !== '/slow') return void response.end('ok');
    slow += 1;
    setTimeout(() => response.end('slow'), 300);
  });
  let relay = await startRelay({ httpPort: 0, drainMs: 10_000 });
  const front = await startWire(portOf(relay));
  const frontPort = Number(new URL(front.url).port);
  const states: string[] = [];
  const tunnel = await openTunnel({
    relay: front.url,
    target: app.url,
    subdomain: 'app',
    owner: ownerOf('somebody'),
  });
  tunnel.events.on('reconnecting', () => states.push('reconnecting'));
  let isOver = false;
  const statuses = new Map<string, number>();
  const load = async (target: string): Promise<void> => {
    while (!isOver) {
      const result = await visit(frontPort, target).catch((error: unknown) => ({
        status: String(error),
        body: '',
      }));
      const key = `${result.status} ${result.body}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
    }
  };
  const visitors = ['/', '/', '/', '/slow', '/slow'].map(load);
  for (let round = 0; round < 4; round++) {
    const answered = slow;
    await eventually(() => slow > answered + 2);
    const next = await startRelay({ httpPort: 0, drainMs: 10_000 });
    front.aim(portOf(next));
    await relay.close();
    relay = next;
  }
  isOver = true;
  await Promise.all(visitors);
  await tunnel.close();
  await relay.close();
  expect([...statuses.keys()].sort()).toEqual(['200 ok', '200 slow']);
  // Made before broken: there was always a link.
  expect(states).toEqual([]);
});

test('a relay that drains answers what is in work, also a connection that has not asked yet, and takes no client', async () => {
  const app = await startMixed();
  const relay = await startRelay({ httpPort: 0, drainMs: 10_000 });
  const tunnel = await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const port = portOf(relay);
  const idle = new RawClient(port).send(GET);
  await idle.response();
  const held = new RawClient(port).send(path('/hold'));
  await eventually(() => app.calls() === 1);
  const fresh = new RawClient(port);
  const half = new RawClient(port).send(GET.slice(0, 20));
  const dialling = new RawClient(port);
  for (const { socket } of [fresh, half, dialling])
    if (socket.connecting) await once(socket, 'connect');
  // All of them are accepted by the time that another, later one is answered.
  expect((await new RawClient(port).send(GET).response()).status).toBe(200);
  const closing = relay.close();
  dialling.send(
    `GET /_wx-dev/tunnel HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
  );
  expect(await dialling.response()).toMatchObject({ status: 503, body: '{"code":"WXD4061"}' });
  await idle.untilClosed();
  half.send(GET.slice(20));
  expect((await half.response()).body).toBe('ok');
  fresh.send(GET);
  expect((await fresh.response()).body).toBe('ok');
  expect(await visit(port, '/').catch(() => 'refused')).toBe('refused');
  app.held[0]?.end('held');
  const { body, head } = await held.response();
  expect(body).toBe('held');
  expect(head).toContain('Connection: close');
  await closing;
  await tunnel.close();
});

test('a relay that is full says so: by REFUSED, and by the status of the upgrade', async () => {
  const opening = (relay: string): Promise<unknown> =>
    openTunnel({ relay, target: 'http://127.0.0.1:1', owner: ownerOf('a') });
  const full = createServer();
  const sockets = new WebSocketServer({ server: full });
  sockets.on('connection', (socket) => {
    socket.on('message', () =>
      socket.send(encodeRefused({ code: 'WXD4011', message: 'Too many tunnels' })),
    );
  });
  await expect(opening(await listenOn(full))).rejects.toMatchObject({ code: 'WXD4011' });
  for (const code of ['WXD4011', 'WXD4061']) {
    const busy = createServer();
    const answer = `{"code":"${code}"}`;
    busy.on('upgrade', (_request, socket) =>
      socket.end(
        `HTTP/1.1 503 Service Unavailable\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`,
      ),
    );
    await expect(opening(await listenOn(busy))).rejects.toMatchObject({ code });
  }
});

test('a tunnel whose computer wakes up is back at once, not after the rest of a long wait', async () => {
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  const tunnel = await useTunnel(relay, { relay: wire.url, target: 'http://127.0.0.1:1' });
  const realNow = Date.now;
  let sleptMs = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + sleptMs);
  const longest = vi.spyOn(Math, 'random').mockReturnValue(0.999);
  onTestFinished(() => {
    clock.mockRestore();
    longest.mockRestore();
  });
  const waits: number[] = [];
  tunnel.events.on('reconnecting', ({ delayMs }) => waits.push(delayMs));
  wire.block();
  wire.cut();
  await eventually(() => waits.length > 0);
  sleptMs += 3_600_000;
  await eventually(() => (waits.at(-1) ?? 0) > 14_000);
  const from = performance.now();
  const back = once(tunnel.events, 'reconnected');
  wire.open();
  sleptMs += 10_000;
  await back;
  expect(performance.now() - from).toBeLessThan(waits.at(-1) ?? 0);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { RelayGrants } from '../../src/config/relay-grants.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { grantedName, parseGrantNames } from '../../src/relay/access.ts';
import { ABORTS, BURST_S, FREE_ATTEMPTS } from '../../src/relay/limits.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { decodeAnswer, encodeHello, subprotocol } from '../../src/wire/handshake.ts';
import { TUNNEL_PATH } from '../../src/wire/link.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import {
  eventually,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';

async function makeGrants(): Promise<RelayGrants> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-grants-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return new RelayGrants(dir);
}

test('a grant covers its names and prefixes, and gives one to who asks for none', () => {
  const grant = { names: ['a-*', 'shop'] };
  expect(grantedName('shop', grant)).toBe('shop');
  expect(grantedName('a-1', grant)).toBe('a-1');
  expect(grantedName(undefined, grant)).toBe('shop');
  expect(grantedName(undefined, {})).toBeUndefined();
  expect(grantedName('x', {})).toBe('x');
  for (const wanted of ['shop2', 'b', 'a'])
    expect(() => grantedName(wanted, grant)).toThrow(expect.objectContaining({ code: 'WXD4031' }));
  expect(() => grantedName(undefined, { names: ['a-*'] })).toThrow(
    expect.objectContaining({ code: 'WXD4031' }),
  );
});

test('names of a grant are checked as those of tunnels', () => {
  expect(parseGrantNames('Shop, alice-*,*')).toEqual(['shop', 'alice-*', '*']);
  for (const bad of ['', 'a,,b', 'a b', '*-a', 'a.b', '-*', 'ü'])
    expect(() => parseGrantNames(bad)).toThrow(expect.objectContaining({ code: 'WXD4005' }));
});

test('created tokens open tunnels under their names, beside those of the file', async () => {
  const grants = await makeGrants();
  const { token } = await grants.create({ now: Date.now(), names: ['shop'] });
  const listed = 'a-token-of-the-file';
  const relay = await useRelay({ grants, tokens: [listed] });
  const app = await startApp((_request, response) => response.end('ok'));
  const open = (more: object): Promise<unknown> =>
    openTunnel({ relay: relay.httpUrl ?? '', target: app.url, owner: ownerOf('a'), ...more });
  await expect(open({})).rejects.toMatchObject({ code: 'WXD4003', details: { sent: false } });
  await expect(open({ token: 'wrong-token-of-nobody' })).rejects.toMatchObject({
    code: 'WXD4003',
    details: { sent: true },
  });
  await expect(open({ token, subdomain: 'other' })).rejects.toMatchObject({ code: 'WXD4031' });
  const tunnel = await useTunnel(relay, { target: app.url, token });
  expect(tunnel.subdomain).toBe('shop');
  const free = await useTunnel(relay, { target: app.url, token: listed, subdomain: 'other' });
  expect(free.subdomain).toBe('other');
});

test('who uses a token that is revoked is sent away, and does not come back', async () => {
  const grants = await makeGrants();
  const { token, grant } = await grants.create({ now: Date.now() });
  const relay = await useRelay({ grants });
  const app = await startApp((_request, response) => response.end('ok'));
  const tunnel = await useTunnel(relay, { target: app.url, subdomain: 'app', token });
  const lost = once(tunnel.events, 'reconnecting');
  await grants.revoke(grant.id);
  const [state] = (await lost) as [{ error?: unknown }];
  expect(state.error).toMatchObject({
    details: { how: 'refused', seen: 'connection closed (4000)' },
  });
  expect(await tunnel.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4003' } });
  const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
  expect((await new RawClient(portOf(relay)).send(GET).response()).status).toBe(503);
});

test('who tries tokens has to wait, longer each time, also with the right one', async () => {
  const grants = await makeGrants();
  const { token } = await grants.create({ now: Date.now() });
  // Behind a proxy that is trusted each client is told apart by what the proxy says.
  const relay = await useRelay({ grants, trustProxy: ['127.0.0.1'] });
  const from = (address: string) => async (tried: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(relay)}${TUNNEL_PATH}`, [subprotocol], {
      headers: { 'X-Forwarded-For': address },
    });
    await once(socket, 'open');
    const hello = { protocol: 1, agent: 'x', owner: ownerOf('a'), token: tried } as const;
    socket.send(encodeHello({ ...hello, features: [] }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    socket.terminate();
    const answer = decodeAnswer(message);
    return answer.type === 'refused' ? answer.refused : { code: 'welcome', retryAfterMs: 0 };
  };
  const guess = from('203.0.113.7');
  for (let i = 0; i < FREE_ATTEMPTS; i++)
    expect((await guess(`wrong-token-${i}`)).code).toBe('WXD4003');
  const refused = await guess(token);
  expect(refused.code).toBe('WXD4046');
  expect(refused.retryAfterMs).toBeGreaterThan(0);
  expect((await from('203.0.113.8')(token)).code).toBe('welcome');
});

test('a relay that cannot look at tokens says so to nobody, and asks the client to come again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-grants-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const grants = new RelayGrants(dir);
  const { token, grant } = await grants.create({ now: Date.now() });
  const file = join(dir, `${grant.id}.json`);
  const whole = await readFile(file, 'utf8');
  const lines: string[] = [];
  const logger = { ...silentLogger, error: (line: string) => void lines.push(line) };
  const limits = { perAddress: { connections: 100 } };
  const relay = await useRelay({ grants, logger, limits });
  const app = await startApp((_request, response) => response.end('ok'));
  const mine = { relay: relay.httpUrl ?? '', target: app.url, owner: ownerOf('a'), token };
  await writeFile(file, whole.slice(0, 20));
  for (let i = 0; i <= FREE_ATTEMPTS; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(relay)}${TUNNEL_PATH}`, [subprotocol]);
    await once(socket, 'open');
    socket.send(encodeHello({ protocol: 1, agent: 'x', owner: ownerOf('a'), token, features: [] }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    socket.terminate();
    expect(message.toString()).toContain('WXD4011');
    expect(message.toString()).not.toContain(dir);
  }
  expect(lines).toHaveLength(FREE_ATTEMPTS + 1);
  // None of these was a wrong token, which would have to wait now.
  await writeFile(file, whole);
  const tunnel = await openTunnel(mine);
  await tunnel.close();
});

test('a token brings limits of its own for its tunnels', async () => {
  const grants = await makeGrants();
  const few = await grants.create({ now: Date.now(), quota: { requestsPerS: 1 } });
  const many = await grants.create({ now: Date.now(), quota: { requestsPerS: 0 } });
  const relay = await useRelay({ grants, limits: { perName: { requestsPerS: 2 } } });
  const app = await startApp((_request, response) => response.end('ok'));
  const count = async (subdomain: string, token: string): Promise<number> => {
    await useTunnel(relay, { target: app.url, subdomain, token, owner: ownerOf(subdomain) });
    const client = new RawClient(portOf(relay));
    for (let passed = 0; passed < 30; passed++) {
      client.send(`GET / HTTP/1.1\r\nHost: ${subdomain}.localhost\r\n\r\n`);
      const { status, head } = await client.response();
      if (status === 200) continue;
      expect([status, head]).toEqual([429, expect.stringContaining('x-wx-dev-error: WXD4042')]);
      return passed;
    }
    return Infinity;
  };
  const passed = await count('few', few.token);
  expect(passed).toBeGreaterThanOrEqual(BURST_S);
  expect(passed).toBeLessThan(30);
  expect(await count('many', many.token)).toBe(Infinity);
});

test('a tunnel serves only so many requests at once, and the next when one is over', async () => {
  const waiting: (() => void)[] = [];
  const app = await startApp((_request, response) => {
    waiting.push(() => response.end('ok'));
  });
  const relay = await useRelay({ limits: { perName: { connections: 2 } } });
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
  const first = new RawClient(portOf(relay)).send(GET);
  const second = new RawClient(portOf(relay)).send(GET);
  await eventually(() => waiting.length === 2);
  expect((await new RawClient(portOf(relay)).send(GET).response()).status).toBe(429);
  waiting[0]?.();
  waiting[1]?.();
  expect((await first.response()).status).toBe(200);
  expect((await second.response()).status).toBe(200);
  const third = new RawClient(portOf(relay)).send(GET);
  await eventually(() => waiting.length === 3);
  waiting[2]?.();
  expect((await third.response()).status).toBe(200);
});

test('an address has only so many connections, on both ports, and gets one back for each that ends', async () => {
  const { certPem: cert, keyPem: key } = selfSigned(['localhost', '*.localhost']);
  const relay = await useRelay({
    httpsPort: 0,
    tls: { cert, key },
    limits: { perAddress: { connections: 3 } },
  });
  const port = portOf(relay);
  const clients = [1, 2, 3].map(() => new RawClient(port));
  await Promise.all(clients.map(({ socket }) => once(socket, 'connect')));
  const refused = await new RawClient(port).untilClosed();
  expect(refused).toMatch(/^HTTP\/1\.1 429 [^]*\r\nRetry-After: 1\r\n[^]*WXD4042/);
  const httpsPort = Number(new URL(relay.httpsUrl ?? '').port);
  expect(await new RawClient(httpsPort).untilClosed()).toBe('');
  clients[0]?.socket.destroy();
  const GET = 'GET / HTTP/1.1\r\nHost: a.b\r\n\r\n';
  for (;;) {
    const text = await new RawClient(port).send(GET).untilClosed();
    if (text.startsWith('HTTP/1.1 404 ')) break;
    expect(text === '' || text.startsWith('HTTP/1.1 429 ')).toBe(true);
  }
});

test('who opens requests only to leave them has to pause: rapid reset', async () => {
  let begun = 0;
  const app = await startApp(() => {
    begun += 1;
  });
  const relay = await useRelay({ limits: { perAddress: { requestsPerS: 0 } } });
  await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const port = portOf(relay);
  const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
  // Many at once: one after the other, a busy machine would do no more than what is allowed.
  const together = 25;
  for (let left = 0; left <= ABORTS.burst * 5; left += together) {
    const before = begun;
    const clients = Array.from({ length: together }, () => new RawClient(port).send(GET));
    const isPaused = (): boolean => clients.some(({ text }) => text.startsWith('HTTP/1.1 429 '));
    await eventually(() => begun >= before + together || isPaused());
    if (isPaused()) return;
    await Promise.all(
      clients.map(async ({ socket }) => {
        socket.resetAndDestroy();
        await once(socket, 'close');
      }),
    );
  }
  throw new Error('it was never made to pause');
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { sleep } from '../../src/core/abort.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { backoffMs } from '../../src/tunnel/backoff.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { startWire } from '../helpers/wire.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import {
  eventually,
  listenOn,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  startPair,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';

const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n';

test('comes back after the relay was gone, with the same URL, and the next request is answered', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const first = await startRelay({ httpPort: 0 });
  const port = portOf(first);
  const tunnel = await useTunnel(first, { target: app.url });
  const { url } = tunnel;
  const lost = once(tunnel.events, 'reconnecting');
  await first.close();
  await lost;
  await useRelay({ httpPort: port });
  // At once, before the client has dialled again: the relay waits for it.
  const host = new URL(url).host;
  const client = new RawClient(port).send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  expect((await client.response()).body).toBe('ok');
  expect(tunnel.url).toBe(url);
});

test('a request that comes while the client is away waits for it', async () => {
  const app = await startApp((_request, response) => response.end('waited'));
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  const tunnel = await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  const closed = once(relay.events, 'tunnel-closed');
  wire.block();
  wire.cut();
  await closed;
  const client = new RawClient(portOf(relay)).send(GET);
  const posted = new RawClient(portOf(relay)).send(
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 3\r\n\r\nabc',
  );
  await once(tunnel.events, 'reconnecting');
  wire.open();
  expect((await client.response()).body).toBe('waited');
  expect((await posted.response()).body).toBe('waited');
});

test('a request that waits in vain gets 503 with Retry-After before WeChat hangs up', async () => {
  const app = await startApp((_request, response) => response.end());
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  const closed = once(relay.events, 'tunnel-closed');
  wire.block();
  wire.cut();
  await closed;
  const { status, head } = await new RawClient(portOf(relay)).send(GET).response();
  expect(status).toBe(503);
  expect(head).toMatch(/\r\nRetry-After: \d+\r\n/);
});

test('a request in work whose client does not come back gets 503, an answer in work waits on', async () => {
  const app = await startApp((request, response) => {
    if (request.url === '/started') response.write('started');
  });
  const relay = await useRelay();
  const wire = await startWire(portOf(relay));
  await useTunnel(relay, { relay: wire.url, target: app.url, subdomain: 'app' });
  const waiting = new RawClient(portOf(relay)).send(GET);
  const started = new RawClient(portOf(relay)).send(GET.replace('/ ', '/started '));
  await started.until((text) => text.includes('started'));
  wire.block();
  wire.cut();
  const { status, head } = await waiting.response();
  expect(status).toBe(503);
  expect(head).toContain('Retry-After');
  expect(started.socket.destroyed).toBe(false);
});

test('a client that is killed in the middle of a request and started again: who waits is told at once', async () => {
  const app = await startApp(() => undefined);
  const relay = await useRelay();
  const child = await spawnClient(relay.httpUrl ?? '', app.url);
  const client = new RawClient(portOf(relay)).send(GET);
  await once(app.server, 'request');
  const closed = once(relay.events, 'tunnel-closed');
  child.kill('SIGKILL');
  await closed;
  await useTunnel(relay, { target: app.url, subdomain: 'app', owner: 'o'.repeat(32) });
  expect((await client.response()).status).toBe(503);
});

/** A client in a process of its own, so that it can be killed or frozen. */
async function spawnClient(relay: string, target: string): Promise<ChildProcess> {
  const script = `
    const { openTunnel } = await import(process.argv[1]);
    const [, , relay, target] = process.argv;
    await openTunnel({ relay, target, subdomain: 'app', owner: 'o'.repeat(32) });
    console.log('ready');`;
  const dist = new URL('../../dist/tunnel/tunnel.js', import.meta.url).href;
  const child = spawnScript(script, [dist, relay, target]);
  await once(child.stdout, 'data');
  return child;
}

function spawnScript(script: string, args: string[]): ChildProcess & { stdout: Readable } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

test('tells why the first connection failed', async () => {
  const opening = (relay: string, more = {}): Promise<unknown> =>
    openTunnel({ relay, target: 'http://127.0.0.1:1', owner: ownerOf('a'), ...more });
  const web = await startApp((_request, response) => response.end('<html>'));
  await expect(opening(web.url)).rejects.toMatchObject({ code: 'WXD4016' });
  const mute = await listenOn(createServer((socket) => socket.destroy()));
  await expect(opening(mute)).rejects.toMatchObject({ code: /WXD40(01|16)/ });
  const other = createHttpServer();
  other.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  await expect(opening(await listenOn(other))).rejects.toMatchObject({ code: 'WXD4016' });
  await expect(opening('https://127.0.0.1:1')).rejects.toMatchObject({ code: 'WXD4001' });
  await expect(opening('http://nobody.invalid')).rejects.toMatchObject({ code: 'WXD4001' });
  const { certPem: cert, keyPem: key } = selfSigned(['localhost', '*.localhost']);
  const relay = await useRelay({ httpsPort: 0, tls: { cert, key } });
  const httpsUrl = `https://localhost:${new URL(relay.httpsUrl ?? '').port}`;
  await expect(opening(httpsUrl)).rejects.toMatchObject({ code: 'WXD4014' });
  await expect(opening(httpsUrl.replace('https', 'http'))).rejects.toMatchObject({
    code: /WXD40(01|16)/,
  });
  await expect(opening(`https://localhost:${portOf(relay)}`)).rejects.toMatchObject({
    code: 'WXD4016',
  });
  for (const bad of ['', 'relay', 'ftp://x'])
    await expect(opening(bad)).rejects.toMatchObject({ code: 'WXD6001' });
});

test('trusts a relay whose authority it is given', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const { certPem: cert, keyPem: key } = selfSigned(['localhost', '*.localhost']);
  const relay = await useRelay({ httpsPort: 0, tls: { cert, key } });
  const httpsUrl = `https://localhost:${new URL(relay.httpsUrl ?? '').port}`;
  const tunnel = await useTunnel(relay, { relay: httpsUrl, ca: [cert], target: app.url });
  expect(tunnel.url).toMatch(/^https:/);
});

test('dials relays under *.localhost, which resolvers may not know', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const relay = await useRelay();
  const url = `http://relay.localhost:${portOf(relay)}`;
  expect((await useTunnel(relay, { relay: url, target: app.url })).relay).toBe(url);
});

test('an aborted signal ends the dial with its reason', async () => {
  const hung = await listenOn(createServer(() => undefined));
  const abort = new AbortController();
  const opening = openTunnel({
    relay: hung,
    target: 'http://127.0.0.1:1',
    owner: ownerOf('a'),
    signal: abort.signal,
  });
  abort.abort(new Error('enough'));
  await expect(opening).rejects.toThrow('enough');
});

test('close() while it is dialling again ends it', async () => {
  const app = await startApp((_request, response) => response.end());
  const relay = await startRelay({ httpPort: 0 });
  const tunnel = await useTunnel(relay, { target: app.url });
  await relay.close();
  await once(tunnel.events, 'reconnecting');
  await Promise.all([tunnel.close(), tunnel.close()]);
  expect(await tunnel.closed).toEqual({ type: 'closed' });
});

test('waits between dials grow with the time that was lost, spread from zero on, up to 15 s', () => {
  expect(backoffMs(0, 0.999)).toBe(100);
  expect(backoffMs(0, 0)).toBe(0);
  expect(backoffMs(3_000, 0.999)).toBeLessThanOrEqual(750);
  expect(backoffMs(3_600_000, 0.5)).toBe(7_500);
});

test('the local server may come and go: 502 while it is down, 200 when it is back', async () => {
  const app = await startApp((_request, response) => response.end('back'));
  const target = app.url;
  app.server.close();
  const { port, tunnel } = await startPair(target);
  const codes: (string | undefined)[] = [];
  tunnel.events.on('exchange', ({ error }) => codes.push(error?.code));
  const client = new RawClient(port);
  const { status, head, body } = await client.send(GET).response();
  expect(status).toBe(502);
  expect(head).toContain('x-wx-dev-error: WXD4008');
  expect(body).toContain('ECONNREFUSED');
  app.server.listen(Number(new URL(target).port), '127.0.0.1');
  await once(app.server, 'listening');
  expect((await client.send(GET).response()).body).toBe('back');
  expect(codes[0]).toBe('WXD4008');
});

test('an upload to a local server that is down gets its 502, and the connection goes on', async () => {
  const app = await startApp((_request, response) => response.end());
  app.server.close();
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 1000000\r\n\r\n',
  );
  expect((await client.response()).status).toBe(502);
  client.send(Buffer.alloc(1_000_000)).send(GET);
  expect((await client.response()).status).toBe(502);
});

test('a quiet local connection that the server closes, or speaks on, is not used again', async () => {
  const quiet: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      quiet.push(socket);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const { port } = await startPair(await listenOn(server));
  const client = new RawClient(port);
  for (const spoil of [
    (socket: Socket) => socket.end(),
    (socket: Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n'),
    (socket: Socket) => socket.resetAndDestroy(),
  ]) {
    expect((await client.send(GET).response()).status).toBe(200);
    const last = quiet.at(-1);
    if (last) spoil(last);
    expect((await client.send(GET).response()).status).toBe(200);
    expect(quiet.at(-1)).not.toBe(last);
  }
  await eventually(() => quiet.length >= 6);
});

test.each(['127.0.0.1', '::1'])(
  'finds a server under localhost that listens on %s only',
  async (host) => {
    const server = createHttpServer((_request, response) => response.end(host));
    server.listen(0, host);
    const failure = await once(server, 'listening').then(
      () => undefined,
      (error: unknown) => error,
    );
    // Not every machine, and few containers, have IPv6.
    if (failure !== undefined && host === '::1') return;
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port: localPort } = server.address() as AddressInfo;
    const { port } = await startPair(`http://localhost:${localPort}`);
    expect((await new RawClient(port).send(GET).response()).body).toBe(host);
  },
);

/** A relay in a process of its own, so that it can be killed. */
async function spawnRelay(port: number): Promise<ChildProcess> {
  const script = `
    const { startRelay } = await import(process.argv[1]);
    const relay = await startRelay({ httpPort: Number(process.argv[2]) });
    console.log(relay.httpUrl);`;
  const dist = new URL('../../dist/relay/relay.js', import.meta.url).href;
  const child = spawnScript(script, [dist, String(port)]);
  await once(child.stdout, 'data');
  return child;
}

test('a relay that is killed for 3 s and started again: same URL, and the next request succeeds', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const free = createServer();
  const relayUrl = await listenOn(free);
  free.close();
  const port = Number(new URL(relayUrl).port);
  const first = await spawnRelay(port);
  const tunnel = await openTunnel({ relay: relayUrl, target: app.url, owner: ownerOf('a') });
  onTestFinished(() => tunnel.close());
  const { url } = tunnel;
  const lost = once(tunnel.events, 'reconnecting');
  first.kill('SIGKILL');
  await lost;
  // The scenario itself: that long is the relay away.
  await sleep(3_000);
  await spawnRelay(port);
  const { host } = new URL(url);
  const client = new RawClient(port).send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  expect((await client.response()).body).toBe('ok');
  expect(tunnel.url).toBe(url);
});

test('a client that is frozen is given up within 10 s', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const relay = await useRelay();
  const child = await spawnClient(relay.httpUrl ?? '', app.url);
  const client = new RawClient(portOf(relay));
  expect((await client.send(GET).response()).body).toBe('ok');
  child.kill('SIGSTOP');
  const asked = performance.now();
  const { status, head } = await client.send(GET).response();
  expect(status).toBe(503);
  expect(head).toContain('Retry-After');
  // Ten seconds of patience, and as many for a busy machine: what is not given up for a request is given up after thirty.
  expect(performance.now() - asked).toBeLessThan(20_000);
});

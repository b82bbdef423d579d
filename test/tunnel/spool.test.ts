import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRelay, type Relay, type RelayOptions } from '../../src/relay/relay.ts';
import { openTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/tunnel.ts';
import {
  bodyOf,
  eventually,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  useRelay,
} from '../helpers/tunnel.ts';
import { startWire } from '../helpers/wire.ts';

const TOKEN = 'a-token-of-the-relay';

async function spoolFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-spool-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function useSpoolingRelay(dir: string, more: Partial<RelayOptions> = {}): Promise<Relay> {
  return useRelay({ tokens: [TOKEN], spoolDir: dir, ...more });
}

async function open(
  relay: string,
  target: string,
  more: Partial<TunnelOptions> = {},
): Promise<Tunnel> {
  const tunnel = await openTunnel({
    relay,
    target,
    subdomain: 'app',
    owner: ownerOf('somebody'),
    token: TOKEN,
    spool: '/wx',
    ...more,
  });
  onTestFinished(() => tunnel.close());
  return tunnel;
}

/** An app that notes what it is asked. */
async function startInbox(): Promise<{
  url: string;
  seen: { url: string; body: string; headers: Record<string, unknown> }[];
  bodies: () => string[];
}> {
  const seen: { url: string; body: string; headers: Record<string, unknown> }[] = [];
  const app = await startApp((request, response) => {
    void bodyOf(request).then((body) => {
      if (request.method === 'POST')
        seen.push({ url: request.url ?? '', body: body.toString(), headers: request.headers });
      response.end('answer');
    });
  });
  return { url: app.url, seen, bodies: () => seen.map(({ body }) => body) };
}

const post = (body: string, path = '/wx?signature=s&timestamp=1'): string =>
  `POST ${path} HTTP/1.1\r\nHost: app.localhost\r\nContent-Type: text/xml\r\nX-Own: 1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function push(port: number, body: string, path?: string): Promise<string> {
  const answer = await new RawClient(port).send(Buffer.from(post(body, path))).response();
  return `${answer.status} ${answer.status === 200 ? answer.body : ''}`.trim();
}

/** Ends a client for good, and waits until the relay knows. */
async function leave(relay: Relay, tunnel: Tunnel): Promise<void> {
  const closed = once(relay.events, 'tunnel-closed');
  await tunnel.close();
  await closed;
}

test('what comes while the client is away is answered with success, and delivered in order, each once', async () => {
  const dir = await spoolFolder();
  const relay = await useSpoolingRelay(dir);
  const port = portOf(relay);
  const app = await startInbox();
  const first = await open(relay.httpUrl ?? '', app.url);
  expect(first.waiting).toBe(0);
  expect(await push(port, 'live')).toBe('200 answer');
  await leave(relay, first);
  const texts = Array.from({ length: 20 }, (_, index) => `kept ${index} 你好`);
  for (const text of texts) expect(await push(port, text)).toBe('200 success');
  const chunked = new RawClient(port).send(
    'POST /wx HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  );
  expect((await chunked.response()).body).toBe('success');
  // Only POST, and only the callback path: nobody else understands `success`.
  expect(await push(port, 'x', '/other')).toBe('503');
  expect(await push(port, 'x', '/wx/below')).toBe('503');
  const get = new RawClient(port).send('GET /wx HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
  expect((await get.response()).status).toBe(503);
  const back = await open(relay.httpUrl ?? '', app.url);
  expect(back.waiting).toBe(21);
  await eventually(() => app.seen.length === 22);
  expect(app.bodies()).toEqual(['live', ...texts, 'abc']);
  const [, { headers, url } = { headers: {} as Record<string, unknown>, url: '' }] = app.seen;
  expect(url).toBe('/wx?signature=s&timestamp=1');
  expect(headers).toMatchObject({
    'content-type': 'text/xml',
    'x-own': '1',
    'x-forwarded-for': '127.0.0.1',
  });
  expect(Date.parse(String(headers['x-wx-dev-received']))).toBeGreaterThan(0);
  expect(await push(port, 'live again')).toBe('200 answer');
  await eventually(() => app.seen.length === 23);
  await leave(relay, back);
  expect((await open(relay.httpUrl ?? '', app.url)).waiting).toBe(0);
});

test('a client that is cut off: its requests wait for it, then are kept before WeChat hangs up', async () => {
  const relay = await useSpoolingRelay(await spoolFolder());
  const wire = await startWire(portOf(relay));
  const app = await startInbox();
  await open(wire.url, app.url);
  const closed = once(relay.events, 'tunnel-closed');
  wire.block();
  wire.cut();
  await closed;
  const kept = once(relay.events, 'spooled');
  const answers = Promise.all(['a', 'b'].map((text) => push(portOf(relay), text)));
  await kept;
  expect(await answers).toEqual(['200 success', '200 success']);
  wire.open();
  await eventually(() => app.seen.length === 2);
  expect(app.bodies().toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'b']);
});

/** A relay that can be killed, in a process of its own. */
async function spawnRelay(
  dir: string,
  port: number,
): Promise<{ child: ChildProcess; port: number }> {
  const script = `
    const { startRelay } = await import(process.argv[1]);
    const [, , spoolDir, port] = process.argv;
    const relay = await startRelay({ httpPort: Number(port), tokens: ['${TOKEN}'], spoolDir });
    console.log(new URL(relay.httpUrl).port);`;
  const dist = new URL('../../dist/relay/relay.js', import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, dist, dir, String(port)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(line.toString()) };
}

test('a relay that is killed again and again loses nothing that it has answered for, and delivers nothing twice', async () => {
  const dir = await spoolFolder();
  const app = await startInbox();
  let relay = await spawnRelay(dir, 0);
  const { port } = relay;
  const url = `http://127.0.0.1:${port}`;
  const restart = async (): Promise<void> => {
    const exited = once(relay.child, 'exit');
    relay.child.kill('SIGKILL');
    await exited;
    relay = await spawnRelay(dir, port);
  };
  const tunnel = await open(url, app.url);
  await tunnel.close();
  const texts: string[] = [];
  for (let batch = 0; batch < 3; batch++) {
    if (batch > 0) await restart();
    const some = Array.from({ length: 10 }, (_, index) => `${batch}${index}`);
    // Just started, a relay waits a moment for clients of its last run.
    const answers = await Promise.all(some.map((text) => push(port, text)));
    expect(new Set(answers)).toEqual(new Set(['200 success']));
    texts.push(...some);
  }
  // And while it delivers.
  const back = await open(url, app.url);
  for (const mark of [5, 15, 25]) {
    await eventually(() => app.seen.length >= mark);
    await restart();
  }
  await eventually(() => app.seen.length >= 30);
  expect(await push(port, 'end')).toBe('200 answer');
  const sorted = app.bodies().toSorted((a, b) => a.localeCompare(b));
  expect(sorted).toEqual([...texts, 'end']);
  await back.close();
});

test('a relay that was killed before it noted an answer asks again: the client answers, the app is not asked', async () => {
  const dir = await spoolFolder();
  const app = await startInbox();
  const relay = await useSpoolingRelay(dir);
  const port = portOf(relay);
  await leave(relay, await open(relay.httpUrl ?? '', app.url));
  await push(port, 'once');
  const before = await spoolFolder();
  await cp(dir, before, { recursive: true });
  await open(relay.httpUrl ?? '', app.url);
  await eventually(() => app.seen.length === 1);
  await relay.close();
  const delivered: number[] = [];
  const next = await useSpoolingRelay(before, { httpPort: port });
  next.events.on('delivered', ({ waiting }) => delivered.push(waiting));
  await eventually(() => delivered.length === 1);
  expect(await push(port, 'live')).toBe('200 answer');
  expect(app.bodies()).toEqual(['once', 'live']);
});

test('a client that is killed while the app works on one: that one comes again, with the same id, and no other', async () => {
  const relay = await useSpoolingRelay(await spoolFolder());
  const port = portOf(relay);
  const seen: string[] = [];
  let isHolding = true;
  const app = await startApp((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push(`${body.toString()} ${String(request.headers['x-wx-dev-spooled'])}`);
      if (body.toString() !== '1' || !isHolding) response.end();
    });
  });
  await leave(relay, await open(relay.httpUrl ?? '', app.url));
  for (const text of ['0', '1', '2']) expect(await push(port, text)).toBe('200 success');
  const script = `
    const { openTunnel } = await import(process.argv[1]);
    const [, , relay, target, owner] = process.argv;
    await openTunnel({ relay, target, subdomain: 'app', owner, token: '${TOKEN}', spool: '/wx' });`;
  const dist = new URL('../../dist/tunnel/tunnel.js', import.meta.url).href;
  const words = [script, dist, relay.httpUrl ?? '', app.url, ownerOf('somebody')];
  const child = spawn(process.execPath, ['--input-type=module', '-e', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await eventually(() => seen.length === 2);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  isHolding = false;
  await open(relay.httpUrl ?? '', app.url);
  await eventually(() => seen.length === 4);
  expect(seen.map((line) => line.slice(0, 1))).toEqual(['0', '1', '1', '2']);
  expect(seen[2]).toBe(seen[1]);
});

test('an app that is down gets them when it is up, in order', async () => {
  const relay = await useSpoolingRelay(await spoolFolder());
  const port = portOf(relay);
  const app = await startInbox();
  const down = await startApp((_request, response) => response.end());
  down.server.close();
  await leave(relay, await open(relay.httpUrl ?? '', down.url));
  for (const text of ['1', '2', '3']) await push(port, text);
  const seen: string[] = [];
  down.server.removeAllListeners('request');
  down.server.on('request', (request, response) => {
    void bodyOf(request).then((body) => {
      seen.push(body.toString());
      response.end();
    });
  });
  const tunnel = await open(relay.httpUrl ?? '', down.url);
  const [first] = (await once(tunnel.events, 'exchange')) as [{ status: number }];
  expect(first.status).toBe(502);
  down.server.listen(Number(new URL(down.url).port), '127.0.0.1');
  await eventually(() => seen.length === 3);
  expect(seen).toEqual(['1', '2', '3']);
  expect(app.seen).toEqual([]);
});

test('what is kept for one owner goes to no other, and a name that another client serves is served', async () => {
  const dir = await spoolFolder();
  const app = await startInbox();
  const relay = await startRelay({ httpPort: 0, tokens: [TOKEN], spoolDir: dir });
  await leave(relay, await open(relay.httpUrl ?? '', app.url));
  await push(portOf(relay), 'secret');
  await relay.close();
  // It remembers who owned the name only by what it keeps.
  const next = await useSpoolingRelay(dir);
  const other = await startInbox();
  const thief = await open(next.httpUrl ?? '', other.url, { owner: ownerOf('thief') });
  expect(thief.waiting).toBe(0);
  expect(await push(portOf(next), 'live')).toBe('200 answer');
  expect(other.bodies()).toEqual(['live']);
  const [box = ''] = (await readdir(dir)).filter((name) => !name.includes('thief'));
  expect(box).toMatch(/^app\./);
});

test('answers success only for what it has: not for a body cut off or too large, not when full, not when the disk takes nothing', async () => {
  const dir = await spoolFolder();
  const relay = await useSpoolingRelay(dir, { spoolLimits: { perBox: 2 } });
  const port = portOf(relay);
  const app = await startInbox();
  await leave(relay, await open(relay.httpUrl ?? '', app.url));
  const half = new RawClient(port).send(post('x'.repeat(100)).slice(0, -50));
  expect((await half.response()).status).toBe(503);
  const gone = new RawClient(port).send(post('x'.repeat(100)).slice(0, -50));
  await once(gone.socket, 'connect');
  gone.socket.destroy();
  expect(await push(port, 'x'.repeat(1_048_577))).toBe('413');
  const broken = new RawClient(port).send(
    'POST /wx HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  );
  expect((await broken.response()).status).toBe(400);
  expect(await push(port, '1')).toBe('200 success');
  const [box = ''] = await readdir(dir);
  await cp(join(dir, box), `${dir}-moved`, { recursive: true });
  onTestFinished(() => rm(`${dir}-moved`, { recursive: true, force: true }));
  await rm(join(dir, box), { recursive: true });
  await writeFile(join(dir, box), '');
  expect(await push(port, 'nowhere to put it')).toBe('503');
  await rm(join(dir, box));
  await cp(`${dir}-moved`, join(dir, box), { recursive: true });
  expect(await push(port, '2')).toBe('200 success');
  expect(await push(port, 'one too many')).toBe('503');
  await open(relay.httpUrl ?? '', app.url);
  await eventually(() => app.seen.length === 2);
  expect(app.bodies()).toEqual(['1', '2']);
});

test('a newer client of the same owner gets what its predecessor had not answered', async () => {
  const relay = await useSpoolingRelay(await spoolFolder());
  const port = portOf(relay);
  const quick = await startInbox();
  let asked = 0;
  const hung = await startApp(() => {
    asked += 1;
  });
  await leave(relay, await open(relay.httpUrl ?? '', quick.url));
  for (const text of ['1', '2']) await push(port, text);
  const older = await open(relay.httpUrl ?? '', hung.url);
  await eventually(() => asked === 1);
  await open(relay.httpUrl ?? '', quick.url);
  expect(await older.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4017' } });
  await eventually(() => quick.seen.length === 2);
  expect(quick.bodies()).toEqual(['1', '2']);
  expect(asked).toBe(1);
});

test('the tunnels of one token share what is kept for it, and leave the rest to others', async () => {
  const dir = await spoolFolder();
  const OTHER = 'another-token-of-the-relay';
  const spoolLimits = { perHolder: 3 };
  const relay = await useSpoolingRelay(dir, { tokens: [TOKEN, OTHER], spoolLimits });
  const url = relay.httpUrl ?? '';
  const app = await startInbox();
  // Each of an owner of its own: what counts is the token.
  const tunnel = async (subdomain: string, token: string, spool?: string): Promise<Tunnel> =>
    open(url, app.url, { subdomain, token, owner: ownerOf(subdomain), spool });
  for (const name of ['a', 'b']) await leave(relay, await tunnel(name, TOKEN, '/wx'));
  await leave(relay, await tunnel('c', OTHER, '/wx'));
  const pushTo = async (name: string, body: string): Promise<string> => {
    const text = post(body).replace('app.localhost', `${name}.localhost`);
    const answer = await new RawClient(portOf(relay)).send(Buffer.from(text)).response();
    return `${answer.status} ${/x-wx-dev-error: (\w+)/.exec(answer.head)?.[1] ?? answer.body}`;
  };
  for (const body of ['1', '2', '3']) expect(await pushTo('a', body)).toBe('200 success');
  for (const name of ['a', 'b']) expect(await pushTo(name, '4')).toBe('503 WXD4051');
  expect(await pushTo('c', '5')).toBe('200 success');
  // Whoever no longer asks for it has not given back what lies there.
  await leave(relay, await tunnel('a', TOKEN));
  expect(await pushTo('b', '6')).toBe('503 WXD4051');
  await tunnel('a', TOKEN, '/wx');
  await eventually(() => app.seen.length === 3);
  for (;;) if ((await pushTo('b', '7')) === '200 success') break;
  expect(app.bodies()).toEqual(['1', '2', '3']);
});

test('is offered only where names are owned and its owner allows it, and kept from who does not ask', async () => {
  const dir = await spoolFolder();
  await expect(startRelay({ httpPort: 0, spoolDir: dir })).rejects.toMatchObject({
    code: 'WXD6002',
  });
  const app = await startInbox();
  const plain = await useRelay({ tokens: [TOKEN] });
  await expect(open(plain.httpUrl ?? '', app.url)).rejects.toMatchObject({ code: 'WXD4062' });
  const relay = await useSpoolingRelay(dir);
  await leave(relay, await open(relay.httpUrl ?? '', app.url));
  expect(await push(portOf(relay), '1')).toBe('200 success');
  // Back without --spool: from now on nothing is kept, and what is there stays for when it asks.
  await leave(relay, await open(relay.httpUrl ?? '', app.url, { spool: undefined }));
  expect(await push(portOf(relay), '2')).toBe('503');
  await open(relay.httpUrl ?? '', app.url);
  await eventually(() => app.seen.length === 1);
  expect(app.bodies()).toEqual(['1']);
});

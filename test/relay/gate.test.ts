import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { WRONG_PASSWORDS } from '../../src/relay/limits.ts';
import type { RelayOptions } from '../../src/relay/relay.ts';
import {
  listenOn,
  portOf,
  RawClient,
  startApp,
  startPair,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { encodeWelcome } from '../../src/wire/handshake.ts';

const TOKEN = 'a-token-of-the-relay-0001';
const LOGIN = 'alice:correct horse';
const basic = (login: string): string =>
  `Authorization: Basic ${Buffer.from(login).toString('base64')}\r\n`;
const GET = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: app.localhost\r\n${more}\r\n`;

async function startGuarded(
  access: object,
  relay: Partial<RelayOptions> = {},
): Promise<{
  ask: (path: string, more?: string) => Promise<number>;
  port: number;
  seen: string[];
}> {
  const seen: string[] = [];
  const app = await startApp((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    response.end('ok');
  });
  const [token] = relay.tokens ?? [];
  const { port } = await startPair(app.url, { relay, tunnel: { access, token } });
  const ask = async (path: string, more = ''): Promise<number> =>
    (await new RawClient(port).send(GET(path, more)).response()).status;
  return { ask, port, seen };
}

test('a login is asked for, in both languages and JSON, and nothing reaches the app without', async () => {
  const { ask, port, seen } = await startGuarded({ logins: [LOGIN, 'bob:another one'] });
  const plain = await new RawClient(port).send(GET('/')).response();
  expect(plain.status).toBe(401);
  expect(plain.head).toContain(
    '\r\nWWW-Authenticate: Basic realm="app.localhost", charset="UTF-8"\r\n',
  );
  expect(plain.head).toContain('\r\nx-wx-dev-error: WXD4044\r\n');
  const zh = await new RawClient(port).send(GET('/', 'Accept-Language: zh\r\n')).response();
  expect(Buffer.from(zh.body, 'latin1').toString()).toContain('用户名和密码');
  const json = await new RawClient(port).send(GET('/', 'Accept: application/json\r\n')).response();
  expect(JSON.parse(json.body)).toMatchObject({ status: 401, code: 'WXD4044', hop: 'request' });
  for (const wrong of [
    basic('alice:wrong'),
    basic('alice:correct horse '),
    basic('mallory:correct horse'),
    basic(''),
    'Authorization: Bearer x\r\n',
    'Authorization: Basic !!!\r\n',
    'Authorization: Basic\r\n',
    `${basic('x:y')}${basic(LOGIN)}`,
  ])
    expect(await ask('/', wrong), wrong).toBe(401);
  expect(seen).toEqual([]);
  expect(await ask('/a', basic(LOGIN))).toBe(200);
  expect(await ask('/b', basic('bob:another one'))).toBe(200);
  expect(await ask('/c', basic(LOGIN).replace('Basic', 'bAsIc'))).toBe(200);
  // As with any server's own check: what the visitor sent is the app's to see.
  expect(seen[0]).toBe(`/a ${basic(LOGIN).slice(15, -2)}`);
});

test('each request of a connection is asked, not only the first', async () => {
  const { port } = await startGuarded({ logins: [LOGIN] });
  const client = new RawClient(port);
  expect((await client.send(GET('/', basic(LOGIN))).response()).status).toBe(200);
  expect((await client.send(GET('/')).response()).status).toBe(401);
});

test('WeChat’s path stays open, and nothing that only looks like it', async () => {
  const { ask, seen } = await startGuarded({ logins: [LOGIN], openPaths: ['/wx', '/public/*'] });
  expect(await ask('/wx?signature=a&timestamp=1')).toBe(200);
  expect(await ask('/public/a')).toBe(200);
  expect(await ask('/_wx-dev/ping')).toBe(204);
  for (const path of [
    '/wx/',
    '/wx/../admin',
    '/WX',
    '/public/../admin',
    '/public/%2e%2e/admin',
    '//wx',
  ])
    expect(await ask(path), path).toBe(401);
  expect(seen).toEqual(['/wx?signature=a&timestamp=1', '/public/a']);
});

test('of the path of the check only what never reaches the app is open', async () => {
  const { ask, port, seen } = await startGuarded({ logins: [LOGIN] });
  expect(await ask('/_wx-dev/ping')).toBe(204);
  for (const path of ['/_wx-dev/ping?', '/_wx-dev/ping?x=1', '/_wx-dev/ping/'])
    expect(await ask(path), path).toBe(401);
  for (const method of ['POST', 'HEAD', 'PUT', 'OPTIONS']) {
    const head = `${method} /_wx-dev/ping HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\n\r\n`;
    expect(await new RawClient(port).send(head).untilClosed(), method).toMatch(/^HTTP\/1\.1 401 /);
  }
  expect(seen).toEqual([]);
});

test('only allowed addresses come in, as a trusted proxy tells them and nobody else', async () => {
  const { ask } = await startGuarded(
    { allowIp: ['203.0.113.0/24', '2001:db8::/32'] },
    { trustProxy: ['127.0.0.1'], tokens: [TOKEN] },
  );
  const from = (address: string): Promise<number> => ask('/', `X-Forwarded-For: ${address}\r\n`);
  expect(await from('203.0.113.7')).toBe(200);
  expect(await from('2001:db8::7')).toBe(200);
  expect(await from('203.0.114.7')).toBe(403);
  expect(await from('203.0.113.7, 198.51.100.1')).toBe(403);
  expect(await ask('/')).toBe(403);
  const other = await startGuarded({ allowIp: ['203.0.113.7'] });
  expect(await other.ask('/', 'X-Forwarded-For: 203.0.113.7\r\nX-Real-IP: 203.0.113.7\r\n')).toBe(
    403,
  );
});

test('address and login have to be right both', async () => {
  const both = { logins: [LOGIN], allowIp: ['127.0.0.1'] };
  const { ask } = await startGuarded(both);
  expect(await ask('/')).toBe(401);
  expect(await ask('/', basic(LOGIN))).toBe(200);
  const away = await startGuarded({ ...both, allowIp: ['192.0.2.1'] });
  expect(await away.ask('/', basic(LOGIN))).toBe(403);
});

test('who tries passwords has to pause, also with the right one; the open path does not', async () => {
  const limits = { perAddress: { connections: 1_000 } };
  const { ask } = await startGuarded({ logins: [LOGIN], openPaths: ['/wx'] }, { limits });
  const tries = [];
  for (let i = 0; i < WRONG_PASSWORDS.burst + 10; i++)
    tries.push(await ask('/', basic(`alice:guess ${i}`)));
  expect(tries.slice(0, WRONG_PASSWORDS.burst)).toEqual(Array(WRONG_PASSWORDS.burst).fill(401));
  expect(tries).toContain(429);
  expect(await ask('/', basic(LOGIN))).toBe(429);
  expect(await ask('/wx')).toBe(200);
});

test('a request that waited for its client passes the gate that the client comes with', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const relay = await useRelay();
  const waiting = new RawClient(portOf(relay)).send(GET('/'));
  await useTunnel(relay, { target: app.url, subdomain: 'app', access: { logins: [LOGIN] } });
  expect((await waiting.response()).status).toBe(401);
});

test('a relay that cannot ask is not used', async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.once('message', () =>
      socket.send(
        encodeWelcome({
          protocol: 1,
          session: 's',
          name: 'app',
          url: 'http://app.localhost',
          features: ['resume'],
          graceMs: 0,
        }),
      ),
    ),
  );
  const relay = await listenOn(server);
  const options = { relay, target: 'http://127.0.0.1:1', owner: 'o'.repeat(32) };
  await expect(openTunnel({ ...options, access: { logins: [LOGIN] } })).rejects.toMatchObject({
    code: 'WXD4040',
  });
  const open = await openTunnel(options);
  await open.close();
});

test('what is no address is refused with the reason', async () => {
  const port = portOf(await useRelay());
  const app = await startApp((_request, response) => response.end('ok'));
  await expect(
    openTunnel({
      relay: `http://127.0.0.1:${port}`,
      target: app.url,
      owner: 'o'.repeat(32),
      access: { allowIp: ['999.0.0.1'] },
    }),
  ).rejects.toMatchObject({ code: 'WXD4009' });
});

import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { formatError, isWxDevError } from '../../src/core/errors.ts';
import { startRelay } from '../../src/relay/relay.ts';
import { encodeHello, subprotocol } from '../../src/wire/handshake.ts';
import { TUNNEL_PATH } from '../../src/wire/link.ts';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import {
  bodyOf,
  eventually,
  ownerOf,
  portOf,
  RawClient,
  startApp,
  startPair,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';
import { selfSigned } from '../helpers/self-signed.ts';

const ask = (host: string, more = ''): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

test('routes each request by its own Host, also on one connection', async () => {
  const one = await startApp((_request, response) => response.end('one'));
  const two = await startApp((_request, response) => response.end('two'));
  const relay = await useRelay();
  await useTunnel(relay, { target: one.url, subdomain: 'one' });
  await useTunnel(relay, { target: two.url, subdomain: 'two', owner: ownerOf('another') });
  const client = new RawClient(portOf(relay));
  for (const [host, body] of [
    ['one.localhost', 'one'],
    ['two.localhost', 'two'],
    ['ONE.LocalHost.', 'one'],
    [`two.localhost:${portOf(relay)}`, 'two'],
    ['one.localhost:1', 'one'],
  ] as const)
    expect((await client.send(ask(host)).response()).body).toBe(body);
});

test.each([
  'nobody.localhost',
  'a.app.localhost',
  'localhost',
  '127.0.0.1',
  'app.localhost.evil.example',
  'xapp.localhost',
])('answers 404 with the reason in plain text for %s', async (host) => {
  const app = await startApp((_request, response) => response.end());
  const { port } = await startPair(app.url);
  const { status, head, body } = await new RawClient(port).send(ask(host)).response();
  expect(status).toBe(404);
  expect(head).toContain('Content-Type: text/plain; charset=utf-8\r\n');
  expect(head).toContain('x-wx-dev-error: WXD4006\r\n');
  expect(body).toContain(`No tunnel is open for ${host}`);
});

test('its own answers are JSON for who asks for JSON, Chinese for who reads Chinese, empty for HEAD', async () => {
  const port = portOf(await useRelay());
  const json = await new RawClient(port)
    .send(ask('a.b', 'Accept: application/json\r\n'))
    .response();
  expect(JSON.parse(json.body)).toMatchObject({ status: 404, code: 'WXD4006' });
  const zh = await new RawClient(port).send(ask('a.b', 'Accept-Language: zh-CN\r\n')).response();
  expect(Buffer.from(zh.body, 'latin1').toString()).toContain('隧道');
  const head = new RawClient(port).send('HEAD / HTTP/1.1\r\nHost: a.b\r\n\r\n');
  expect(await head.untilClosed()).toMatch(/\r\n\r\n$/);
});

test.each([
  [
    'CL and TE',
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  [
    'two CL',
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc',
    400,
  ],
  ['two Host', 'GET / HTTP/1.1\r\nHost: app.localhost\r\nHost: app.localhost\r\n\r\n', 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['bare LF', 'GET / HTTP/1.1\nHost: app.localhost\n\n', 400],
  [
    'bad chunk',
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    400,
  ],
  ['CONNECT', 'CONNECT app.localhost:80 HTTP/1.1\r\nHost: app.localhost:80\r\n\r\n', 405],
  ['huge head', `GET / HTTP/1.1\r\nHost: app.localhost\r\nX: ${'a'.repeat(20_000)}`, 431],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
])('refuses %s, closes, and goes on serving', async (_what, bytes, status) => {
  const app = await startApp((request, response) => {
    request.resume();
    request.on('end', () => response.end('ok'));
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(bytes);
  expect(await client.untilClosed()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect((await new RawClient(port).send(ask('app.localhost')).response()).status).toBe(200);
});

test('garbage, TLS and half heads leave the relay alive', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const { port } = await startPair(app.url);
  for (const bytes of [
    '\x16\x03\x01\x02\0\x01\0',
    '\0'.repeat(100),
    'GET',
    '\r\n\r\n\r\n',
    '\xff\xfe',
  ]) {
    const client = new RawClient(port).send(bytes);
    client.socket.end();
    await client.untilClosed();
  }
  expect((await new RawClient(port).send(ask('app.localhost')).response()).status).toBe(200);
});

test('serves HTTPS beside HTTP and says which it was', async () => {
  const { certPem: cert, keyPem: key } = selfSigned(['localhost', '*.localhost']);
  const app = await startApp((request, response) =>
    response.end(String(request.headers['x-forwarded-proto'])),
  );
  const relay = await useRelay({ httpsPort: 0, tls: { cert, key } });
  const tunnel = await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const httpsPort = Number(new URL(relay.httpsUrl ?? '').port);
  expect(tunnel.url).toBe(`https://app.localhost:${httpsPort}`);
  const outgoing = httpsRequest({
    port: httpsPort,
    host: '127.0.0.1',
    headers: { host: 'app.localhost' },
    rejectUnauthorized: false,
  }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  expect((await bodyOf(response)).toString()).toBe('https');
  const plain = await new RawClient(portOf(relay)).send(ask('app.localhost')).response();
  expect(plain.body).toBe('http');
});

test('announces what it was told to announce', async () => {
  const behind = await useRelay({
    domain: 'T.example.com',
    publicUrl: 'https://*.t.example.com',
    tokens: ['a-token-of-the-relay-0001'],
  });
  expect(behind.urlOf('app')).toBe('https://app.t.example.com');
  const plain = await useRelay({ domain: 'example.com', tokens: ['a-token-of-the-relay-0001'] });
  expect(plain.urlOf('app')).toBe(`http://app.example.com:${portOf(plain)}`);
});

test('without tokens it listens on loopback addresses only', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com'])
    await expect(startRelay({ host, httpPort: 0 })).rejects.toMatchObject({ code: 'WXD4010' });
  await useRelay({ host: '0.0.0.0', tokens: ['secret'] });
});

test('names a port that is taken and an address that is not ours', async () => {
  const relay = await useRelay();
  await expect(startRelay({ httpPort: portOf(relay) })).rejects.toMatchObject({ code: 'WXD6003' });
  await expect(startRelay({ host: '192.0.2.1', httpPort: 0, tokens: ['x'] })).rejects.toMatchObject(
    { code: 'WXD6001' },
  );
});

test('lets in who knows one of its tokens', async () => {
  const app = await startApp((_request, response) => response.end());
  const relay = await useRelay({ tokens: ['first', 'second'] });
  for (const token of [undefined, '', 'firs', 'first2', 'second ']) {
    const opening = openTunnel({
      relay: relay.httpUrl ?? '',
      target: app.url,
      owner: ownerOf('a'),
      ...(token ? { token: token.trim() + (token.endsWith(' ') ? '_' : '') } : {}),
    });
    await expect(opening).rejects.toMatchObject({ code: 'WXD4003' });
  }
  expect((await useTunnel(relay, { target: app.url, token: 'second' })).subdomain).not.toBe('');
});

test('a name belongs to its owner, also after the client has gone', async () => {
  const app = await startApp((_request, response) => response.end());
  const relay = await useRelay();
  const mine = await useTunnel(relay, { target: app.url, subdomain: 'Mine' });
  expect(mine.subdomain).toBe('mine');
  const other = (): Promise<unknown> =>
    openTunnel({
      relay: relay.httpUrl ?? '',
      target: app.url,
      owner: ownerOf('thief'),
      subdomain: 'mine',
    });
  await expect(other()).rejects.toMatchObject({ code: 'WXD4004' });
  await mine.close();
  await expect(other()).rejects.toMatchObject({ code: 'WXD4004' });
  const again = await useTunnel(relay, { target: app.url, subdomain: 'mine' });
  expect(again.url).toBe(mine.url);
});

test.each([
  '-a',
  'a-',
  'a_b',
  'a.b',
  'xn--80ak6aa92e',
  'ab--c',
  'www',
  'wx-dev',
  'a'.repeat(64),
  '中文',
  'a b',
])('refuses the name %j', async (subdomain) => {
  const relay = await useRelay();
  const opening = openTunnel({
    relay: relay.httpUrl ?? '',
    target: 'http://127.0.0.1:1',
    owner: ownerOf('a'),
    subdomain,
  });
  await expect(opening).rejects.toMatchObject({ code: 'WXD4005' });
  // Whichever end refuses it, the reason is told in the language of the user.
  const error: unknown = await opening.catch((cause: unknown) => cause);
  const told = isWxDevError(error) ? formatError(error, 'zh').body.join('') : '';
  expect(told.replaceAll(/a-z/g, '')).not.toMatch(/[a-z]{3}/);
});

test('the newest client of an owner takes the name, and the older one ends', async () => {
  const one = await startApp((_request, response) => response.end('one'));
  const two = await startApp((_request, response) => response.end('two'));
  const relay = await useRelay();
  const events: string[] = [];
  relay.events.on('tunnel-open', ({ name }) => events.push(`open ${name}`));
  relay.events.on('tunnel-closed', ({ name }) => events.push(`closed ${name}`));
  const older = await useTunnel(relay, { target: one.url, subdomain: 'app' });
  await useTunnel(relay, { target: two.url, subdomain: 'app' });
  const client = new RawClient(portOf(relay));
  expect((await client.send(ask('app.localhost')).response()).body).toBe('two');
  expect(await older.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4017' } });
  await eventually(() => events.length === 3);
  expect(events).toEqual(['open app', 'open app', 'closed app']);
});

test('a takeover lets the older client finish its answer', async () => {
  let finish: () => void = () => undefined;
  const one = await startApp((_request, response) => {
    finish = () => response.end('late but whole');
  });
  const two = await startApp((_request, response) => response.end('two'));
  const relay = await useRelay();
  const older = await useTunnel(relay, { target: one.url, subdomain: 'app' });
  const client = new RawClient(portOf(relay)).send(ask('app.localhost'));
  await once(one.server, 'request');
  await useTunnel(relay, { target: two.url, subdomain: 'app' });
  finish();
  expect((await client.response()).body).toBe('late but whole');
  expect((await older.closed).type).toBe('failed');
});

test('says 503 with Retry-After at once when the user has ended the tunnel', async () => {
  const app = await startApp((_request, response) => response.end());
  const { relay, tunnel, port } = await startPair(app.url);
  const gone = once(relay.events, 'tunnel-closed');
  await tunnel.close();
  await gone;
  const { status, head, body } = await new RawClient(port).send(ask('app.localhost')).response();
  expect(status).toBe(503);
  expect(head).toMatch(/\r\nRetry-After: \d+\r\n/);
  expect(head).toContain('x-wx-dev-error: WXD4007\r\n');
  expect(head).toContain('text/plain');
  expect(body).toContain('away');
});

/** A client that behaves badly; gives the close code. */
async function misbehave(port: number, messages: (Buffer | string)[]): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${TUNNEL_PATH}`, [subprotocol]);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  for (const message of messages) socket.send(message);
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

test('hostile clients are closed and harm nobody', async () => {
  const app = await startApp((_request, response) => response.end('ok'));
  const { relay, port } = await startPair(app.url);
  const hello = Buffer.from(
    encodeHello({ protocol: 1, agent: 'x', name: 'evil', owner: ownerOf('e'), features: [] }),
  );
  const garbage = Buffer.from('garbage that is no frame at all');
  expect(await misbehave(port, [garbage])).toBe(4000);
  expect(await misbehave(port, ['text'])).toBe(4000);
  expect(await misbehave(port, [Buffer.alloc(9)])).toBe(4000);
  expect(await misbehave(port, [Buffer.alloc(300_000)])).toBe(1009);
  expect(await misbehave(port, [hello, garbage])).toBe(1002);
  expect(await misbehave(port, [hello, hello])).toBe(1002);
  expect(await misbehave(port, [hello, 'text'])).toBe(1002);
  expect((await new RawClient(port).send(ask('app.localhost')).response()).body).toBe('ok');
  const silent = connect(port, '127.0.0.1');
  silent.on('error', () => undefined);
  silent.write(
    `GET ${TUNNEL_PATH} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  const [answer] = (await once(silent, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 4\d\d /);
  silent.destroy();
  await relay.close();
});

test('a client that answers with nonsense gets its visitors a 502, not a desynchronised connection', async () => {
  const relay = await useRelay();
  const port = portOf(relay);
  const evil = new WebSocket(`ws://127.0.0.1:${port}${TUNNEL_PATH}`, [subprotocol]);
  await once(evil, 'open');
  evil.send(
    encodeHello({ protocol: 1, agent: 'x', name: 'evil', owner: ownerOf('e'), features: [] }),
  );
  await once(evil, 'message');
  const frame = (type: number, stream: number, flags: number, payload: string): Buffer => {
    const bytes = Buffer.alloc(9 + payload.length);
    bytes.writeUIntBE(payload.length, 0, 3);
    bytes.writeUInt8(type, 3);
    bytes.writeUInt8(flags, 4);
    bytes.writeUInt32BE(stream, 5);
    bytes.write(payload, 9, 'latin1');
    return bytes;
  };
  const client = new RawClient(port).send(ask('evil.localhost'));
  await once(evil, 'message');
  const split = 'HTTP/1.1 200 OK\r\nX: a\nb\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n';
  evil.send(frame(0x12, 1, 1, split));
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 502 /);
  const long = new RawClient(port).send(ask('evil.localhost'));
  await once(evil, 'message');
  evil.send(frame(0x12, 2, 0, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'));
  evil.send(frame(0x13, 2, 1, 'okHTTP/1.1 200 OK\r\n\r\n'));
  expect(await long.untilClosed()).not.toContain('okHTTP');
  evil.close();
});

test('other versions are told which ones it speaks', async () => {
  const port = portOf(await useRelay());
  const socket = new WebSocket(`ws://127.0.0.1:${port}${TUNNEL_PATH}`, ['wx-dev.tunnel.v9']);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(426);
  expect(JSON.parse((await bodyOf(response)).toString())).toEqual({
    code: 'WXD4002',
    versions: [subprotocol],
  });
  socket.terminate();
});

test('close() ends everything, twice at once as well', async () => {
  const app = await startApp((_request, response) => {
    response.write('never ends');
  });
  const { relay, tunnel, port } = await startPair(app.url);
  const running = new RawClient(port).send(ask('app.localhost'));
  await running.until((text) => text.includes('never ends'));
  const idle = new RawClient(port);
  await once(idle.socket, 'connect');
  await Promise.all([relay.close(), relay.close()]);
  expect(await relay.closed).toEqual({ type: 'closed' });
  await running.untilClosed();
  await idle.untilClosed();
  await tunnel.close();
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('an aborted signal closes it', async () => {
  const abort = new AbortController();
  const relay = await useRelay({ signal: abort.signal });
  abort.abort(new Error('enough'));
  expect(await relay.closed).toEqual({ type: 'closed' });
  await expect(startRelay({ httpPort: 0, signal: abort.signal })).rejects.toThrow('enough');
});

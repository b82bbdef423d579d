import { connect } from 'node:tls';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { ADDRESS_TUNNELS } from '../../src/relay/limits.ts';
import type { RelayRequest } from '../../src/relay/request-log.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { EvilClient } from '../helpers/evil-client.ts';
import { eventually, portOf, RawClient, startApp, startPair, useRelay } from '../helpers/tunnel.ts';

/** Sends `bytes`, and checks what every answer of the relay's own has in common. */
async function ownAnswer(
  port: number,
  bytes: string,
  expected: { status: number; code: string; hop: string },
): Promise<string> {
  const lines = bytes.split('\r\n');
  const asked = (more: string): string =>
    [lines[0], more, ...lines.slice(1)].filter((line, i) => i !== 1 || line !== '').join('\r\n');
  const plain = await new RawClient(port).send(bytes).untilClosed();
  expect(plain).toMatch(new RegExp(`^HTTP/1\\.1 ${expected.status} `));
  expect(plain).toContain(`\r\nx-wx-dev-error: ${expected.code}\r\n`);
  expect(plain).toContain('\r\nContent-Type: text/plain; charset=utf-8\r\n');
  expect(plain).toContain('\r\nX-Robots-Tag: noindex\r\n');
  expect(plain).not.toMatch(/<html|<!doctype/i);
  expect(plain).toContain('failed at: ');
  expect(plain.trim().split('\n').at(-1), 'a command to run').toMatch(/^(wx-dev|curl|npm) /);
  const zh = await new RawClient(port).send(asked('Accept-Language: zh-CN')).untilClosed();
  expect(Buffer.from(zh, 'latin1').toString()).toContain('出错环节：');
  const json = await new RawClient(port)
    .send(asked('Accept: text/html, application/json'))
    .untilClosed();
  expect(JSON.parse(json.slice(json.indexOf('\r\n\r\n')))).toMatchObject(expected);
  return plain;
}

const TOKEN = 'a-token-of-the-relay-0001';
const GET = (host: string, more = ''): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

test('404: no tunnel has the host', async () => {
  const port = portOf(await useRelay());
  await ownAnswer(port, GET('a.b'), { status: 404, code: 'WXD4006', hop: 'request' });
});

test.each([
  ['announced', 'Content-Length: 11\r\n\r\nhello world'],
  ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n'],
])('413: a body over the limit, %s', async (_how, rest) => {
  const app = await startApp((request, response) => {
    request.resume().on('end', () => response.end('ok'));
  });
  const { port } = await startPair(app.url, { relay: { limits: { maxBodyBytes: 10 } } });
  const head = 'POST / HTTP/1.1\r\nHost: app.localhost\r\n';
  const expected = { status: 413, code: 'WXD4048', hop: 'request' };
  await ownAnswer(port, `${head}${rest}`, expected);
  const fits = `${head}Content-Length: 10\r\n\r\n0123456789`;
  expect((await new RawClient(port).send(fits).response()).status).toBe(200);
});

test('421: the connection was made to another name, unless a trusted proxy made it', async () => {
  const { certPem: cert, keyPem: key } = selfSigned(['localhost', '*.localhost']);
  const app = await startApp((_request, response) => response.end('ok'));
  const ask = async (
    trustProxy: readonly string[],
    servername: string,
    host: string,
  ): Promise<string> => {
    const { relay } = await startPair(app.url, {
      relay: { httpsPort: 0, tls: { cert, key }, trustProxy, tokens: [TOKEN] },
      tunnel: { ca: [cert], token: TOKEN },
    });
    const port = Number(new URL(relay.httpsUrl ?? '').port);
    const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false });
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'secureConnect');
    socket.write(GET(host, 'Connection: close\r\n'));
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  };
  const wrong = await ask([], 'other.localhost', 'app.localhost');
  expect(wrong).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n[^]*x-wx-dev-error: WXD4041/);
  expect(await ask([], 'app.localhost', 'APP.localhost.')).toMatch(/^HTTP\/1\.1 200 /);
  // What was made to the relay itself may carry what it likes, and so may a proxy.
  expect(await ask([], 'localhost', 'app.localhost')).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask(['127.0.0.1'], 'other.localhost', 'app.localhost')).toMatch(/^HTTP\/1\.1 200 /);
});

test('429: more requests than the relay lets through, with the time to wait', async () => {
  const port = portOf(
    await useRelay({ limits: { perAddress: { requestsPerS: 1 / ADDRESS_TUNNELS } } }),
  );
  for (let i = 0; i < 2; i++) await new RawClient(port).send(GET('a.b')).response();
  const expected = { status: 429, code: 'WXD4042', hop: 'request' };
  expect(await ownAnswer(port, GET('a.b'), expected)).toMatch(/\r\nRetry-After: 1\r\n/);
});

test('431: a head that is too large', async () => {
  const port = portOf(await useRelay());
  const text = new RawClient(port).send(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(101)}\r\n`);
  expect(await text.untilClosed()).toMatch(/^HTTP\/1\.1 431 [^]*x-wx-dev-error: WXD4012/);
  const wide = new RawClient(port).send(GET('a.b', `X: ${'y'.repeat(16_384)}\r\n`));
  expect(await wide.untilClosed()).toMatch(/^HTTP\/1\.1 431 [^]*x-wx-dev-error: WXD4012/);
});

test.each([
  ['unreachable', 3, 502, 'WXD4043', 'client'],
  ['malformed', 5, 502, 'WXD4043', 'client'],
  ['of a fault', 7, 502, 'WXD4043', 'client'],
  ['an unknown code', 99, 502, 'WXD4043', 'client'],
  ['refused', 2, 503, 'WXD4007', 'client'],
  ['timeout', 4, 504, 'WXD4047', 'client'],
])('what the client cut off as %s is answered by what it means', async (_why, reset, ...rest) => {
  const [status, code, hop] = rest;
  const port = portOf(await useRelay());
  const evil = await EvilClient.connect(port);
  let streams = 0;
  evil.socket.on('message', () => {
    const id = ++streams;
    if (id <= 3) evil.send(['RESET', id, 0, `${String.fromCharCode(reset)}broken`]);
  });
  await ownAnswer(port, GET('evil.localhost'), { status, code, hop });
});

test('503: the client has left, with the time to wait', async () => {
  const app = await startApp((_request, response) => response.end());
  const { relay, tunnel, port } = await startPair(app.url);
  const gone = once(relay.events, 'tunnel-closed');
  await tunnel.close();
  await gone;
  const expected = { status: 503, code: 'WXD4007', hop: 'client' };
  expect(await ownAnswer(port, GET('app.localhost'), expected)).toMatch(/\r\nRetry-After: \d+/);
});

test('502 of the client says that it was the local server', async () => {
  const { port } = await startPair('http://127.0.0.1:1');
  const { status, head, body } = await new RawClient(port)
    .send(GET('app.localhost', 'Accept: application/json\r\n'))
    .response();
  expect(status).toBe(502);
  expect(head).toContain('x-wx-dev-error: WXD4008');
  expect(JSON.parse(body)).toMatchObject({ hop: 'app', code: 'WXD4008' });
});

test('what the relay answered by itself is in its log with the code', async () => {
  const relay = await useRelay();
  const log: RelayRequest[] = [];
  relay.events.on('request', (request) => log.push(request));
  await new RawClient(portOf(relay)).send(GET('a.b')).response();
  await eventually(() => log.length === 1);
  expect(log[0]).toMatchObject({ status: 404, error: 'WXD4006' });
});

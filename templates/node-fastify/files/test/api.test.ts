import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { InjectOptions } from 'fastify';
import { SignJWT } from 'jose';
import { signRequest } from '../src/api/signed.ts';
import {
  APPID,
  environment,
  type FakeWechat,
  startApp,
  startWechat,
  type TestApp,
} from './support.ts';

const users: Readonly<Record<string, string>> = { alice: 'oAlice_0001', bob: 'oBob_0001' };

async function start(settings = {}): Promise<TestApp & { wechat: FakeWechat }> {
  const wechat = await startWechat(({ path, query }) => {
    const openid = users[query.js_code ?? query.code ?? ''];
    if (path === '/cgi-bin/message/template/send') return { errcode: 0, msgid: 5 };
    if (openid === undefined) return { errcode: 40029, errmsg: 'invalid code' };
    return { openid, session_key: 'c2Vzc2lvbi1rZXktb2YtdGVzdA==' };
  });
  const started = await startApp({ WX_API_BASE: wechat.url, ...settings });
  const dispose = async () => {
    await started[Symbol.asyncDispose]();
    await wechat[Symbol.asyncDispose]();
  };
  return { ...started, wechat, [Symbol.asyncDispose]: dispose };
}

async function ask({ app }: TestApp, options: InjectOptions) {
  const response = await app.inject(options);
  return { status: response.statusCode, ...response.json(), headers: response.headers };
}

async function login(started: TestApp, code = 'alice') {
  const { data } = await ask(started, { method: 'POST', url: '/api/login', payload: { code } });
  return data as { token: string; sign_key: string };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('turns a code into a token, and keeps the session_key', async () => {
  await using started = await start();
  const payload = { code: 'alice' };
  const answer = await ask(started, { method: 'POST', url: '/api/login', payload });
  assert.deepEqual([answer.status, answer.code, answer.msg], [200, 0, 'ok']);
  assert.equal(answer.data.expires_in, 86_400);
  assert.doesNotMatch(JSON.stringify(answer) + JSON.stringify(started.logs), /c2Vzc2lv|oAlice/);
  const [call] = started.wechat.calls;
  assert.deepEqual(call?.query, {
    appid: APPID,
    secret: 'appsecret',
    js_code: 'alice',
    grant_type: 'authorization_code',
  });
  const me = await ask(started, { url: '/api/me', headers: bearer(answer.data.token) });
  assert.deepEqual([me.status, me.code, me.data.nickname], [200, 0, '']);
});

test('refuses what is no login', async () => {
  await using started = await start();
  const post = (payload: object | string) =>
    ask(started, {
      method: 'POST',
      url: '/api/login',
      payload,
      headers: { 'content-type': 'application/json' },
    });
  for (const [payload, status, code] of [
    [{ code: 'mallory' }, 400, 40001],
    [{}, 400, 40000],
    [{ code: 17 }, 400, 40000],
    ['{', 400, 40000],
    [`{"code":"${'x'.repeat(300_000)}"}`, 413, 41300],
  ] as const) {
    const answer = await post(payload);
    assert.deepEqual([answer.status, answer.code, answer.data], [status, code, null]);
  }
});

test('takes only tokens of its own, for sessions that are not over', async () => {
  await using started = await start();
  const { token } = await login(started);
  const [head = '', body = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const other = (secret: string, changes: object) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
  const bad = [
    '',
    'x',
    `${none}.${body}.`,
    `${none}.${body}.${signature}`,
    `${head}.${body}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
    await other('another-secret-of-32-characters-', {}),
    await other(environment.JWT_SECRET, { exp: 1 }),
    await other(environment.JWT_SECRET, { aud: 'other' }),
    await other(environment.JWT_SECRET, { iss: 'other' }),
    await other(environment.JWT_SECRET, { sid: 'other' }),
  ];
  for (const text of bad) {
    const answer = await ask(started, { url: '/api/me', headers: bearer(text) });
    assert.deepEqual([answer.status, answer.code], [401, 40100], text);
  }
  assert.equal((await ask(started, { url: '/api/me', headers: bearer(token) })).status, 200);
  // The next login ends this session.
  await login(started);
  assert.equal((await ask(started, { url: '/api/me', headers: bearer(token) })).status, 401);
});

interface Signing {
  readonly secret: string;
  readonly method: 'PUT' | 'POST';
  readonly target: string;
  readonly body: string;
  readonly nonce?: string;
  readonly timestamp?: string;
}

function signed({ secret, method, target, body, ...given }: Signing): Record<string, string> {
  const timestamp = given.timestamp ?? String(Math.floor(Date.now() / 1000));
  const nonce = given.nonce ?? randomUUID();
  return {
    'content-type': 'application/json',
    'x-timestamp': timestamp,
    'x-nonce': nonce,
    'x-signature': signRequest(secret, { method, target, timestamp, nonce, body }),
  };
}

test('signs as the clients do: a known answer', () => {
  const parts = { method: 'PUT', target: '/api/me/nickname?a=1', timestamp: '1767225600' };
  assert.equal(
    signRequest('secret', { ...parts, nonce: '0123456789abcdef', body: '{"nickname":"小明"}' }),
    'f22ea0d3b650297b896496a05ccd7f93c5f0218fe112c2de33b5848f5b34e89c',
  );
});

test('takes a signed request once, whole and fresh', async () => {
  await using started = await start();
  const { token, sign_key: secret } = await login(started);
  const body = '{"nickname":"小明"}';
  const put = { secret, method: 'PUT', target: '/api/me/nickname', body } as const;
  const send = async (headers: Record<string, string>, payload = body) => {
    const all = { ...headers, ...bearer(token) };
    const options = { method: 'PUT', url: put.target, payload, headers: all } as const;
    return (await ask(started, options)).code;
  };
  const good = signed(put);
  const old = String(Math.floor(Date.now() / 1000) - 400);
  assert.equal(await send(signed(put), body.replace('小明', '小红')), 40102);
  assert.equal(await send(signed({ ...put, secret: environment.API_SIGN_SECRET })), 40102);
  assert.equal(await send(signed({ ...put, timestamp: old })), 40103);
  assert.equal(await send({ ...good, 'x-nonce': 'short' }), 40101);
  assert.equal(await send({ 'content-type': 'application/json' }), 40101);
  assert.equal(await send(good), 0);
  assert.equal(await send(good), 40104);
  const me = await ask(started, { url: '/api/me', headers: bearer(token) });
  assert.equal(me.data.nickname, '小明');
});

test('lets other servers send template messages', async () => {
  await using started = await start();
  const body = JSON.stringify({ openid: 'oAlice', template_id: 'T1', data: { a: 'b' } });
  const [method, target, secret] = ['POST', '/api/template', environment.API_SIGN_SECRET] as const;
  const headers = signed({ secret, method, target, body });
  const answer = await ask(started, { method, url: target, payload: body, headers });
  assert.deepEqual([answer.status, answer.data], [200, { msgid: '5' }]);
  const unsigned = { 'content-type': 'application/json' };
  const refused = await ask(started, { method, url: target, payload: body, headers: unsigned });
  assert.deepEqual([refused.status, refused.code], [401, 40101]);
});

test('logs a web page in, but only the browser that began', async () => {
  await using started = await start({ PUBLIC_URL: 'https://app.example.com' });
  const begin = await started.app.inject({ url: '/oauth/login' });
  const location = new URL(String(begin.headers.location));
  assert.equal(location.searchParams.get('redirect_uri'), 'https://app.example.com/oauth/callback');
  const state = location.searchParams.get('state') ?? '';
  const cookie = String(begin.headers['set-cookie']).split(';')[0] ?? '';
  assert.match(String(begin.headers['set-cookie']), /; HttpOnly; SameSite=Lax; Secure$/);
  const query = { code: 'bob', state };
  const come = (headers: Record<string, string>) =>
    ask(started, { url: '/oauth/callback', query, headers });
  assert.equal((await come({})).code, 40002);
  const { token } = (await come({ cookie: `other=1; ${cookie}` })).data;
  assert.equal((await ask(started, { url: '/api/me', headers: bearer(token) })).code, 0);
  assert.equal((await come({ cookie })).code, 40002);
});

test('answers 429 in the envelope when one address comes too often', async () => {
  await using started = await start();
  const post = () => ask(started, { method: 'POST', url: '/api/login', payload: {} });
  const codes = new Set<number>();
  for (let count = 0; count < 121; count += 1) codes.add((await post()).code);
  assert.deepEqual([...codes], [40000, 42900]);
  const last = await post();
  assert.deepEqual([last.status, last.data], [429, null]);
  assert.ok(Number(last.headers['retry-after']) > 0);
});

test('answers 429 when one address begins too many logins by web page', async () => {
  await using started = await start({ PUBLIC_URL: 'https://app.example.com' });
  const statuses = new Set<number>();
  for (let count = 0; count < 121; count += 1) {
    statuses.add((await started.app.inject({ url: '/oauth/login' })).statusCode);
  }
  assert.deepEqual([...statuses], [302, 429]);
});

test('reads no body but JSON: another would not be what was signed', async () => {
  await using started = await start();
  const [method, target, secret] = ['POST', '/api/template', environment.API_SIGN_SECRET] as const;
  const headers = signed({ secret, method, target, body: '' });
  const text = { ...headers, 'content-type': 'text/plain' };
  const answer = await ask(started, { method, url: target, payload: 'not signed', headers: text });
  assert.deepEqual([answer.status, answer.code], [415, 41500]);
});

test('says nothing of its own faults, and answers unknown paths in the envelope', async () => {
  await using started = await start({ WX_API_BASE: 'http://127.0.0.1:1' });
  const payload = { code: 'alice' };
  const down = await ask(started, { method: 'POST', url: '/api/login', payload });
  assert.deepEqual([down.status, down.code, down.msg], [502, 50200, 'WeChat did not do it']);
  const unknown = await ask(started, { url: '/api/nothing' });
  assert.deepEqual([unknown.status, unknown.code], [404, 40400]);
});

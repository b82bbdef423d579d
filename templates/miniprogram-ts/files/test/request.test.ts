import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeAnswer, type FakeRequest, freshModules, installWx } from './wx';

const ok = (data: unknown): FakeAnswer => ({ status: 200, data: { code: 0, msg: 'ok', data } });
const refusal: FakeAnswer = { status: 401, data: { code: 40100, msg: 'log in first', data: null } };

/** A backend with tokens token-1, token-2, …; only the newest one is good. */
function backend(lifetime = 3600): (request: FakeRequest) => Promise<FakeAnswer> {
  let logins = 0;
  return async ({ url, header }) => {
    await new Promise(setImmediate);
    if (url.pathname === '/api/login') {
      logins += 1;
      return ok({ token: `token-${logins}`, expires_in: lifetime, sign_key: 'key' });
    }
    return header.Authorization === `Bearer token-${logins}` ? ok({ path: url.pathname }) : refusal;
  };
}

test('logs in once for all who ask at once, and ten go at once', async () => {
  const fake = installWx({ respond: backend() });
  const { request } = freshModules();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => request.request(`/api/${index}`)),
  );
  assert.deepEqual(answers[49], { path: '/api/49' });
  assert.equal(fake.logins, 1);
  assert.equal(fake.requests.length, 51);
  assert.equal(fake.mostAtOnce, 10);
});

test('a token that is refused leads to one new login for all, and each request again', async () => {
  const respond = backend();
  const fake = installWx({ respond });
  const { request } = freshModules();
  await request.request('/api/me');
  // Somebody else has logged in: token-1 is no longer good.
  await respond({ method: 'POST', url: new URL('http://a/api/login'), header: {}, body: '' });
  await Promise.all(Array.from({ length: 5 }, () => request.request('/api/me')));
  assert.equal(fake.logins, 2);
});

test('a backend that refuses every token is asked twice and no more', async () => {
  const respond = backend();
  const fake = installWx({
    respond: (asked) =>
      asked.url.pathname === '/api/login' ? respond(asked) : Promise.resolve(refusal),
  });
  const { request } = freshModules();
  await assert.rejects(request.request('/api/me'), { name: 'ApiError', code: 40100 });
  assert.deepEqual(fake.requests, [
    'POST /api/login',
    'GET /api/me',
    'POST /api/login',
    'GET /api/me',
  ]);
});

test('a session outlives the mini program, until it is about to end', async () => {
  const fake = installWx({ respond: backend() });
  await freshModules().request.request('/api/me');
  await freshModules().request.request('/api/me');
  assert.equal(fake.logins, 1);
  fake.storage.set('session', {
    ...(fake.storage.get('session') as object),
    expiresAt: Date.now(),
  });
  await freshModules().request.request('/api/me');
  assert.equal(fake.logins, 2);
});

test('a session of another backend, and one that is damaged, are not used', async () => {
  for (const stored of [{ backend: 'https://other' }, { expiresAt: 'x' }, { token: 1 }]) {
    const fake = installWx({ respond: backend() });
    const good = {
      token: 'token-0',
      signKey: 'k',
      expiresAt: Date.now() * 2,
      backend: 'http://127.0.0.1:3000',
    };
    fake.storage.set('session', { ...good, ...stored });
    await freshModules().request.request('/api/me');
    assert.equal(fake.logins, 1);
  }
});

test('says what the backend said, and its trace id', async () => {
  const answers: [FakeAnswer, object][] = [
    [
      {
        status: 429,
        data: { code: 42900, msg: 'too many requests' },
        header: { 'x-trace-ID': 't1' },
      },
      { code: 42900, message: 'too many requests', traceId: 't1' },
    ],
    [
      { status: 502, data: '<html>' },
      { code: 50200, message: 'HTTP 502' },
    ],
    [{ status: 200, data: [] }, { code: 20000 }],
  ];
  for (const [answer, expected] of answers) {
    const respond = backend();
    installWx({
      respond: (asked) =>
        asked.url.pathname === '/api/me' ? Promise.resolve(answer) : respond(asked),
    });
    const { request } = freshModules();
    await assert.rejects(request.request('/api/me'), expected);
  }
});

test('no network is an error, and the next request tries again', async () => {
  let isOnline = false;
  const respond = backend();
  installWx({
    respond: (asked) => (isOnline ? respond(asked) : Promise.reject(new Error('timeout'))),
  });
  const { request } = freshModules();
  await assert.rejects(request.request('/api/me'), { code: 0, message: 'request:fail timeout' });
  isOnline = true;
  assert.deepEqual(await request.request('/api/me'), { path: '/api/me' });
});

test('a signed request is signed anew when it is sent again', async () => {
  const respond = backend();
  const nonces: (string | undefined)[] = [];
  installWx({
    respond: (asked) => {
      if (asked.url.pathname === '/api/login') return respond(asked);
      nonces.push(asked.header['X-Nonce']);
      return Promise.resolve(refusal);
    },
  });
  const { request } = freshModules();
  await assert.rejects(request.request('/api/me', { method: 'PUT', data: {}, signed: true }));
  assert.equal(new Set(nonces).size, 2);
});

import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createReplyCourier } from '../../src/api/reply-courier.ts';
import { formatError, isWxDevError, type WxDevError } from '../../src/core/errors.ts';
import { apiAccount, startWechatApi } from '../helpers/wechat-api.ts';

const openid = 'oWxDev_Alice_000000000000001';
const hello = { type: 'text', content: '你好' } as const;
const tokenPath = '/cgi-bin/stable_token';
const sendPath = '/cgi-bin/message/custom/send';

test('fetches a stable token once and posts the message as JSON', async () => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  expect(await deliver(hello, openid)).toBe(1);
  expect(await deliver({ ...hello, content: 'again' }, openid)).toBe(1);
  expect(api.calls.map(({ path }) => path)).toEqual([tokenPath, sendPath, sendPath]);
  expect(api.calls[0]).toMatchObject({
    method: 'POST',
    accessToken: null,
    contentType: 'application/json',
    body: {
      grant_type: 'client_credential',
      appid: apiAccount.appId,
      secret: apiAccount.secret,
    },
  });
  expect(api.calls[1]).toMatchObject({ method: 'POST', accessToken: '99_token1' });
  expect(api.sent).toEqual([
    { touser: openid, msgtype: 'text', text: { content: '你好' } },
    { touser: openid, msgtype: 'text', text: { content: 'again' } },
  ]);
});

test('a hundred replies at once ask for one token', async () => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  await Promise.all(Array.from({ length: 100 }, () => deliver(hello, openid)));
  expect(api.calls.filter(({ path }) => path === tokenPath)).toHaveLength(1);
  expect(api.sent).toHaveLength(100);
});

test('does not use a token whose end is near', async () => {
  const api = await startWechatApi({ expiresIn: 60 });
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  await deliver(hello, openid);
  await deliver(hello, openid);
  expect(api.calls.filter(({ path }) => path === tokenPath)).toHaveLength(2);
});

test.each([40001, 40014, 42001])('after %i it asks for a fresh token, once', async (errcode) => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  api.answerNext(sendPath, { errcode, errmsg: 'invalid credential' });
  expect(await deliver(hello, openid)).toBe(1);
  expect(api.calls.map(({ accessToken }) => accessToken)).toEqual([
    null,
    '99_token1',
    null,
    '99_token2',
  ]);
  const refused = { errcode, errmsg: 'invalid credential' };
  api.answerNext(sendPath, refused, refused, refused);
  const before = api.calls.length;
  expect(await failure(deliver(hello, openid))).toMatchObject({
    code: 'WXD2012',
    details: { errcode, path: sendPath },
  });
  expect(api.calls.length - before).toBe(3);
});

test('replies that meet the same expired token share the fresh one', async () => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  await deliver(hello, openid);
  api.expireTokens();
  await Promise.all(Array.from({ length: 5 }, () => deliver(hello, openid)));
  expect(api.sent).toHaveLength(6);
  expect(api.calls.filter(({ path }) => path === tokenPath).length).toBeLessThanOrEqual(3);
});

test.each([
  {
    errcode: 40164,
    errmsg: 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist',
    says: 'IP白名单): add it 203.0.113.7',
  },
  {
    errcode: 45015,
    errmsg: 'response out of time limit or subscription is canceled',
    says: '48 h',
  },
  { errcode: 45047, errmsg: 'out of response count limit', says: '5 per message' },
  { errcode: 48001, errmsg: 'api unauthorized', says: '认证' },
  { errcode: 40003, errmsg: 'invalid openid', says: 'another account' },
  { errcode: -1, errmsg: 'system error', says: '全局返回码' },
])('names the fix for $errcode', async ({ errcode, errmsg, says }) => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  api.answerNext(sendPath, { errcode, errmsg });
  const error = await failure(deliver(hello, openid));
  expect(error.code).toBe('WXD2012');
  expect(formatError(error, 'en').body.join('\n')).toContain(says);
  expect(api.sent).toEqual([]);
});

test('a wrong AppSecret is named by the call that needs it', async () => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, secret: 'wrong', base: api.base });
  const error = await failure(deliver(hello, openid));
  expect(error).toMatchObject({ code: 'WXD2012', details: { errcode: 40125, path: tokenPath } });
  expect(JSON.stringify(error.details)).not.toContain('wrong');
});

test('says how many of several messages had been sent', async () => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  const ok = { errcode: 0, errmsg: 'ok' };
  api.answerNext(sendPath, ok, ok, { errcode: 45047, errmsg: 'out of response count limit' });
  const error = await failure(deliver({ type: 'text', content: 'x'.repeat(8000) }, openid));
  expect(error.details).toMatchObject({ errcode: 45047, sent: 2, total: 4 });
});

test('a reply without such a form is refused before anything is asked of the API', async () => {
  const api = await startWechatApi();
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  const error = await failure(deliver({ type: 'transfer_customer_service' }, openid));
  expect(error.code).toBe('WXD2011');
  expect(api.calls).toEqual([]);
});

test.each([
  '<html>login</html>',
  '',
  '[]',
  '{"errcode":"many"}',
  '{"expires_in":7200}',
  '{"access_token":"t","expires_in":"soon"}',
  `{"a":"${'x'.repeat(100_000)}"}`,
])('an answer that is not of WeChat is named: %.20s', async (answer) => {
  const api = await startWechatApi();
  api.answerNext(tokenPath, answer);
  const deliver = createReplyCourier({ ...apiAccount, base: api.base });
  expect((await failure(deliver(hello, openid))).code).toBe('WXD3031');
});

test('an API that is not there, hangs up, or cuts its answer off is named', async () => {
  const nowhere = createReplyCourier({ ...apiAccount, base: 'http://127.0.0.1:1' });
  expect(await failure(nowhere(hello, openid))).toMatchObject({
    code: 'WXD3030',
    details: { target: `http://127.0.0.1:1${tokenPath}`, reason: 'ECONNREFUSED' },
  });
  for (const bytes of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"acc']) {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(bytes));
    });
    const deliver = createReplyCourier({ ...apiAccount, base: await listening(server) });
    expect((await failure(deliver(hello, openid))).code).toBe('WXD3030');
  }
});

test('an aborted delivery ends at once with the reason of the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const server = createServer(() => controller.abort(reason));
  const deliver = createReplyCourier({ ...apiAccount, base: await listening(server) });
  await expect(deliver(hello, openid, { signal: controller.signal })).rejects.toBe(reason);
});

test('a base with a path of its own is kept', async () => {
  const api = await startWechatApi();
  api.answerNext(`/proxy${tokenPath}`, { access_token: '99_token1', expires_in: 7200 });
  api.answerNext(`/proxy${sendPath}`, { errcode: 0, errmsg: 'ok' });
  const deliver = createReplyCourier({ ...apiAccount, base: `${api.base}/proxy` });
  expect(await deliver(hello, openid)).toBe(1);
});

async function failure(work: Promise<unknown>): Promise<WxDevError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw new Error(`expected a WxDevError, got ${String(error)}`);
  return error;
}

async function listening(server: ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

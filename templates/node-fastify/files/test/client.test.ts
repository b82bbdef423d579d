import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WechatClient } from '../src/wechat/client.ts';
import { type Call, startWechat } from './support.ts';

const account = { appId: 'wx1', secret: 'appsecret' };

test('fetches one access token, however many need it', async () => {
  await using wechat = await startWechat();
  const client = new WechatClient({ base: `${wechat.url}/`, ...account });
  await Promise.all([1, 2, 3, 4, 5].map((number) => client.sendText('oAlice', `${number}`)));
  const tokens = wechat.calls.filter(({ path }) => path === '/cgi-bin/stable_token');
  assert.deepEqual(
    tokens.map(({ body }) => body),
    [{ grant_type: 'client_credential', appid: 'wx1', secret: 'appsecret' }],
  );
  assert.equal(wechat.calls.length, 6);
});

test('takes a new token when the one it has is over, and only once', async () => {
  const isOver = ({ query }: Call) => query.access_token === 'token-1';
  await using wechat = await startWechat((call) => ({ errcode: isOver(call) ? 42001 : 0 }));
  const client = new WechatClient({ base: wechat.url, ...account });
  await client.sendText('oAlice', 'hi');
  assert.deepEqual(
    wechat.calls.map(({ query }) => query.access_token),
    [undefined, 'token-1', undefined, 'token-2'],
  );
  await using strict = await startWechat(() => ({ errcode: 40001, errmsg: 'invalid credential' }));
  const refused = new WechatClient({ base: strict.url, ...account });
  await assert.rejects(refused.sendText('oAlice', 'hi'), { errcode: 40001 });
  assert.equal(strict.calls.length, 4);
});

test('forces a new token when WeChat calls the usual one invalid', async () => {
  let valid = 'old';
  await using wechat = await startWechat(
    ({ query }) => ({ errcode: query.access_token === 'new' ? 0 : 40001 }),
    ({ body }) => {
      if (body.force_refresh === true) valid = 'new';
      return { access_token: valid, expires_in: 7200 };
    },
  );
  const client = new WechatClient({ base: wechat.url, ...account });
  await client.sendText('oAlice', 'hi');
  assert.deepEqual(
    wechat.calls.map(({ query, body }) => query.access_token ?? body.force_refresh),
    [undefined, 'old', undefined, true, 'new'],
  );
});

test('uses a token that ends soon, instead of fetching one for each call', async () => {
  const token = { access_token: 'token', expires_in: 200 };
  await using wechat = await startWechat(undefined, () => token);
  const client = new WechatClient({ base: wechat.url, ...account });
  await client.sendText('oAlice', '1');
  await client.sendText('oAlice', '2');
  assert.equal(wechat.calls.filter(({ path }) => path === '/cgi-bin/stable_token').length, 1);
});

test('sends template messages as WeChat wants them', async () => {
  await using wechat = await startWechat(() => ({ errcode: 0, msgid: 17 }));
  const client = new WechatClient({ base: wechat.url, ...account });
  const data = { first: '你好' };
  const msgid = await client.sendTemplate({ openid: 'oAlice', templateId: 'T1', data });
  assert.equal(msgid, '17');
  const { path, body } = wechat.calls[1] ?? assert.fail();
  assert.equal(path, '/cgi-bin/message/template/send');
  assert.deepEqual(body, {
    touser: 'oAlice',
    template_id: 'T1',
    data: { first: { value: '你好' } },
  });
});

test('says which call failed, and no secret of it', async () => {
  const client = new WechatClient({ base: 'http://127.0.0.1:1', ...account });
  const error = await client.code2session('code').catch((reason: unknown) => reason);
  assert.match(String(error), /\/sns\/jscode2session: errcode -1/);
  assert.doesNotMatch(String(error), /appsecret/);
});

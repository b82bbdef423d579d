// GET and POST /wx, as WeChat sees them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Fastify from 'fastify';
import { MemoryStore } from '../src/lib/store-memory.ts';
import { decrypt } from '../src/wechat/crypto.ts';
import { Pipeline } from '../src/wechat/pipeline.ts';
import { wechatRoutes } from '../src/wechat/routes.ts';
import { isSigned, sign } from '../src/wechat/signature.ts';
import { parseXml } from '../src/wechat/xml.ts';
import {
  AES_KEY,
  APPID,
  contentOf,
  key,
  NOW,
  push,
  pushSealed,
  startApp,
  type TestApp,
  TOKEN,
  textPush,
} from './support.ts';

let started: TestApp;
before(async () => {
  started = await startApp();
});
after(() => started[Symbol.asyncDispose]());

test('returns the echostr to WeChat, and to nobody else', async () => {
  const ask = (signature: string) =>
    started.app.inject({
      url: '/wx',
      query: { signature, timestamp: NOW, nonce: '1514711492', echostr: '<a+b/c==' },
    });
  const good = await ask(sign(TOKEN, NOW, '1514711492'));
  assert.equal(good.body, '<a+b/c==');
  assert.match(String(good.headers['content-type']), /^text\/plain/);
  const bad = await ask('0'.repeat(40));
  assert.deepEqual([bad.statusCode, bad.body], [403, '']);
});

test('repeats a text, addresses swapped, in plain mode', async () => {
  const { statusCode, body } = await push(started.app, textPush('你好 ]]> <&> 007'));
  const { ToUserName, FromUserName, MsgType, Content } = parseXml(body);
  assert.equal(statusCode, 200);
  assert.deepEqual([ToUserName, FromUserName], ['oAlice', 'gh_0f1e2d3c4b5a']);
  assert.deepEqual([MsgType, Content], ['text', '你好 ]]> <&> 007']);
  assert.match(body, /<CreateTime>\d{10}<\/CreateTime>/);
});

test('answers an encrypted push with an encrypted reply, in safe and compat mode', async () => {
  for (const clear of ['', textPush('hello').slice(5, -6)]) {
    const { body } = await pushSealed(started.app, textPush('hello'), APPID, clear);
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = parseXml(body);
    const values = [TimeStamp, Nonce, Encrypt].map(String);
    assert.ok(isSigned(String(MsgSignature), TOKEN, ...values));
    const { text, appId } = decrypt(String(Encrypt), key);
    assert.equal(contentOf(text), 'hello');
    assert.equal(appId, APPID);
  }
});

test('refuses forged, foreign and broken pushes', async () => {
  const { app } = started;
  const statusOf = async (answer: Promise<{ statusCode: number }>) => (await answer).statusCode;
  assert.equal(await statusOf(push(app, textPush('hi'), { signature: 'x' })), 403);
  assert.equal(await statusOf(push(app, textPush('hi'), { signature: sign('', '1', '2') })), 403);
  assert.equal(await statusOf(pushSealed(app, textPush('hi'), 'wxffffffffffffffff')), 403);
  const forged = { encrypt_type: 'aes', msg_signature: sign('x') };
  assert.equal(await statusOf(push(app, '<xml><Encrypt>AAAA</Encrypt></xml>', forged)), 403);
  assert.equal(await statusOf(push(app, '<xml><Content>1</Content></xml>')), 400);
  assert.equal(await statusOf(push(app, '')), 400);
  assert.equal(await statusOf(push(app, 'x'.repeat(1024 * 1024 + 1))), 413);
});

test('handles a push once, and answers its repetition alike', async () => {
  const { app, logs } = started;
  const xml = textPush('#count', 'oBob', '77');
  const answers = await Promise.all([push(app, xml), push(app, xml)]);
  assert.deepEqual(
    answers.map(({ body }) => contentOf(body)),
    ['1', '1'],
  );
  assert.equal(contentOf((await push(app, textPush('#count', 'oBob'))).body), '2');
  const handled = logs.filter(({ msg, msg_id }) => msg === 'handled' && msg_id === '77');
  assert.equal(handled.length, 1);
});

test('tells events of one second apart, which have no MsgId', async () => {
  const click = (name: string) =>
    textPush('').replace(
      /<MsgType>.*<\/MsgId>/,
      `<MsgType>event</MsgType><Event>CLICK</Event><EventKey>#count</EventKey><Menu>${name}</Menu>`,
    );
  const counts = [];
  for (const name of ['a', 'a', 'b']) {
    counts.push(contentOf((await push(started.app, click(name))).body));
  }
  assert.deepEqual(counts, ['1', '1', '2']);
});

test('answers success to what it has no reply for', async () => {
  assert.equal((await push(started.app, textPush(''))).body, 'success');
  const image = textPush('').replace('[text]', '[image]');
  assert.equal((await push(started.app, image)).body, 'success');
});

test('answers success when the bot fails, and says so in the log', async () => {
  await using failing = await startApp({}, async () => {
    throw new Error('boom');
  });
  assert.equal((await push(failing.app, textPush('hi'))).body, 'success');
  assert.ok(
    failing.logs.some(({ msg, err }) => msg === 'failed' && /boom/.test(JSON.stringify(err))),
  );
});

test('its routes work in an app that has nothing else of this one', async () => {
  const app = Fastify();
  const account = { token: TOKEN, appId: APPID, aesKey: key, onlySafe: false };
  const handler = async () => 'hi';
  const store = new MemoryStore();
  const pipeline = new Pipeline({ handler, store, sendLate: () => assert.fail() });
  await app.register(wechatRoutes, { account, pipeline });
  assert.equal(contentOf((await push(app, textPush('hello'))).body), 'hi');
  assert.equal((await push(app, textPush('hello'), { signature: 'x' })).statusCode, 403);
  await app.close();
});

test('WX_MODE=safe refuses pushes that are not encrypted', async () => {
  await using safe = await startApp({ WX_MODE: 'safe' });
  assert.equal((await push(safe.app, textPush('hi'))).statusCode, 403);
  assert.equal((await pushSealed(safe.app, textPush('hi'))).statusCode, 200);
});

test('says nothing in its log that would harm a follower or the account', () => {
  const text = JSON.stringify(started.logs);
  assert.ok(started.logs.length > 10);
  for (const secret of ['oAlice', 'oBob', TOKEN, AES_KEY, '你好'])
    assert.ok(!text.includes(secret));
});

test('passes a trace on, and makes one where there is none', async () => {
  const traceOf = async (headers: Record<string, string>) =>
    (await started.app.inject({ url: '/healthz', headers })).headers['x-trace-id'];
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  assert.equal(await traceOf({ traceparent: `00-${trace}-00f067aa0ba902b7-01` }), trace);
  assert.equal(await traceOf({ 'x-trace-id': 'abc-1' }), 'abc-1');
  assert.match(String(await traceOf({ 'x-trace-id': 'a b' })), /^[\da-f-]{36}$/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent } from '../miniprogram/utils/ws';
import { freshModules, installWx } from './wx';

// A running backend, and two codes that it takes:
//   WX_LIVE_BACKEND=http://127.0.0.1:3000 WX_LIVE_CODES=code1,code2 npm test
const codes = process.env.WX_LIVE_CODES?.split(',');
const backend = process.env.WX_LIVE_BACKEND;
const skip = !codes || !backend ? 'needs WX_LIVE_BACKEND and WX_LIVE_CODES' : false;

test('against a running backend: login, request, signature, WebSocket', {
  skip,
  timeout: 60_000,
}, async () => {
  const fake = installWx({
    ...(codes === undefined ? {} : { codes }),
    ...(backend === undefined ? {} : { backend }),
  });
  const { request, auth } = freshModules();
  const me = await request.request('/api/me');
  assert.ok(me !== null && typeof me === 'object');
  assert.equal(fake.logins, 1);

  const data = { nickname: '小明 & "co"' };
  await request.request('/api/me/nickname', { method: 'PUT', data, signed: true });
  const named = await request.request('/api/me');
  assert.ok(named !== null && typeof named === 'object' && 'nickname' in named);
  assert.equal(named.nickname, data.nickname);

  // A token that the backend does not know: one new login, and the request goes through.
  const session = await auth.currentSession();
  fake.storage.set('session', { ...session, token: `${session.token}x` });
  const again = freshModules();
  await again.request.request('/api/me');
  assert.equal(fake.logins, 2);

  const heard: ChatEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    const chat = new again.ws.Chat({
      onEvent: (event) => {
        heard.push(event);
        if (event.type === 'welcome') chat.send({ type: 'text', text: '你好' });
        if (event.type === 'text') end(resolve);
      },
      onStatus: (status) => {
        if (status === 'waiting') end(() => reject(new Error('the WebSocket was not let in')));
      },
    });
    const end = (how: () => void): void => {
      chat.close();
      how();
    };
    chat.open();
  });
  assert.equal(heard.at(-1)?.text, '你好');
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { startApp, startWechat } from './support.ts';

test('what one user says, all who are logged in hear', async () => {
  await using wechat = await startWechat(({ query }) => ({ openid: query.js_code }));
  await using started = await startApp({ WX_API_BASE: wechat.url });
  const { app } = started;
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo; // An IP server has one while it listens.
  const url = `ws://127.0.0.1:${port}/ws`;

  const stranger = new WebSocket(url);
  stranger.on('error', () => {});
  const [, response] = await once(stranger, 'unexpected-response');
  assert.equal(response.statusCode, 401);
  response.destroy();

  const enter = async (code: string) => {
    const login = { method: 'POST', url: '/api/login', payload: { code } } as const;
    const { token } = (await app.inject(login)).json().data;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    const heard: Record<string, string>[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    const hear = async (count: number) => {
      while (heard.length < count) await once(socket, 'message');
      return heard.at(-1);
    };
    assert.equal((await hear(1))?.type, 'welcome');
    return { socket, heard, hear };
  };
  const [alice, bob] = [await enter('oAlice'), await enter('oBob')];
  alice.socket.send('{"type":"ping"}');
  assert.deepEqual(await alice.hear(2), { type: 'pong' });
  for (const text of ['nonsense', '{"type":"text","text":""}', '[]']) alice.socket.send(text);
  assert.equal((await alice.hear(5))?.type, 'error');
  alice.socket.send('{"type":"text","text":"你好"}');
  const said = await bob.hear(2);
  assert.deepEqual(said, { type: 'text', user: alice.heard[0]?.user, text: '你好' });

  // Far more at once than one may send, however slow the machine.
  const most = 300;
  for (let count = 0; count < most; count += 1) alice.socket.send('{"type":"ping"}');
  const before = 6;
  await alice.hear(before + most);
  const refused = alice.heard.slice(before).filter(({ msg }) => msg?.startsWith('too many'));
  assert.ok(refused.length > most / 2, `${refused.length} of ${most} were refused`);
  bob.socket.send('{"type":"ping"}');
  assert.deepEqual(await bob.hear(3), { type: 'pong' });
  assert.doesNotMatch(JSON.stringify([alice.heard, bob.heard]), /oAlice|oBob/);

  const closed = Promise.all([once(alice.socket, 'close'), once(bob.socket, 'close')]);
  await app.close();
  await closed;
});

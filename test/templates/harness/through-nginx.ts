import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { expect } from 'vitest';
import WebSocket from 'ws';
import { startWechatApi } from '../../../src/simulator/wechat-api.ts';
import {
  createAccount,
  formatPushQuery,
  judgeAnswer,
  makePush,
  parseMessage,
  sealPush,
  type Account,
} from '../../../src/wechat/index.ts';
import { needProgram } from '../../helpers/programs.ts';
import { ask, startNginx, type Nginx } from './nginx.ts';
import { appId, initProject, readEnv, startApp, type Project } from './project.ts';

/** What users do, through the nginx of the layer in front of a running app that has `/api/login` and `/ws`. */
export function throughNginx(current: () => Project): void {
  needProgram('nginx', ['-v'])('through nginx: an encrypted push, a login, a WebSocket, and too many requests', async () => {
    const project = current();
    const flags = ['--with', 'nginx'];
    const layered = await initProject(project.manifest.name, { name: `through-nginx-${project.manifest.name}`, flags });
    await using api = await startWechatApi({ port: Number(new URL(project.apiBase).port) });
    await using app = await startApp(project);
    await using nginx = await startNginx(layered, app.port);
    const { WX_TOKEN = '', WX_AES_KEY } = await readEnv(project);
    await pushText(nginx, createAccount({ token: WX_TOKEN, aesKey: WX_AES_KEY, appId }));
    const token = await logIn(nginx, api.newCode('oWxDev_Alice_000000000000001'));
    await chat(nginx, token);
    // Many more than the burst, over few connections: a busy machine must not be what spreads them.
    const agent = new Agent({ keepAlive: true, maxSockets: 10 });
    const many = Array.from({ length: 200 }, () => ask(nginx, '/api/me', { agent }));
    const statuses = new Set((await Promise.all(many)).map(({ status }) => status));
    agent.destroy();
    expect(statuses).toEqual(new Set([401, 429]));
    expect(await nginx.log()).not.toMatch(/signature|oWxDev/);
  });
}

async function pushText(nginx: Nginx, account: Account): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const push = makePush(
    'text',
    { Content: '你好 nginx' },
    {
      from: 'oWxDev_Alice_000000000000001',
      to: 'gh_0f1e2d3c4b5a',
      createTime: now,
      msgId: String(BigInt(now) * 10_000_000n + 1n),
    },
  );
  const random16 = randomBytes(16);
  const stamp = { timestamp: String(now), nonce: '415670741', random16 };
  const { query, body } = sealPush(push, account, { mode: 'safe', format: 'xml', ...stamp });
  const path = `/wx?${formatPushQuery(query)}`;
  const answer = await ask(nginx, path, { method: 'POST' }, Buffer.from(body));
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const judged = judgeAnswer({
    ...{ status: answer.status, headers, body: answer.body, format: 'xml' },
    ...{ encrypted: true, mode: 'safe', push: parseMessage(push), query, account },
  });
  expect(judged).toMatchObject({ accepted: true, faults: [] });
  expect(judged.reply).toEqual({ type: 'text', content: '你好 nginx' });
}

async function logIn(nginx: Nginx, code: string): Promise<string> {
  const options = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
  const { status, body } = await ask(nginx, '/api/login', options, JSON.stringify({ code }));
  expect(status, body.toString()).toBe(200);
  const { data } = JSON.parse(body.toString()) as { data: { token: string } };
  return data.token;
}

async function chat({ port, ca }: Nginx, token: string): Promise<void> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, {
    agent: new Agent({ ca, servername: 'wx.example.com' }),
    headers: { Host: 'wx.example.com', Authorization: `Bearer ${token}` },
  });
  const heard: unknown[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  socket.send('{"type":"ping"}');
  while (!heard.some((event) => (event as { type: string }).type === 'pong')) await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
}

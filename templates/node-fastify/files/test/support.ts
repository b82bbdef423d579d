// An app with known secrets, and a stand-in for WeChat's server API.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApp, type Overrides } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { encrypt, parseAesKey } from '../src/wechat/crypto.ts';
import { sign } from '../src/wechat/signature.ts';
import { formatXml, parseXml } from '../src/wechat/xml.ts';

export const TOKEN = 'testtoken123';
export const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA';
export const APPID = 'wx1234567890abcdef';
export const key = parseAesKey(AES_KEY);
/** What pushes are signed with. */
export const NOW = String(Math.floor(Date.now() / 1000));

export const environment = {
  PORT: '0',
  WX_TOKEN: TOKEN,
  WX_AES_KEY: AES_KEY,
  WX_APPID: APPID,
  WX_SECRET: 'appsecret',
  JWT_SECRET: 'jwt-secret-of-the-tests-0123456789',
  API_SIGN_SECRET: 'sign-secret-of-the-tests-0123456789',
};

export interface TestApp extends AsyncDisposable {
  readonly app: FastifyInstance;
  /** Log lines, parsed. */
  readonly logs: Record<string, unknown>[];
}

export async function startApp(
  settings: Readonly<Record<string, string>> = {},
  handler?: Overrides['handler'],
): Promise<TestApp> {
  const logs: Record<string, unknown>[] = [];
  const logTo = { write: (line: string) => void logs.push(JSON.parse(line)) };
  const config = readConfig({ ...environment, ...settings });
  const app = await buildApp(config, handler ? { handler, logTo } : { logTo });
  return { app, logs, [Symbol.asyncDispose]: () => app.close() };
}

export function textPush(
  content: string,
  from = 'oAlice',
  msgId = String(randomInt(2 ** 47)),
): string {
  return formatXml({
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: from,
    CreateTime: 1767225600,
    MsgType: 'text',
    Content: content,
    MsgId: msgId,
  });
}

/** Sends a push in clear, signed unless `query` says otherwise. */
export async function push(app: FastifyInstance, payload: string, query: object = {}) {
  const signature = sign(TOKEN, NOW, '415670741');
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: '/wx',
    query: { signature, timestamp: NOW, nonce: '415670741', ...query },
    headers: { 'content-type': 'text/xml' },
    payload,
  });
  return { statusCode, body };
}

/** Content of a text reply. */
export function contentOf(body: string): unknown {
  return parseXml(body).Content;
}

/** Encrypts and sends a push. */
export function pushSealed(app: FastifyInstance, xml: string, appId = APPID, clear = '') {
  const encrypted = encrypt(xml, key, appId);
  const msg_signature = sign(TOKEN, NOW, '415670741', encrypted);
  const body = `<xml>${clear}<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
  return push(app, body, { encrypt_type: 'aes', msg_signature });
}

export interface Call {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FakeWechat extends AsyncDisposable {
  readonly url: string;
  readonly calls: Call[];
}

/** Answers each call with what `answer` returns; tokens are `token-1`, `token-2` and so on. */
export async function startWechat(
  answer: (call: Call) => object = () => ({ errcode: 0 }),
  answerToken?: (call: Call) => object,
): Promise<FakeWechat> {
  const calls: Call[] = [];
  let tokens = 0;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url ?? '/', 'http://api');
    const query = Object.fromEntries(url.searchParams);
    const call = { path: url.pathname, query, body: JSON.parse(text || '{}') };
    calls.push(call);
    const isToken = call.path === '/cgi-bin/stable_token';
    if (isToken) tokens += 1;
    const token = { access_token: `token-${tokens}`, expires_in: 7200 };
    const value = isToken ? (answerToken?.(call) ?? token) : answer(call);
    response.setHeader('Connection', 'close').end(JSON.stringify(value));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // An IP server has one while it listens.
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}

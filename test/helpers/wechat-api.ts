import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** One call that the stand-in received. */
interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly accessToken: string | null;
  readonly contentType: string | undefined;
  /** The parsed JSON body. */
  readonly body: Record<string, unknown>;
}

/** What answers like WeChat's API: always status 200, tokens that expire, errors as `errcode`. */
export interface WechatApi {
  readonly base: string;
  readonly calls: ApiCall[];
  /** The bodies of the customer-service messages that were accepted, in order. */
  readonly sent: Record<string, unknown>[];
  /** The next answers to a path, before it behaves as usual again. */
  answerNext(path: string, ...answers: (object | string)[]): void;
  /** Makes every token so far invalid. */
  expireTokens(): void;
  /** Resolves when so many messages have been accepted. */
  untilSent(count: number): Promise<void>;
}

/** AppID and AppSecret that the stand-in knows. */
export const apiAccount = {
  appId: 'wx1234567890abcdef',
  secret: 'stand-in-secret-0123456789abcdef',
};

const rid = ' rid: 6aac005a-0f0f0f0f-1a2b3c4d';

/** Starts the stand-in on a free port; the test closes it. `hold` keeps every message waiting until it resolves. */
export async function startWechatApi({
  expiresIn = 7200,
  hold = Promise.resolve(),
}: { expiresIn?: number; hold?: Promise<void> } = {}): Promise<WechatApi> {
  const calls: ApiCall[] = [];
  const sent: Record<string, unknown>[] = [];
  const scripted = new Map<string, (object | string)[]>();
  const waiting: { count: number; resolve: () => void }[] = [];
  let tokens = 0;
  let validFrom = 1;
  const answer = async (call: ApiCall): Promise<object | string> => {
    const own = scripted.get(call.path)?.shift();
    if (own !== undefined) return own;
    if (call.path === '/cgi-bin/stable_token') {
      if (call.body['appid'] !== apiAccount.appId)
        return { errcode: 40013, errmsg: `invalid appid${rid}` };
      if (call.body['secret'] !== apiAccount.secret)
        return { errcode: 40125, errmsg: `invalid appsecret${rid}` };
      tokens = Math.max(tokens, validFrom - 1) + 1;
      return { access_token: `99_token${tokens}`, expires_in: expiresIn };
    }
    if (call.path !== '/cgi-bin/message/custom/send')
      return { errcode: 40066, errmsg: `invalid url${rid}` };
    const token = Number(/^99_token(\d+)$/.exec(call.accessToken ?? '')?.[1] ?? 0);
    if (token < validFrom) return { errcode: 42001, errmsg: `access_token expired${rid}` };
    await hold;
    sent.push(call.body);
    for (const { count, resolve } of waiting) if (sent.length >= count) resolve();
    return { errcode: 0, errmsg: 'ok' };
  };
  const server = createServer((request, response) => {
    void read(request)
      .then((call) => {
        calls.push(call);
        return answer(call);
      })
      .then((value) => {
        response.setHeader('Content-Type', 'application/json; encoding=utf-8');
        response.end(typeof value === 'string' ? value : JSON.stringify(value));
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    calls,
    sent,
    answerNext: (path, ...answers) => void scripted.set(path, answers),
    expireTokens: () => {
      validFrom = tokens + 1;
    },
    untilSent: (count) =>
      new Promise((resolve) => {
        if (sent.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

async function read(request: IncomingMessage): Promise<ApiCall> {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const body = await text(request);
  return {
    method: request.method ?? '',
    path: url.pathname,
    accessToken: url.searchParams.get('access_token'),
    contentType: request.headers['content-type'],
    body: JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>,
  };
}

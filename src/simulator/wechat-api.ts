import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sleep, type AbortableOptions } from '../core/abort.ts';
import { readBody } from '../core/http-message.ts';
import type { CloseReason, Service } from '../core/resources.ts';

/** Largest request that is read, in bytes: a customer service message is some kilobytes. */
const maxRequestBytes = 256 * 1024;

/** Customer service messages that are kept. A run makes some dozens; an app may run wild. */
const maxMessages = 10_000;

/** Most calls that are kept for somebody who waits; older ones are dropped. */
const maxCalls = 1000;

/** How often is looked while a message or call is awaited, in milliseconds. */
const lookMs = 25;

/** A customer service message (客服消息) that the app has sent. */
export interface CustomerMessage {
  readonly touser: string;
  readonly msgtype: string;
  /** Content of a text. */
  readonly content?: string | undefined;
}

/** A call of the app to WeChat's API. */
export interface ApiCall {
  /** `/cgi-bin/message/custom/send`. */
  readonly path: string;
  /** As it came. */
  readonly body: string;
}

/**
 * Stand-in for the parts of WeChat's server API that conformance and the release test need to see: tokens, also of third-party platforms,
 * customer service messages, code2session.
 */
export interface WechatApi extends Service {
  /** What the app needs as `WX_API_BASE`. */
  readonly url: string;
  readonly messages: readonly CustomerMessage[];
  /** Tokens and session keys that were given out: none of them belongs into a log or an answer. */
  readonly secrets: readonly string[];
  /** A code as `wx.login` gives it, and who it stands for. */
  newCode(openid: string): string;
  /** Waits for a message to a follower; `undefined` when none came in time. */
  messageTo(
    openid: string,
    options: AbortableOptions & { readonly timeoutMs: number },
  ): Promise<CustomerMessage | undefined>;
  /** The oldest call to `path` that nobody has taken yet; undefined when none comes in time. */
  take(path: string, timeoutMs: number, signal?: AbortSignal): Promise<ApiCall | undefined>;
}

/** Where the stand-in listens, and what it makes of calls that it does not know. */
export interface WechatApiOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Whether an unknown call is good: who only looks on must not stop an app that makes more calls. @default false */
  readonly lenient?: boolean | undefined;
}

/**
 * Starts the stand-in.
 *
 * @throws the error of `listen`, `EADDRINUSE` for one
 */
export async function startWechatApi({
  port = 0,
  host = '127.0.0.1',
  lenient = false,
}: WechatApiOptions = {}): Promise<WechatApi> {
  const desk = new Desk(lenient);
  const server = createServer((request, response) => void desk.answer(request, response));
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo; // An IP server has one while it listens.
  const shown = host.includes(':') ? `[${host}]` : host;
  const end = closing(server);
  return {
    url: `http://${shown}:${address.port}`,
    messages: desk.messages,
    secrets: desk.secrets,
    newCode: (openid) => desk.newCode(openid),
    messageTo: (openid, options) => desk.messageTo(openid, options),
    take: (path, timeoutMs, signal) => desk.take(path, { timeoutMs, signal }),
    ...end,
  };
}

function closing(server: Server): Service {
  const closed = new Promise<CloseReason>((resolve) => {
    server.once('close', () => resolve({ type: 'closed' }));
  });
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { closed, close, [Symbol.asyncDispose]: close };
}

/** How long something is waited for. */
type Waiting = AbortableOptions & { readonly timeoutMs: number };

async function look<T>(
  find: () => T | undefined,
  { timeoutMs, signal }: Waiting,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = find();
    if (found !== undefined || performance.now() > end) return found;
    await sleep(lookMs, { signal });
  }
}

/** Of the account that authorises a platform in the release test, beside its tokens. */
const authorization = {
  authorizer_appid: 'wx570bc396a51b8ff8',
  func_info: [{ funcscope_category: { id: 1 } }],
};

/** What the stand-in knows. */
class Desk {
  readonly messages: CustomerMessage[] = [];
  readonly secrets: string[] = [];
  readonly #openids = new Map<string, string>();
  readonly #calls: ApiCall[] = [];
  readonly #lenient: boolean;

  constructor(lenient: boolean) {
    this.#lenient = lenient;
  }

  newCode(openid: string): string {
    const code = `0a1${randomBytes(14).toString('hex')}`;
    this.#openids.set(code, openid);
    return code;
  }

  messageTo(openid: string, options: Waiting): Promise<CustomerMessage | undefined> {
    return look(() => this.messages.find(({ touser }) => touser === openid), options);
  }

  take(path: string, options: Waiting): Promise<ApiCall | undefined> {
    return look(() => {
      const at = this.#calls.findIndex((call) => call.path === path);
      return at === -1 ? undefined : this.#calls.splice(at, 1)[0];
    }, options);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, maxRequestBytes);
    const url = new URL(request.url ?? '/', 'http://api');
    if (body.type === 'complete') this.#note({ path: url.pathname, body: body.bytes.toString() });
    const value =
      body.type === 'complete'
        ? this.#call(url, body.bytes.toString())
        : { errcode: 47001, errmsg: 'data format error' };
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=UTF-8',
      // An idle connection to us must not be what keeps an app from ending on SIGTERM.
      Connection: 'close',
    });
    response.end(JSON.stringify(value));
  }

  #note(call: ApiCall): void {
    this.#calls.push(call);
    if (this.#calls.length > maxCalls) this.#calls.shift();
  }

  #call({ pathname, searchParams }: URL, body: string): Record<string, unknown> {
    switch (pathname) {
      case '/cgi-bin/token':
      case '/cgi-bin/stable_token':
        return { access_token: this.#secret(), expires_in: 7200 };
      case '/cgi-bin/message/custom/send':
        if (!searchParams.get('access_token'))
          return { errcode: 41001, errmsg: 'access_token missing' };
        return this.#receive(body);
      case '/cgi-bin/message/custom/typing':
        return { errcode: 0, errmsg: 'ok' };
      case '/sns/jscode2session':
        return this.#session(searchParams.get('js_code') ?? '');
      case '/cgi-bin/component/api_component_token':
        return { component_access_token: this.#secret(), expires_in: 7200 };
      case '/cgi-bin/component/api_query_auth':
        return { authorization_info: { ...authorization, ...this.#authorizerToken() } };
      case '/cgi-bin/component/api_authorizer_token':
        return this.#authorizerToken();
      default:
        return this.#lenient
          ? { errcode: 0, errmsg: 'ok' }
          : { errcode: 48001, errmsg: 'api unauthorized: not part of wx-dev conform' };
    }
  }

  #receive(body: string): Record<string, unknown> {
    const message = readMessage(body);
    if (message === undefined) return { errcode: 47001, errmsg: 'data format error' };
    if (this.messages.length < maxMessages) this.messages.push(message);
    return { errcode: 0, errmsg: 'ok' };
  }

  #session(code: string): Record<string, unknown> {
    const openid = this.#openids.get(code);
    if (openid === undefined) return { errcode: 40029, errmsg: 'invalid code' };
    this.#openids.delete(code); // A code is good for one exchange.
    const sessionKey = randomBytes(16).toString('base64');
    this.secrets.push(sessionKey);
    return { openid, session_key: sessionKey };
  }

  #authorizerToken(): Record<string, unknown> {
    const [token, refresh] = [this.#secret(), this.#secret()];
    return { authorizer_access_token: token, authorizer_refresh_token: refresh, expires_in: 7200 };
  }

  #secret(): string {
    const secret = `wxdev_${randomBytes(48).toString('base64url')}`;
    this.secrets.push(secret);
    return secret;
  }
}

function readMessage(body: string): CustomerMessage | undefined {
  const value = parseObject(body);
  const { touser, msgtype } = value ?? {};
  if (typeof touser !== 'string' || typeof msgtype !== 'string') return undefined;
  const text = value?.['text'];
  const content: unknown =
    typeof text === 'object' && text !== null && 'content' in text ? text.content : undefined;
  return { touser, msgtype, ...(typeof content === 'string' ? { content } : {}) };
}

/** An object in JSON, or nothing. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined; // Any object has text keys.
  } catch {
    return undefined; // Not JSON: the caller says what was expected.
  }
}

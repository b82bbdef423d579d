import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import type { EnvVersion } from '../miniprogram/config';

/** What stands in for WeChat: as much of `wx` as the code under test calls. */
export interface FakeWx {
  /** Requests so far, as `METHOD path`. */
  readonly requests: string[];
  /** Headers of the last request. */
  header: Record<string, string>;
  /** Most requests that were under way at once. */
  mostAtOnce: number;
  logins: number;
  readonly storage: Map<string, unknown>;
}

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly header: Record<string, string>;
  readonly body: string | undefined;
}

export interface FakeAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly header?: Record<string, string>;
}

export interface FakeOptions {
  readonly envVersion?: EnvVersion;
  /** Answers `wx.request`; what it throws becomes `fail`. */
  respond?(request: FakeRequest): Promise<FakeAnswer>;
  /** Codes that `wx.login` gives, one after the other. @default code-1, code-2, … */
  readonly codes?: readonly string[];
  /** Where requests really go, in place of the address in config.ts. */
  readonly backend?: string;
  /** Makes the task of `wx.connectSocket`. @default a real WebSocket */
  connect?(url: string, header: Record<string, string>): unknown;
}

/** Puts a fake in the place of `wx`. */
export function installWx(options: FakeOptions = {}): FakeWx {
  const { envVersion = 'develop', backend, codes } = options;
  const respond = options.respond ?? ((asked) => overHttp(asked, backend));
  const connect = options.connect ?? ((url, header) => connectReally(url, header, backend));
  let atOnce = 0;
  const fake: FakeWx = {
    requests: [],
    header: {},
    mostAtOnce: 0,
    logins: 0,
    storage: new Map(),
  };
  const wx = {
    getAccountInfoSync: () => ({ miniProgram: { appId: 'touristappid', envVersion } }),
    getStorageSync: (key: string) => structuredClone(fake.storage.get(key) ?? ''),
    setStorageSync: (key: string, value: unknown) =>
      void fake.storage.set(key, structuredClone(value)),
    removeStorageSync: (key: string) => void fake.storage.delete(key),
    login: ({ success }: { success(result: { code: string }): void }) => {
      const code = codes?.[fake.logins] ?? `code-${fake.logins + 1}`;
      fake.logins += 1;
      setImmediate(() => success({ code }));
    },
    request: (asked: WechatMiniprogram.RequestOption) => {
      const url = new URL(asked.url);
      const method = asked.method ?? 'GET';
      const header = { ...asked.header } as Record<string, string>; // As the code under test sets it.
      fake.requests.push(`${method} ${url.pathname}`);
      fake.header = header;
      atOnce += 1;
      fake.mostAtOnce = Math.max(fake.mostAtOnce, atOnce);
      const body = typeof asked.data === 'string' ? asked.data : undefined;
      respond({ method, url, header, body })
        .finally(() => {
          atOnce -= 1;
        })
        .then(
          ({ status, data, header: sent = {} }) =>
            asked.success?.({
              statusCode: status,
              data: data as string, // WeChat's own types have no unknown.
              header: sent,
              cookies: [],
              errMsg: 'request:ok',
            } as unknown as WechatMiniprogram.RequestSuccessCallbackResult),
          (error: Error) =>
            asked.fail?.({
              errMsg: `request:fail ${error.message}`,
            } as WechatMiniprogram.RequestFailCallbackErr),
        );
    },
    connectSocket: ({ url, header }: { url: string; header: Record<string, string> }) =>
      connect(url, header),
  };
  Object.assign(globalThis, { wx });
  return fake;
}

/** The code with a state of its own, as in a mini program that has just started. */
export function freshModules(): {
  auth: typeof import('../miniprogram/utils/auth');
  request: typeof import('../miniprogram/utils/request');
  ws: typeof import('../miniprogram/utils/ws');
} {
  const load = createRequire(import.meta.url);
  for (const path of Object.keys(load.cache)) {
    if (path.includes('miniprogram')) delete load.cache[path];
  }
  const [auth, request, ws] = ['auth', 'request', 'ws'].map((name) =>
    load(`../miniprogram/utils/${name}.ts`),
  );
  return { auth, request, ws };
}

async function overHttp(
  { method, url, header, body }: FakeRequest,
  backend = url.origin,
): Promise<FakeAnswer> {
  const answer = await fetch(new URL(url.pathname + url.search, backend), {
    method,
    headers: header,
    body: body ?? null,
  });
  const text = await answer.text();
  let data: unknown = text;
  try {
    data = JSON.parse(text);
  } catch {
    // WeChat gives text where it is no JSON.
  }
  return { status: answer.status, data, header: Object.fromEntries(answer.headers) };
}

function connectReally(url: string, header: Record<string, string>, backend?: string): unknown {
  const origin = backend?.replace(/^http/, 'ws') ?? url;
  const socket = new WebSocket(new URL(new URL(url).pathname, origin), { headers: header });
  return {
    onOpen: (listener: () => void) => socket.on('open', listener),
    onMessage: (listener: (message: { data: string }) => void) =>
      socket.on('message', (data) => listener({ data: String(data) })),
    onError: (listener: () => void) => socket.on('error', listener),
    onClose: (listener: () => void) => socket.on('close', listener),
    send: ({ data }: { data: string }) => socket.send(data),
    close: () => socket.close(),
  };
}

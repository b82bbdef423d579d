import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody } from '../core/http-message.ts';
import { errorCode } from '../core/system-error.ts';

/** Largest call that is read, in bytes; a message of customer service has some kilobytes. */
const maxCallBytes = 1024 * 1024;

/** Most calls that are kept for somebody who waits; older ones are dropped. */
const maxCalls = 1000;

/** How often a waiting call is looked for, in milliseconds. */
const pollMs = 20;

/** A call of the app to WeChat's API. */
export interface ApiCall {
  /** `/cgi-bin/message/custom/send`. */
  readonly path: string;
  /** As it came. */
  readonly body: string;
}

/** A stand-in for WeChat's API, just large enough for the release test: it notes calls and answers them as good. */
export interface ApiObserver extends AsyncDisposable {
  readonly url: string;
  /** The oldest call to `path` that nobody has taken yet; undefined when none comes in time. */
  take(path: string, waitMs: number, signal?: AbortSignal): Promise<ApiCall | undefined>;
}

/**
 * Listens where the app looks for WeChat's API. Undefined when another program, such as a mock, listens there already: then nothing can be
 * observed, and nothing is disturbed.
 */
export async function openApiObserver(port: number): Promise<ApiObserver | undefined> {
  const calls: ApiCall[] = [];
  const server = createServer((request, response) => {
    void note(request, response, calls);
  });
  const listening = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!listening) return undefined;
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    take: async (path, waitMs, signal) => {
      const deadline = performance.now() + waitMs;
      for (;;) {
        signal?.throwIfAborted();
        const at = calls.findIndex((call) => call.path === path);
        if (at !== -1) return calls.splice(at, 1)[0];
        if (performance.now() >= deadline) return undefined;
        await sleep(pollMs);
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function note(
  request: IncomingMessage,
  response: ServerResponse,
  calls: ApiCall[],
): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const body = await readBody(request, maxCallBytes);
  if (body.type !== 'complete') {
    response.destroy();
    return;
  }
  calls.push({ path, body: body.bytes.toString() });
  if (calls.length > maxCalls) calls.shift();
  response.setHeader('Content-Type', 'application/json; charset=UTF-8');
  response.end(JSON.stringify(answers[path] ?? { errcode: 0, errmsg: 'ok' }));
}

const token = { expires_in: 7200 };

/** What the calls of the release test give back, with invented values. */
const answers: Readonly<Record<string, object>> = {
  '/cgi-bin/token': { access_token: 'wxdev-access-token', ...token },
  '/cgi-bin/stable_token': { access_token: 'wxdev-access-token', ...token },
  '/cgi-bin/component/api_component_token': {
    component_access_token: 'wxdev-component-token',
    ...token,
  },
  '/cgi-bin/component/api_query_auth': {
    authorization_info: {
      authorizer_appid: 'wx570bc396a51b8ff8',
      authorizer_access_token: 'wxdev-authorizer-token',
      authorizer_refresh_token: 'wxdev-refresh-token',
      func_info: [{ funcscope_category: { id: 1 } }],
      ...token,
    },
  },
  '/cgi-bin/component/api_authorizer_token': {
    authorizer_access_token: 'wxdev-authorizer-token',
    authorizer_refresh_token: 'wxdev-refresh-token',
    ...token,
  },
};

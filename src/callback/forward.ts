import type { IncomingMessage } from 'node:http';
import { connectionError } from '../core/connection-error.ts';
import { WxDevError } from '../core/errors.ts';
import { pairHeaders, readBody, type HeaderList } from '../core/http-message.ts';
import { appIdPlaceholder, noticePath } from './authorizer-path.ts';
import { dial, type DialOptions } from './dial.ts';
import { withLength, withoutHopByHop } from './headers.ts';
import { maxAnswerBytes } from './limits.ts';
import type { Answer, Arrival } from './responder.ts';

/** The app's answer, or why there is none. */
export type ForwardResult =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly error: WxDevError };

/** Sends the original bytes of a push to the app and takes its answer byte for byte. Never rejects. */
export function forward(arrival: Arrival, options: DialOptions): Promise<ForwardResult> {
  const { target, onConnect } = options;
  let connected = false;
  const head = {
    method: arrival.method,
    path: pathAtTarget(arrival.target, target.path),
    headers: requestHeaders(arrival),
  };
  return new Promise((resolve) => {
    const fail = (cause: unknown): void => {
      const error = connectionError(cause, { target: target.label, connected });
      resolve({ type: 'failed', error });
    };
    const request = dial(head, {
      ...options,
      onConnect: () => {
        connected = true;
        onConnect();
      },
    });
    request.on('error', fail);
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new Error('HTTP 101, which nobody asked for'));
    });
    request.on('response', (response) => {
      receive(response, target.label).then((result) => {
        // The app may not have read the whole request, or never end its answer.
        request.destroy();
        resolve(result);
      }, fail);
    });
    request.end(arrival.body);
  });
}

/** `pushed` with its path, but not its query, replaced by the app's own, in which `$APPID$` is the AppId that was pushed to. */
export function pathAtTarget(pushed: string, target: string | undefined): string {
  if (target === undefined) return pushed;
  const mark = pushed.indexOf('?');
  const own = withAppId(target, mark === -1 ? pushed : pushed.slice(0, mark));
  if (mark === -1) return own;
  return `${own}${own.includes('?') ? '&' : '?'}${pushed.slice(mark + 1)}`;
}

/** The segment that is an AppId, `wx` and 16 hex digits; a notice has none and goes to what stands before the placeholder. */
function withAppId(own: string, pushedPath: string): string {
  if (!own.includes(appIdPlaceholder)) return own;
  const appId = /\/(wx[0-9A-Za-z]{3,62})(?=\/|$)/.exec(pushedPath)?.[1];
  return appId === undefined ? noticePath(own) : own.replace(appIdPlaceholder, appId);
}

function requestHeaders({ headers, body }: Arrival): HeaderList {
  // Node has answered `Expect: 100-continue` by itself: the body is here.
  const kept = withoutHopByHop(headers, ['expect']);
  return body.length > 0 ? withLength(kept, body.length) : kept;
}

async function receive(response: IncomingMessage, target: string): Promise<ForwardResult> {
  const status = response.statusCode ?? 0;
  if (status < 200) {
    const error = new WxDevError('WXD3002', { target, reason: `HTTP ${status}` });
    return { type: 'failed', error };
  }
  const body = await readBody(response, maxAnswerBytes);
  if (body.type === 'too-large') {
    return {
      type: 'failed',
      error: new WxDevError('WXD3011', { target, limitBytes: maxAnswerBytes }),
    };
  }
  if (body.type === 'cut-off') {
    const reason = `HTTP ${status}, then ${body.receivedBytes} bytes of the body`;
    return { type: 'failed', error: new WxDevError('WXD3002', { target, reason }) };
  }
  const headers = withoutHopByHop(pairHeaders(response.rawHeaders));
  const answer: Answer = {
    status,
    reason: response.statusMessage,
    // A 204 or 304 has no body and must not get a length (RFC 9110 §8.6).
    headers: status === 204 || status === 304 ? headers : withLength(headers, body.bytes.length),
    body: body.bytes,
    verbatim: true,
  };
  return { type: 'answered', answer };
}

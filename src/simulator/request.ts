import {
  request as requestHttp,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { connectionError } from '../core/connection-error.ts';
import { WxDevError } from '../core/errors.ts';
import { pairHeaders, readBody } from '../core/http-message.ts';
import { lookupLoopback } from '../core/loopback.ts';
import type { ReceivedAnswer, SentRequest } from './outcome.ts';

/** Largest answer that is read, in bytes. WeChat's own limit is not documented; a reply is a few kilobytes. */
const maxAnswerBytes = 1024 * 1024;

/** How one request is sent. */
export interface RequestOptions {
  readonly timeoutMs: number;
  readonly ca: readonly string[] | undefined;
  readonly clientCert?: string | undefined;
  readonly clientKey?: string | undefined;
  /** The way out to a server that is not reached directly. */
  readonly agent?: Agent | undefined;
  readonly signal: AbortSignal | undefined;
}

/** How one request ended. */
export type RequestEnd =
  | { readonly type: 'answered'; readonly answer: ReceivedAnswer }
  | { readonly type: 'late'; readonly error: WxDevError }
  | { readonly type: 'failed'; readonly error: WxDevError };

/**
 * Sends one request as WeChat does: name resolution, connection and answer have `timeoutMs` each, then the connection is closed;
 * redirects are not followed, compressed bodies not unpacked. Rejects only when `signal` fires.
 */
export async function sendRequest(
  sent: SentRequest,
  options: RequestOptions,
): Promise<RequestEnd & { readonly ms: number }> {
  options.signal?.throwIfAborted();
  const started = performance.now();
  const elapsedMs = (): number => performance.now() - started;
  const end = await exchange(sent, elapsedMs, options);
  return { ...end, ms: elapsedMs() };
}

function exchange(
  sent: SentRequest,
  elapsedMs: () => number,
  options: RequestOptions,
): Promise<RequestEnd> {
  const { timeoutMs, signal } = options;
  const url = new URL(sent.url);
  const target = url.origin + url.pathname;
  let connected = false;
  let unfinished = false;
  return new Promise((resolve, reject) => {
    const request = dial(sent, url, options);
    const release = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      request.destroy();
    };
    const end = (how: RequestEnd): void => {
      release();
      resolve(how);
    };
    const onAbort = (): void => {
      release();
      // Whatever the caller aborted with, as everywhere.
      reject(signal?.reason as Error);
    };
    const onLate = (): void => {
      const details = { ms: Math.round(elapsedMs()), limitMs: timeoutMs, unfinished };
      end({ type: 'late', error: new WxDevError('WXD2001', details) });
    };
    let timer = setTimeout(onLate, timeoutMs);
    onPhase(request, url, (phase) => {
      connected = phase === 'connected';
      clearTimeout(timer);
      timer = setTimeout(onLate, timeoutMs);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    request.on('error', (cause) => {
      end({ type: 'failed', error: connectionError(cause, { target, connected }) });
    });
    request.on('response', (response) => {
      unfinished = true;
      void receive(response, target).then(end);
    });
    request.end(sent.body);
  });
}

/** Opens a request as it is sent: no agent, no redirects, the body is the caller's. */
export function dial(sent: SentRequest, url: URL, how: RequestOptions): ClientRequest {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options = {
    method: sent.method,
    host,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname + url.search,
    headers: sent.headers.flat(),
    lookup: lookupLoopback,
    // Node gives an address up after 250 ms, where there are several; what decides here is WeChat's patience.
    autoSelectFamilyAttemptTimeout: how.timeoutMs,
    agent: how.agent ?? false,
  } as const;
  if (url.protocol === 'http:') return requestHttp(options);
  return requestHttps({
    ...options,
    servername: isIP(host) === 0 ? host : '',
    ...(how.ca && how.ca.length > 0 && { ca: [...rootCertificates, ...how.ca] }),
    ...(how.clientCert !== undefined && { cert: how.clientCert, key: how.clientKey }),
  });
}

function onPhase(
  request: ClientRequest,
  url: URL,
  listener: (phase: 'resolved' | 'connected') => void,
): void {
  request.once('socket', (socket) => {
    socket.once('lookup', () => listener('resolved'));
    const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
    socket.once(connected, () => listener('connected'));
  });
}

async function receive(response: IncomingMessage, target: string): Promise<RequestEnd> {
  const status = response.statusCode ?? 0;
  const body = await readBody(response, maxAnswerBytes);
  switch (body.type) {
    case 'complete': {
      const headers = pairHeaders(response.rawHeaders);
      return { type: 'answered', answer: { status, headers, body: body.bytes } };
    }
    case 'too-large':
      return {
        type: 'failed',
        error: new WxDevError('WXD3011', { target, limitBytes: maxAnswerBytes }),
      };
    case 'cut-off': {
      const reason = `HTTP ${status}, then ${body.receivedBytes} bytes of the body`;
      return { type: 'failed', error: new WxDevError('WXD3002', { target, reason }) };
    }
    default:
      return body satisfies never;
  }
}

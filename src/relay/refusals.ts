import { WxDevError, type Words } from '../core/errors.ts';
import { formatErrorAnswer, type Hop } from '../wire/error-answer.ts';
import { formatHead, headerField, type HeaderField, type RequestHead } from '../wire/head.ts';
import { sessionLimits } from '../wire/limits.ts';
import type { ResetCode } from '../wire/payloads.ts';
import { ANSWER_TIMEOUT_MS, RETRY_AFTER_S } from './limits.ts';

/** An answer that the relay gives by itself. */
export interface Refusal {
  readonly type: 'refusal';
  readonly status: number;
  /** Where the request failed. */
  readonly hop: Hop;
  readonly error: WxDevError;
  readonly retryAfterS?: number | undefined;
  /** Fields that the status demands. */
  readonly more?: readonly HeaderField[] | undefined;
}

/** 404: no tunnel has this host. */
export function unknownHost(host: string, domain: string): Refusal {
  return refusal(404, 'request', new WxDevError('WXD4006', { host, domain }));
}

/** 421: the connection was made to another name (RFC 9110 §15.5.20). */
export function misdirected(host: string, servername: string): Refusal {
  return refusal(421, 'request', new WxDevError('WXD4041', { host, servername }));
}

/** 503: the tunnel is known, and its client is not there. */
export function clientAway(name: string, reason: string): Refusal {
  const error = new WxDevError('WXD4007', { name, reason });
  return { ...refusal(503, 'client', error), retryAfterS: RETRY_AFTER_S };
}

/** 503: the tunnel carries as many requests as it can. */
export function tunnelFull(): Refusal {
  const details = {
    limit: { en: 'requests of one tunnel', zh: '单个隧道的请求' },
    max: sessionLimits.maxStreams,
  };
  return {
    ...refusal(503, 'client', new WxDevError('WXD4011', details)),
    retryAfterS: RETRY_AFTER_S,
  };
}

/** 503: the relay has as many visitors as it can. */
export function visitorsFull(max: number): Refusal {
  return full({ en: 'connections of visitors', zh: '访客连接' }, max);
}

/** 503: the relay has as many links of clients as it can. */
export function dialsFull(max: number): Refusal {
  return full({ en: 'connections of clients', zh: '客户端连接' }, max);
}

function full(limit: Words, max: number): Refusal {
  const error = new WxDevError('WXD4011', { limit, max });
  return { ...refusal(503, 'request', error), retryAfterS: RETRY_AFTER_S };
}

/** 503: no more requests are kept for a tunnel whose client is away. */
export function spoolFull(name: string): Refusal {
  const error = new WxDevError('WXD4051', { name });
  return { ...refusal(503, 'client', error), retryAfterS: RETRY_AFTER_S };
}

/** 504: nothing came out of the tunnel. */
export function clientLate(name: string): Refusal {
  const error = new WxDevError('WXD4047', { name, waitedMs: ANSWER_TIMEOUT_MS });
  return refusal(504, 'client', error);
}

/** What to say when the client cut a stream off before its answer, or when its connection is gone (no `code`). */
export function cutOff(name: string, reason: string, code: ResetCode | undefined): Refusal {
  switch (code) {
    case undefined:
    case 'refused':
    case 'cancelled':
      return clientAway(name, reason);
    case 'timeout':
      return clientLate(name);
    case 'unreachable':
    case 'malformed':
    case 'too-large':
    case 'internal':
      return refusal(502, 'client', new WxDevError('WXD4043', { name, reason }));
  }
}

/** What was too much, and of whom. */
type Excess =
  | 'address-requests'
  | 'address-connections'
  | 'name-requests'
  | 'name-connections'
  | 'aborts'
  | 'wrong-passwords';

/** 429: somebody asks for more than they may have. */
export function tooMany(excess: Excess, max: number, waitS = 1): Refusal {
  const [what, who] = EXCESSES[excess];
  const error = new WxDevError('WXD4042', { what, who, max, waitS });
  return { ...refusal(429, 'request', error), retryAfterS: waitS };
}

const FROM_ADDRESS: Words = { en: 'from one address', zh: '同一地址' };
const FOR_TUNNEL: Words = { en: 'for one tunnel', zh: '同一隧道' };
const EXCESSES: Readonly<Record<Excess, readonly [what: Words, who: Words]>> = {
  'address-requests': [{ en: 'requests a second', zh: '每秒请求' }, FROM_ADDRESS],
  'address-connections': [{ en: 'connections', zh: '连接' }, FROM_ADDRESS],
  'name-requests': [{ en: 'requests a second', zh: '每秒请求' }, FOR_TUNNEL],
  'name-connections': [{ en: 'connections', zh: '连接' }, FOR_TUNNEL],
  'wrong-passwords': [{ en: 'wrong passwords', zh: '错误密码' }, FROM_ADDRESS],
  aborts: [{ en: 'abandoned requests', zh: '中途放弃的请求' }, FROM_ADDRESS],
};

/** 401: the URL asks for a login (RFC 7617). @param sent Whether there was one, a wrong one */
export function needsLogin(host: string, sent: boolean): Refusal {
  const challenge = headerField('WWW-Authenticate', `Basic realm="${host}", charset="UTF-8"`);
  const error = new WxDevError('WXD4044', { host, sent });
  return { ...refusal(401, 'request', error), more: [challenge] };
}

/** 403: the URL is for other addresses. */
export function notAllowed(host: string, remote: string): Refusal {
  return refusal(403, 'request', new WxDevError('WXD4045', { host, remote }));
}

/** 413: the body is larger than the relay lets through. */
export function tooLarge(maxBytes: number): Refusal {
  return refusal(413, 'request', new WxDevError('WXD4048', { maxBytes }));
}

/** 408: a head or a body that does not come to its end. */
export function tooSlow(what: 'head' | 'body'): Refusal {
  const problem = `a request ${what} that does not come to its end`;
  return malformedRequest(new WxDevError('WXD4012', { status: 408, problem }));
}

/** 400 and its like: what came is not HTTP as it should be. */
export function malformedRequest(error: WxDevError<'WXD4012'>): Refusal {
  return refusal(error.details.status, 'request', error);
}

function refusal(status: number, hop: Hop, error: WxDevError): Refusal {
  return { type: 'refusal', status, hop, error };
}

/** The bytes of `refusal` as the answer to `request`, if its head could be read. The connection ends after it. */
export function formatRefusal(
  { status, hop, error, retryAfterS, more }: Refusal,
  request: RequestHead | undefined,
  requestId: string,
): Buffer {
  const requestFields = request?.fields;
  const answer = formatErrorAnswer(error, { status, hop, requestFields, retryAfterS, more });
  const fields: HeaderField[] = [...answer.fields, headerField('Connection', 'close')];
  if (request) fields.push(headerField('X-Request-Id', requestId));
  const head = formatHead(`HTTP/1.1 ${answer.status} ${answer.reason}`, fields);
  return request?.method === 'HEAD' ? head : Buffer.concat([head, answer.body]);
}

import { WxDevError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import type { HeaderList } from '../core/http-message.ts';
import type { Passed } from './pass-on.ts';
import type { Outcome } from './responder.ts';

/** What is known of a request as soon as its head is there. */
export interface Reception {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  readonly headers: HeaderList;
}

/** Records a request that wx-dev dealt with. `delivered`: the whole answer went out. */
export function recordOutcome(
  reception: Reception,
  body: Uint8Array,
  outcome: Outcome,
  { ms, delivered, slowMs }: { ms: number; delivered: boolean; slowMs: number },
): Exchange {
  const { answer, warnings = [], verdict, type } = outcome;
  // What was deferred took its time on purpose.
  const slow = verdict === 'ok' && ms > slowMs && !outcome.deferred;
  const { startedAt, method, target: url, headers } = reception;
  // Field by field: a spread takes as long as all else that is done here.
  return {
    id: outcome.id,
    startedAt,
    ms,
    type,
    attempt: outcome.attempt,
    status: delivered && answer ? answer.status : 0,
    verdict: slow ? 'slow' : verdict,
    msgId: outcome.msgId,
    openid: outcome.openid,
    content: outcome.content,
    reply: outcome.reply,
    deferred: outcome.deferred,
    push: outcome.push,
    answerText: outcome.answerText,
    error: outcome.error,
    warnings: slow ? [...warnings, slowness(type, ms, slowMs)] : warnings,
    request: { method, url, headers, body, truncated: false },
    response: answer && {
      status: answer.status,
      headers: answer.headers,
      body: answer.body,
      truncated: false,
    },
  };
}

/** Records a request that was streamed to the app. */
export function recordPassed(
  reception: Reception,
  passed: Passed,
  { id, ms }: { id: number; ms: number },
): Exchange {
  const { error, status, response } = passed;
  return {
    id,
    type: 'http',
    attempt: 1,
    ...describeRequest(reception, passed.request),
    ms,
    status,
    verdict: error ? 'failed' : status === 0 ? 'late' : 'ok',
    reply: `HTTP ${status}`,
    error,
    warnings: [],
    response: status === 0 ? undefined : { ...response, status },
  };
}

function describeRequest(
  { startedAt, method, target, headers }: Reception,
  { body, truncated }: { body: Uint8Array; truncated: boolean },
): Pick<Exchange, 'startedAt' | 'request'> {
  return { startedAt, request: { method, url: target, headers, body, truncated } };
}

function slowness(type: string, ms: number, limitMs: number): WxDevError<'WXD2002'> {
  const isPayment = type.startsWith('pay.');
  return new WxDevError('WXD2002', { ms: Math.round(ms), limitMs, isPayment });
}

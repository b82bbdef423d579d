import { WxDevError, type ErrorCode } from '../core/errors.ts';
import type { OpenedPush, Verdict } from '../core/exchange.ts';
import type { HeaderList } from '../core/http-message.ts';
import type { PushQuery } from '../wechat/query.ts';
import type { Ambiguity } from '../wechat/query-spelling.ts';

/** One request at the callback path, read completely. */
export interface Arrival {
  readonly method: string;
  /** Path and query as received, not re-encoded. */
  readonly target: string;
  readonly query: PushQuery;
  readonly ambiguity: Ambiguity | undefined;
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Fires, with a `Departure` as reason, when nobody waits for the answer any more. */
  readonly departure: AbortSignal;
}

/** What goes back to WeChat. */
export interface Answer {
  readonly status: number;
  /** Reason phrase; the standard one when absent. */
  readonly reason?: string | undefined;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** From the app: nothing may be added, not even a date. */
  readonly verbatim?: boolean | undefined;
}

/** How an arrival was dealt with. */
export interface Outcome {
  readonly id: number;
  /** `verify`, a MsgType, an Event name, `http` or `unknown`. */
  readonly type: string;
  readonly attempt: number;
  readonly verdict: Verdict;
  /** Undefined: the connection is closed, as nobody waits. */
  readonly answer: Answer | undefined;
  readonly msgId?: string | undefined;
  readonly openid?: string | undefined;
  readonly content?: string | undefined;
  readonly reply?: string | undefined;
  /** `success` stands in for a reply that goes by message. */
  readonly deferred?: boolean | undefined;
  readonly push?: OpenedPush | undefined;
  readonly answerText?: string | undefined;
  readonly error?: WxDevError | undefined;
  readonly warnings?: readonly WxDevError<ErrorCode>[] | undefined;
}

/** What is known of a push before the app has answered. */
export type Known = Pick<
  Outcome,
  'id' | 'type' | 'attempt' | 'msgId' | 'openid' | 'content' | 'push'
>;

/** What answers a push without a visible reply, in every mode: 接收消息与事件, 回复空串或 success. */
export const success = 'success';

/** Deals with arrivals; never rejects for anything the peer or the app did. */
export type Responder = (arrival: Arrival) => Outcome | Promise<Outcome>;

/** An answer of wx-dev itself. */
export function createAnswer(status: number, contentType: string, text: string): Answer {
  const body = Buffer.from(text);
  const headers: HeaderList = [
    ['Content-Type', contentType],
    ['Content-Length', String(body.length)],
  ];
  return { status, headers, body };
}

/** A line of plain text. */
export function plainAnswer(status: number, text: string): Answer {
  return createAnswer(status, 'text/plain', `${text}\n`);
}

/** The outcome of an arrival that failed a check. */
export function rejected(
  error: WxDevError,
  known: { readonly id: number; readonly type: string },
): Outcome {
  return { ...known, attempt: 1, verdict: 'rejected', answer: refusal(error), error };
}

/** The outcome of an arrival nobody waits for any more. */
export function lateOutcome(
  { departure, startedAt }: Arrival,
  deadlineMs: number,
): Pick<Outcome, 'verdict' | 'answer' | 'error'> {
  const ms = Date.now() - startedAt;
  // Whoever left before the deadline had a limit of its own.
  const limitMs = departure.reason === 'left' && ms < deadlineMs ? ms : deadlineMs;
  const error = new WxDevError('WXD2001', { ms, limitMs });
  return { verdict: 'late', answer: undefined, error };
}

/** The outcome of a push whose reply goes by message: what WeChat takes for "nothing to say". */
export function deferredOutcome(): Pick<Outcome, 'verdict' | 'answer' | 'reply' | 'deferred'> {
  const answer = createAnswer(200, 'text/plain', success);
  return { verdict: 'ok', answer, reply: success, deferred: true };
}

/** What a refused request is told: the code only. The rest is for the log; the peer may be anybody. */
export function refusal(error: WxDevError, status = 403): Answer {
  return plainAnswer(status, `wx-dev refused this request: ${error.code}`);
}

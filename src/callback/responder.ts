import { WxDevError, type ErrorCode } from '../core/errors.ts';
import type { OpenedPush, Verdict } from '../core/exchange.ts';
import type { HeaderList } from '../core/http-message.ts';

/** One request at the callback path, read completely. */
export interface Arrival {
  readonly method: string;
  /** Path and query as received, not re-encoded. */
  readonly target: string;
  readonly rawQuery: string;
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
  readonly push?: OpenedPush | undefined;
  readonly answerText?: string | undefined;
  readonly error?: WxDevError | undefined;
  readonly warnings?: readonly WxDevError<ErrorCode>[] | undefined;
}

/** Deals with arrivals; never rejects for anything the peer or the app did. */
export type Responder = (arrival: Arrival) => Promise<Outcome>;

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

/** What a refused request is told: the code only. The rest is for the log; the peer may be anybody. */
export function refusal(error: WxDevError, status = 403): Answer {
  return plainAnswer(status, `wx-dev refused this request: ${error.code}`);
}

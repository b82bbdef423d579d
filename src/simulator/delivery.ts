import { setTimeout as sleep } from 'node:timers/promises';
import type { Judgement } from '../wechat/judge.ts';
import { judgeEnd, type Judged } from './judge-end.ts';
import type { Attempt, ReceivedAnswer, SendOutcome, SentRequest } from './outcome.ts';
import { sendRequest, type RequestOptions } from './request.ts';

/** How often and when one thing is sent. */
interface RetryPolicy {
  /** Requests in all, at least 1. */
  readonly attempts: number;
  /** How long to wait after an attempt that did not end it, in milliseconds. @default 0 */
  readonly waitMs?: ((attempt: Attempt) => number) | undefined;
}

/** One thing to bring to an app, however often that takes. */
export interface Delivery extends RetryPolicy {
  /** The request of one attempt: WeChat makes a fresh nonce for each. */
  readonly request: (attempt: number) => SentRequest;
  /** What the sender makes of an answer. */
  readonly judge: (answer: ReceivedAnswer, request: SentRequest) => Judgement;
  /** Whether this end is the last: WeChat asks again without an answer, WeChat Pay also after one it does not take. */
  readonly ends: (judged: Judged) => boolean;
  /** Told about each attempt as it ends. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
}

/** Sends until an answer ends it or the attempts are used up, and judges the last one. Rejects only when `signal` fires. */
export async function deliver(delivery: Delivery, options: RequestOptions): Promise<SendOutcome> {
  const attempts: Attempt[] = [];
  for (;;) {
    const request = delivery.request(attempts.length + 1);
    const end = await sendRequest(request, options);
    const judged = judgeEnd(end, (answer) => delivery.judge(answer, request));
    const attempt = toAttempt(attempts.length + 1, judged);
    attempts.push(attempt);
    delivery.onAttempt?.(attempt);
    if (delivery.ends(judged) || attempts.length >= delivery.attempts) {
      return { ...judged, attempts, request };
    }
    const waitMs = delivery.waitMs?.(attempt) ?? 0;
    if (waitMs > 0) await pause(waitMs, options.signal);
  }
}

/** Rejects with what the signal was aborted with, as everywhere; Node's timer wraps it. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

function toAttempt(number: number, { status, ms, verdict, faults }: Judged): Attempt {
  return { number, status, ms, verdict, error: faults[0] };
}

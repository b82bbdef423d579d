import type { Delivery } from './deliveries.ts';
import { departed, untilDeparture } from './departure.ts';
import type { Conclusion, LateReplies } from './late-replies.ts';
import type { Arrival, Known } from './responder.ts';

/** What `waitForApp` gives when `success` is to be answered, because the reply goes by message. */
export const deferred: unique symbol = Symbol('deferred');

/** The app still works on a push, and WeChat will not wait much longer. */
export interface SlowApp extends Known {
  /** Milliseconds since the epoch when the push came. */
  readonly startedAt: number;
  /** How long the app has worked so far, in milliseconds. */
  readonly ms: number;
  /** What is left of WeChat's time, in milliseconds. */
  readonly leftMs: number;
}

/** How long an answer is waited for, and what happens meanwhile. */
export interface Patience {
  readonly deadlineMs: number;
  /** After how many milliseconds a slow app is announced. */
  readonly slowMs: number;
  readonly onSlow: (app: SlowApp) => void;
  /** Takes replies that come too late; absent: they are lost. */
  readonly late?: LateReplies | undefined;
}

/** One delivery that waits for the app. */
export interface Waiting<T> {
  readonly arrival: Arrival;
  readonly known: Known;
  readonly delivery: Delivery<T>;
  /** What the result amounts to when it comes too late. */
  readonly conclude: (result: T) => Conclusion;
}

/**
 * Waits for the app's result while WeChat waits. With late replies, `deferred` comes before that time is over, and a reply whose
 * delivery has left in the meantime goes by message too, so that a retry finds the push taken care of.
 */
export async function waitForApp<T>(
  work: Promise<T>,
  waiting: Waiting<T>,
  patience: Patience,
): Promise<T | typeof departed | typeof deferred> {
  const { arrival, delivery } = waiting;
  const result = await untilMoment(untilDeparture(work, arrival.departure), waiting, patience);
  const isAnswered = result !== departed && result !== deferred;
  if (isAnswered) return result;
  const answeredMs = result === deferred ? Date.now() - arrival.startedAt : undefined;
  const isTaken = delivery.deferred === true || defer(work, answeredMs, waiting, patience);
  if (result === departed || isTaken) return result;
  return untilDeparture(work, arrival.departure);
}

/** Waits for `work` until the moment when `success` must go out, and announces a slow app before. */
function untilMoment<T>(
  work: Promise<T>,
  { arrival, known }: Pick<Waiting<never>, 'arrival' | 'known'>,
  { deadlineMs, slowMs, onSlow, late }: Patience,
): Promise<T | typeof deferred> {
  const { startedAt } = arrival;
  const left = (ms: number): number => Math.min(ms, Math.max(0, startedAt + ms - Date.now()));
  return new Promise((resolve, reject) => {
    const timer = late
      ? setTimeout(() => resolve(deferred), left(late.answerMs))
      : setTimeout(
          () => onSlow({ ...known, startedAt, ms: slowMs, leftMs: deadlineMs - slowMs }),
          left(slowMs),
        );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Hands the reply over to `late`; false where there is none, or it has no room. */
function defer<T>(
  work: Promise<T>,
  answeredMs: number | undefined,
  { arrival, known, delivery, conclude }: Waiting<T>,
  { late }: Patience,
): boolean {
  const { limit } = delivery;
  // What was going on when the server closed is nobody's business any more.
  if (!late || !limit || limit.ended() === 'closed') return false;
  const { startedAt } = arrival;
  const conclusion = work.then(conclude);
  delivery.deferred = late.take({ known, startedAt, answeredMs, conclusion, limit });
  return delivery.deferred;
}

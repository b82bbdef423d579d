import { setMaxListeners } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import type { Verdict } from '../core/exchange.ts';
import type { SendOutcome } from './outcome.ts';

/** Many sends of one kind, some at the same time. */
export interface CampaignOptions extends AbortableOptions {
  /** How many in all. */
  readonly times: number;
  /** How many at once, at most. */
  readonly concurrency: number;
  /** Sends number `index`, from 0. */
  readonly send: (index: number) => Promise<SendOutcome>;
  /** Told about each as it ends. */
  readonly onOutcome?: ((outcome: SendOutcome, index: number) => void) | undefined;
}

/** What became of a campaign. Its size does not depend on how many were sent. */
export interface CampaignSummary {
  /** How many ended; fewer than asked for when it was interrupted. */
  readonly count: number;
  readonly accepted: number;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  /** Requests, retries among them. */
  readonly requests: number;
  /** From the first request to the last answer, in milliseconds. */
  readonly totalMs: number;
  /** Median, 95th percentile and slowest of the last attempts, in milliseconds; within 2 %. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** The first that was not accepted, to explain. */
  readonly firstFailure?: SendOutcome | undefined;
  readonly interrupted: boolean;
}

/** Sends until all have ended or the signal fires; then what was under way is let go, and the summary is of what ended. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignSummary> {
  const { times, concurrency, send, onOutcome, signal } = options;
  if (signal) setMaxListeners(0, signal); // Each request under way listens to it.
  const tally = new Tally();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < times && signal?.aborted !== true) {
      const index = next;
      next += 1;
      const outcome = await send(index);
      tally.add(outcome);
      onOutcome?.(outcome, index);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, times) }, work);
  const ends = await Promise.allSettled(workers);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed && signal?.aborted !== true) throw failed.reason;
  return tally.summary(signal?.aborted === true);
}

/** Each bucket of the histogram is this much wider than the one before. */
const bucketGrowth = 1.02;

/** Counts instead of keeping: a million outcomes take as much memory as one. */
class Tally {
  readonly #started = performance.now();
  readonly #verdicts: Partial<Record<Verdict, number>> = {};
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #accepted = 0;
  #requests = 0;
  #max = 0;
  #firstFailure: SendOutcome | undefined;

  add(outcome: SendOutcome): void {
    const { verdict, ms, accepted, attempts } = outcome;
    this.#count += 1;
    this.#requests += attempts.length;
    this.#verdicts[verdict] = (this.#verdicts[verdict] ?? 0) + 1;
    const bucket = Math.round(Math.log(Math.max(ms, 0.01)) / Math.log(bucketGrowth));
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#max = Math.max(this.#max, ms);
    if (accepted) this.#accepted += 1;
    else this.#firstFailure ??= outcome;
  }

  summary(interrupted: boolean): CampaignSummary {
    return {
      count: this.#count,
      accepted: this.#accepted,
      verdicts: this.#verdicts,
      requests: this.#requests,
      totalMs: performance.now() - this.#started,
      p50: this.#percentile(0.5),
      p95: this.#percentile(0.95),
      max: this.#max,
      firstFailure: this.#firstFailure,
      interrupted,
    };
  }

  #percentile(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (const [bucket, count] of [...this.#buckets].toSorted(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Math.min(bucketGrowth ** bucket, this.#max);
    }
    return 0;
  }
}

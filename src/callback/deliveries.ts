import { maxRememberedPushes, rememberPushMs } from './limits.ts';
import type { WorkLimit } from './work-limit.ts';

/** One push and its deliveries so far. */
export interface Delivery<T> {
  /** The id of its exchanges. */
  readonly id: number;
  /** How often WeChat delivered it, this time included. */
  attempts: number;
  /** How often the app got it. */
  handled: number;
  /** How long the first delivery took, in milliseconds, until it was answered or WeChat gave up; undefined before that. */
  firstMs?: number | undefined;
  /** The one result all deliveries share, once somebody works on it. A failed one is taken away again. */
  shared?: Promise<T> | undefined;
  /** The result, where it was there at once. */
  done?: T | undefined;
  /** Ends the work on it. */
  limit?: WorkLimit | undefined;
  /** Its reply goes by message: further deliveries are answered with `success`. */
  deferred?: boolean;
}

/** A delivery, and when its push came last. */
interface Remembered<T> {
  readonly delivery: Delivery<T>;
  lastAt: number;
}

/**
 * Recognises WeChat's retries. Bounded in count and time: what was last seen before the last two generations is forgotten with them. One map
 * that pushes enter and leave one by one would be simpler, but V8 keeps everything that ever was in such a map, through the tables it has
 * grown out of, until the next full collection.
 */
export class Deliveries<T> {
  readonly #nextId: () => number;
  readonly #rememberMs: number;
  #young = new Map<string, Remembered<T>>();
  #old = new Map<string, Remembered<T>>();
  #youngSince = 0;

  /** `nextId` numbers the exchanges of one run; a push is forgotten `rememberMs` milliseconds after its last delivery. */
  constructor(nextId: () => number, rememberMs: number = rememberPushMs) {
    this.#nextId = nextId;
    this.#rememberMs = rememberMs;
  }

  /** A delivery that cannot be recognised again. */
  arriveUnnamed(): Delivery<T> {
    return { id: this.#nextId(), attempts: 1, handled: 0 };
  }

  /** Counts a delivery, at `now` milliseconds, of the push that `key` names. */
  arrive(key: string, now: number): Delivery<T> {
    this.#age(now);
    const known = this.#young.get(key) ?? this.#old.get(key);
    const isRetry = known !== undefined && now - known.lastAt <= this.#rememberMs;
    const remembered: Remembered<T> = isRetry
      ? known
      : { delivery: { id: this.#nextId(), attempts: 0, handled: 0 }, lastAt: now };
    remembered.delivery.attempts += 1;
    remembered.lastAt = now;
    this.#young.set(key, remembered);
    return remembered.delivery;
  }

  #age(now: number): void {
    const isFull = this.#young.size >= maxRememberedPushes;
    if (!isFull && now - this.#youngSince <= this.#rememberMs) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngSince = now;
  }
}

/**
 * Runs `work` for the first delivery and shares the result with all later ones, also those that arrive while it still runs.
 * A result that fails, or that `keep` turns down, is not kept: the next delivery tries again.
 */
export function share<T>(
  delivery: Delivery<T>,
  work: () => Promise<T>,
  keep: (result: T) => boolean = () => true,
): Promise<T> {
  if (delivery.shared) return delivery.shared;
  const forget = (): void => {
    if (delivery.shared === shared) delivery.shared = undefined;
  };
  const shared = work();
  delivery.shared = shared;
  shared.then((result) => {
    if (!keep(result)) forget();
  }, forget);
  return shared;
}

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
  /** The one result all deliveries share, once somebody works on it. A failed one is taken away again. */
  shared?: Promise<T> | undefined;
  /** The result, where it was there at once. */
  done?: T | undefined;
  /** Ends the work on it. */
  limit?: WorkLimit | undefined;
  /** Its reply goes by message: further deliveries are answered with `success`. */
  deferred?: boolean;
}

/** Recognises WeChat's retries. Bounded in count and time. */
export class Deliveries<T> {
  readonly #nextId: () => number;
  readonly #rememberMs: number;
  /** In the order of the last delivery: the first entry is the next to be forgotten. */
  readonly #known = new Map<string, { readonly delivery: Delivery<T>; readonly lastAt: number }>();

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
    this.#forget(now);
    const delivery = this.#known.get(key)?.delivery ?? {
      id: this.#nextId(),
      attempts: 0,
      handled: 0,
    };
    delivery.attempts += 1;
    this.#known.delete(key);
    this.#known.set(key, { delivery, lastAt: now });
    return delivery;
  }

  #forget(now: number): void {
    for (const [key, { lastAt }] of this.#known) {
      if (now - lastAt <= this.#rememberMs && this.#known.size < maxRememberedPushes) return;
      this.#known.delete(key);
    }
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

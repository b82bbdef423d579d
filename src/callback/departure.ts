/** Why nobody waits for the answer any more. */
type Departure =
  /** WeChat's time is over. */
  | 'deadline'
  /** The connection was closed before that. */
  | 'left';

/** What `untilDeparture` gives when the work took longer than the wait for it. */
export const departed: unique symbol = Symbol('departed');

/** Tells of its end, once; `delivered` when the answer is out, else the peer has left. */
interface Watched {
  onEnd(listener: (delivered: boolean) => void): void;
}

/** Watches one request for as long as somebody needs to know whether an answer would still reach anybody. */
export class Presence {
  readonly #ms: number;
  readonly #watched: Watched;
  readonly #begunAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #controller: AbortController | undefined;
  #listeners: ((reason: Departure) => void)[] | undefined;
  #isReleased = false;
  #reason: Departure | undefined;

  /** The wait for an answer ends after `ms`, or when the connection of `watched` does. Costs nothing before anybody asks. */
  constructor(ms: number, watched: Watched) {
    this.#ms = ms;
    this.#watched = watched;
  }

  /** Why nobody waits any more; undefined while somebody does, or nobody asked. */
  get reason(): Departure | undefined {
    return this.#reason;
  }

  /** Fires, with a `Departure` as reason, when an answer would reach nobody. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      const controller = new AbortController();
      this.#controller = controller;
      if (this.#reason) controller.abort(this.#reason);
      else this.onLeave((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  onLeave(listener: (reason: Departure) => void): void {
    if (this.#isReleased) return;
    if (this.#listeners) {
      this.#listeners.push(listener);
      return;
    }
    this.#listeners = [listener];
    const left = Math.max(0, this.#begunAt + this.#ms - performance.now());
    this.#timer = setTimeout(() => this.#leave('deadline'), left);
    this.#watched.onEnd(() => this.#leave('left'));
  }

  /** Stops watching; the answer is on its way. */
  release(): void {
    this.#isReleased = true;
    clearTimeout(this.#timer);
  }

  #leave(reason: Departure): void {
    if (this.#isReleased) return;
    this.release();
    this.#reason = reason;
    for (const listener of this.#listeners ?? []) listener(reason);
  }
}

/** Waits for `work` while somebody waits for the answer; gives `departed` afterwards. `work` goes on. */
export function untilDeparture<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | typeof departed> {
  if (signal.aborted) {
    work.catch(() => undefined); // Its outcome is of no use to this delivery; whoever shares the work sees it.
    return Promise.resolve(departed);
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(departed);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

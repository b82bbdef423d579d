/** Option of every function that waits. */
export interface AbortableOptions {
  /** Ends the wait; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits `ms` milliseconds. Rejects with `signal.reason` when aborted, and leaves neither timer nor listener behind. */
export function sleep(ms: number, { signal }: AbortableOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** What `race` gives when the time ran out first. */
export const timedOut: unique symbol = Symbol('timed out');

/**
 * Waits for `work`, at most `ms` milliseconds. Gives `timedOut` when the time ran out; `work` itself goes on, so pass it a
 * signal too where it can be stopped. Rejects with `signal.reason` when aborted.
 */
export function race<T>(
  work: Promise<T>,
  ms: number,
  { signal }: AbortableOptions = {},
): Promise<T | typeof timedOut> {
  const timer = new AbortController();
  const aborted = signal ? AbortSignal.any([signal, timer.signal]) : timer.signal;
  const limit = sleep(ms, { signal: aborted }).then((): typeof timedOut => timedOut);
  return Promise.race([work, limit]).finally(() => {
    timer.abort();
    limit.catch(() => undefined); // Our own abort above; the outcome has been decided.
  });
}

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Why nobody waits for the answer any more. */
type Departure =
  /** WeChat's time is over. */
  | 'deadline'
  /** The connection was closed before that. */
  | 'left';

/** What `untilDeparture` gives when the work took longer than the wait for it. */
export const departed: unique symbol = Symbol('departed');

/** Watches one request: `signal` fires, with a `Departure` as reason, when an answer would reach nobody. */
export interface Presence {
  readonly signal: AbortSignal;
  /** Stops watching; the answer is on its way. */
  release(): void;
}

/** Starts the wait for an answer: ends after `ms`, or when the connection is `done`. */
export function watchPresence(done: Promise<void>, ms: number): Presence {
  const controller = new AbortController();
  let released = false;
  const timer = setTimeout(() => leave('deadline'), ms);
  const release = (): void => {
    released = true;
    clearTimeout(timer);
  };
  const leave = (reason: Departure): void => {
    if (released) return;
    release();
    controller.abort(reason);
  };
  void done.then(() => leave('left'));
  return { signal: controller.signal, release };
}

/** Resolves when the connection has nothing more to do with this exchange: the answer is out, or the peer has left. */
export function whenDone(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request;
  return new Promise((resolve) => {
    const finish = (): void => {
      response.off('close', finish);
      socket.off('close', finish);
      resolve();
    };
    response.on('close', finish);
    // An answer that waits behind an earlier one of the same connection (HTTP pipelining) does not hear of its end.
    socket.setMaxListeners(0).on('close', finish);
  });
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

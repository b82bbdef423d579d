/** Bounds the app's work on one push. */
export interface WorkLimit {
  /** Fires when the time is over, or the server closes. */
  readonly signal: AbortSignal;
  /** Which of the two it was. */
  ended(): 'expired' | 'closed' | undefined;
  /** The work is done: lets go of timer and listener. */
  readonly release: () => void;
}

/** Starts a limit of `ms` milliseconds that also ends with `closing`. */
export function limitWork(closing: AbortSignal, ms: number): WorkLimit {
  const controller = new AbortController();
  let how: ReturnType<WorkLimit['ended']>;
  const end = (reason: 'expired' | 'closed', cause: unknown): void => {
    how ??= reason;
    release();
    controller.abort(cause);
  };
  const onClosing = (): void => end('closed', closing.reason);
  const timer = setTimeout(() => end('expired', new Error(`${ms} ms are over`)), ms);
  const release = (): void => {
    clearTimeout(timer);
    closing.removeEventListener('abort', onClosing);
  };
  closing.addEventListener('abort', onClosing, { once: true });
  if (closing.aborted) onClosing();
  return { signal: controller.signal, ended: () => how, release };
}

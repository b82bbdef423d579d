/** The signals of one process as an `AbortSignal`. */
export interface Interrupt extends AsyncDisposable {
  readonly signal: AbortSignal;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Shells report a process that a signal ended as 128 plus its number; SIGINT is 2. */
const INTERRUPTED_EXIT_CODE = 130;

/** Why everything was asked to end. */
class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** The first SIGINT, SIGTERM or SIGHUP aborts; a second one ends the process at once, for a shutdown that hangs. */
export function listenForSignals(process: NodeJS.Process): Interrupt {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    controller.abort(new InterruptedError(name));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.asyncDispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
      return Promise.resolve();
    },
  };
}

/** Whether `error` only says that `signal` was aborted. Node's helpers wrap the reason as the cause of an AbortError. */
export function interruptedBy(signal: AbortSignal, error: unknown): boolean {
  if (!signal.aborted) return false;
  if (error === signal.reason) return true;
  return error instanceof Error && (error.name === 'AbortError' || error.cause === signal.reason);
}

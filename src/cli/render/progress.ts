import type { Context } from '../context.ts';

/** Shows which step a start-up is at. */
export interface Progress {
  readonly step: (text: string) => void;
  /** Removes what was shown; idempotent. */
  readonly stop: () => void;
}

/**
 * A spinner where a person watches, plain lines elsewhere. The first step is on the screen before the spinner's library is loaded.
 */
export function createProgress({
  err,
  env,
  json,
  quiet,
}: Pick<Context, 'err' | 'env' | 'json' | 'quiet'>): Progress {
  if (json || quiet) return { step: () => undefined, stop: () => undefined };
  // A pty that reports no width would make the spinner redraw without end.
  const animated = err.redraws && !env['CI'];
  if (!animated) return { step: (text) => err.line(`  ${text} ...`), stop: () => undefined };
  let spinner: { text: string; stop(): unknown } | undefined;
  let stopped = false;
  let latest = '';
  const color = err.colour ? 'cyan' : false; // ora's own colours do not know NO_COLOR.
  err.write('  ... \r');
  void import('ora').then(({ default: ora }) => {
    // discardStdin would swallow Ctrl-C while the spinner turns. Whether it may turn has been decided above, by finer rules than ora's.
    if (!stopped)
      spinner = ora({
        text: latest,
        indent: 2,
        discardStdin: false,
        isEnabled: true,
        color,
      }).start();
  });
  return {
    step: (text) => {
      latest = text;
      if (spinner) spinner.text = text;
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      spinner?.stop();
      // Ora leaves the cursor at its indent; without it, what the first step wrote is still there.
      err.write(spinner ? '\r' : '     \r');
    },
  };
}

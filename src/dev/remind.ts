import { WxDevError } from '../core/errors.ts';

/** How long a public URL may be ready before somebody who has not been called is told what to look at, in milliseconds. */
export const remindAfterMs = 3 * 60_000;

/** Waits for the first request of WeChat. */
export interface Reminder {
  /** A request of WeChat has come: there is nothing to remind of. */
  called(): void;
  readonly close: () => Promise<void>;
}

/** Tells `onSilence` once when nothing was called through `url` for `ms` milliseconds. */
export function startReminder(
  url: string,
  ms: number,
  onSilence: (error: WxDevError<'WXD3014'>) => void,
): Reminder {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const timer = setTimeout(() => onSilence(new WxDevError('WXD3014', { url, minutes })), ms);
  timer.unref();
  return {
    called: () => clearTimeout(timer),
    close: () => {
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}

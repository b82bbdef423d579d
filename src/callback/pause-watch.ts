import { WxDevError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import { pauseAfterFailures, pauseMs, silenceMs } from './limits.ts';

/** What WeChat's pushes do as a whole. */
export type PushesState =
  /** So many answers in a row failed that WeChat may stop pushing (MarkFail). */
  | { readonly type: 'paused'; readonly error: WxDevError<'WXD2010'> }
  /** The first push after that, and how long there was none, in milliseconds. */
  | { readonly type: 'back'; readonly afterMs: number };

/**
 * Notices when WeChat is likely to pause its pushes: it does so after repeated failures, for about a minute, and says so to nobody but
 * the alarm group of the account.
 *
 * @see https://developers.weixin.qq.com/doc/service/guide/dev/api/alert 接口报警和排查指引
 */
export class PauseWatch {
  #failures = 0;
  /** When the last failure was, in milliseconds since the epoch; undefined when no pause is expected. */
  #pausedAt: number | undefined;

  /** Counts a delivery that has ended; gives what changed. What anybody could have sent does not count, nor do WeChat Pay's. */
  add({ type, verdict, startedAt, ms }: Exchange): PushesState[] {
    if (type.startsWith('pay.')) return [];
    if (verdict === 'rejected' || ['verify', 'http', 'unknown'].includes(type)) return [];
    const before = this.#back(startedAt);
    const failed = verdict === 'late' || verdict === 'failed';
    this.#failures = failed ? this.#failures + 1 : 0;
    if (!failed) this.#pausedAt = undefined;
    else if (this.#failures >= pauseAfterFailures) {
      const isNew = this.#pausedAt === undefined;
      this.#pausedAt = startedAt + ms;
      if (isNew) return [...before, { type: 'paused', error: this.#warning() }];
    }
    return before;
  }

  #back(now: number): PushesState[] {
    const pausedAt = this.#pausedAt;
    if (pausedAt === undefined || now - pausedAt < silenceMs) return [];
    this.#pausedAt = undefined;
    this.#failures = 0;
    return [{ type: 'back', afterMs: now - pausedAt }];
  }

  #warning(): WxDevError<'WXD2010'> {
    return new WxDevError('WXD2010', { failures: this.#failures, waitSeconds: pauseMs / 1000 });
  }
}

import type { AbortableOptions } from '../core/abort.ts';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { LateEnd } from '../core/exchange.ts';
import type { Logger } from '../core/logger.ts';
import type { Reply } from '../wechat/reply.ts';
import { deliveryGraceMs, lateAnswerMs, lateWaitMs, maxLateReplies } from './limits.ts';
import type { Known } from './responder.ts';
import type { WorkLimit } from './work-limit.ts';

/** How replies that come too late for an answer reach the follower. */
export interface LateReplyOptions {
  /** Sends the reply to the openid and gives the number of messages; rejects with a `WxDevError`. */
  readonly deliver: (reply: Reply, openid: string, options: AbortableOptions) => Promise<number>;
  /** When `success` is answered in place of the reply, in milliseconds after the push. @default 4500 */
  readonly answerMs?: number | undefined;
  /** How long the app may take, in milliseconds. @default 60000 */
  readonly waitMs?: number | undefined;
  /** How long the end of the server waits for messages on their way, in milliseconds. @default 3000 */
  readonly graceMs?: number | undefined;
}

/** What became of a reply that came too late for an answer. */
export type LateReply = Known & LateEnd;

/** What the app's result amounts to. */
export interface Conclusion {
  readonly reply?: Reply | undefined;
  /** In one line. */
  readonly summary: string;
  /** Why it cannot be delivered. */
  readonly error?: WxDevError | undefined;
}

/** One reply that is still to come. */
export interface Pending {
  readonly known: Known;
  readonly startedAt: number;
  readonly answeredMs: number | undefined;
  readonly conclusion: Promise<Conclusion>;
  readonly limit: WorkLimit;
}

/** What `LateReplies` needs of the server. */
interface Surroundings {
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
  readonly onEnd: (reply: LateReply) => void;
}

type Ending = Pick<LateReply, 'end' | 'messages' | 'reply' | 'error'>;

/** Waits for replies that come too late and delivers them. Bounded in count and time. */
export class LateReplies {
  readonly answerMs: number;
  readonly waitMs: number;
  readonly #options: LateReplyOptions;
  readonly #surroundings: Surroundings;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: LateReplyOptions, surroundings: Surroundings) {
    this.answerMs = options.answerMs ?? lateAnswerMs;
    this.waitMs = options.waitMs ?? lateWaitMs;
    this.#options = options;
    this.#surroundings = surroundings;
  }

  /** Takes on a reply; false when there are too many already. */
  take(pending: Pending): boolean {
    if (this.#pending.size >= maxLateReplies) {
      pending.conclusion.catch(() => undefined); // Whoever still waits for the push sees it.
      return false;
    }
    const work = this.#finish(pending).finally(() => this.#pending.delete(work));
    this.#pending.add(work);
    return true;
  }

  /** Resolves when nothing is under way any more: after `closing`, within the grace for deliveries. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #finish(pending: Pending): Promise<void> {
    const { known, startedAt, answeredMs } = pending;
    const ending = await this.#end(pending).catch((error: unknown): Ending => {
      if (isWxDevError(error)) return { end: 'failed', messages: 0, error };
      const stack = error instanceof Error ? error.stack : undefined;
      this.#surroundings.logger.error('internal error in a late reply', {
        stack: stack ?? String(error),
      });
      return { end: 'failed', messages: 0 };
    });
    const ms = Date.now() - startedAt;
    this.#surroundings.onEnd({ ...known, startedAt, answeredMs, ms, ...ending });
  }

  async #end({ conclusion, limit, known }: Pending): Promise<Ending> {
    const concluded = await untilLimit(conclusion, limit);
    if (concluded === 'closed') return { end: 'cancelled', messages: 0 };
    if (concluded === 'expired') {
      const error = new WxDevError('WXD2013', { seconds: this.waitMs / 1000 });
      return { end: 'failed', messages: 0, error };
    }
    const { reply, summary, error } = concluded;
    if (error) return { end: 'failed', messages: 0, reply: summary, error };
    if (reply === undefined) return { end: 'silent', messages: 0, reply: summary };
    return this.#deliver(reply, summary, known.openid ?? '');
  }

  async #deliver(reply: Reply, summary: string, openid: string): Promise<Ending> {
    const grace = graceAfter(this.#surroundings.closing, this.#options.graceMs ?? deliveryGraceMs);
    try {
      const messages = await this.#options.deliver(reply, openid, { signal: grace.signal });
      return { end: 'delivered', messages, reply: summary };
    } catch (error) {
      if (grace.signal.aborted) return { end: 'cancelled', messages: 0, reply: summary };
      if (!isWxDevError(error)) throw error;
      const messages = isWxDevError(error, 'WXD2012') ? (error.details.sent ?? 0) : 0;
      return { end: 'failed', messages, reply: summary, error };
    } finally {
      grace.release();
    }
  }
}

function untilLimit<T>(work: Promise<T>, limit: WorkLimit): Promise<T | 'expired' | 'closed'> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(limit.ended() ?? 'closed');
    limit.signal.addEventListener('abort', onAbort, { once: true });
    if (limit.signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => limit.signal.removeEventListener('abort', onAbort));
  });
}

/** Fires `ms` milliseconds after `closing`, so that what is on its way may arrive. */
function graceAfter(closing: AbortSignal, ms: number): Pick<WorkLimit, 'signal' | 'release'> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => controller.abort(closing.reason), ms);
  };
  closing.addEventListener('abort', start, { once: true });
  if (closing.aborted) start();
  const release = (): void => {
    clearTimeout(timer);
    closing.removeEventListener('abort', start);
  };
  return { signal: controller.signal, release };
}

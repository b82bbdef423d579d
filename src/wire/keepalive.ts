import type { SessionLimits } from './limits.ts';

/** What a look at the clock asks for. */
export type KeepaliveStep = 'nothing' | 'ping' | 'dead';

/**
 * Decides when to ask a silent peer whether it lives, and when to give it up. Any bytes are a sign of life; only a
 * peer that was asked, and had time to answer, is given up.
 */
export class Keepalive {
  readonly #limits: SessionLimits;
  #tickedAt: number;
  #heardAt: number;
  /** When the newest PING was queued. */
  #askedAt = -Infinity;
  /** When the first PING that nothing was heard after was queued. */
  #waitingSince: number | undefined;
  #count = 0;
  #isAnswered = true;
  #rttMs: number | undefined;

  constructor(now: number, limits: SessionLimits) {
    this.#limits = limits;
    this.#tickedAt = now;
    this.#heardAt = now;
  }

  /** Time from the newest answered PING to its PONG, in ms. */
  get rttMs(): number | undefined {
    return this.#rttMs;
  }

  /** Bytes came. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#waitingSince = undefined;
  }

  /** How many PINGs were asked for; the newest carries this number. */
  get count(): number {
    return this.#count;
  }

  /** The PONG with the number `count` came; `false` when nothing waited for it. */
  answered(count: number, now: number): boolean {
    if (this.#isAnswered || count !== this.#count) return false;
    this.#isAnswered = true;
    this.#rttMs = Math.max(0, now - this.#askedAt);
    return true;
  }

  /** @param isBusy Whether streams are open, so that somebody waits. */
  tick(now: number, isBusy: boolean): KeepaliveStep {
    const { probeAfterMs, busySilenceMs, idleSilenceMs, pingIntervalMs } = this.#limits;
    const sinceTick = now - this.#tickedAt;
    this.#tickedAt = now;
    // After a sleep of the machine or a stop of the process the silence may be ours: ask, and judge from here on.
    if (sinceTick > probeAfterMs) {
      this.heard(now);
      return this.#ask(now);
    }
    const silentMs = now - this.#heardAt;
    const waitedMs = now - (this.#waitingSince ?? now);
    const isOverdue = silentMs >= (isBusy ? busySilenceMs : idleSilenceMs);
    if (isOverdue && waitedMs >= busySilenceMs - probeAfterMs) return 'dead';
    const isDue = now - this.#askedAt >= pingIntervalMs;
    const isProbe = isBusy && silentMs >= probeAfterMs && this.#waitingSince === undefined;
    return isDue || isProbe ? this.#ask(now) : 'nothing';
  }

  /** As `tick`, while nothing is read: the peer cannot be heard, but must hear of us. Gives whether to send a PING. */
  tickDeaf(now: number): boolean {
    this.#tickedAt = now;
    this.heard(now);
    if (now - this.#askedAt < this.#limits.probeAfterMs) return false;
    this.#ask(now);
    this.heard(now);
    // What comes back will have waited for us: it says nothing about the way.
    this.#isAnswered = true;
    return true;
  }

  #ask(now: number): KeepaliveStep {
    this.#count += 1;
    this.#askedAt = now;
    this.#waitingSince ??= now;
    this.#isAnswered = false;
    return 'ping';
  }
}

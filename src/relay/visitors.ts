import { networkOf } from '../core/addresses.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { Allowance } from '../wire/allowance.ts';
import { ABORTS, ATTEMPT_WAIT, FREE_ATTEMPTS, WRONG_PASSWORDS } from './limits.ts';
import { Meter, Recent, type Quota } from './meters.ts';

/** Counts what may happen now and then; whoever does it too often has to pause. */
class Strikes {
  readonly #rule: typeof ABORTS | typeof WRONG_PASSWORDS;
  #allowance: Allowance | undefined;
  #pausedUntil = 0;

  constructor(rule: typeof ABORTS | typeof WRONG_PASSWORDS) {
    this.#rule = rule;
  }

  /** It happened. */
  add(now: number): void {
    const { burst, perSecond, pauseMs } = this.#rule;
    this.#allowance ??= new Allowance(now, burst, perSecond);
    if (!this.#allowance.spend(now)) this.#pausedUntil = now + pauseMs;
  }

  /** Milliseconds left of the pause; 0: there is none. */
  pauseMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }
}

/** One network that visitors or clients come from, and what it has been doing. */
export class Visitor {
  readonly meter = new Meter();
  /** Tunnels that it dialled. */
  readonly dials = new Meter();
  /** Requests that it left unanswered. */
  readonly aborts = new Strikes(ABORTS);
  /** Passwords of URLs that it got wrong. */
  readonly wrongPasswords = new Strikes(WRONG_PASSWORDS);
  #wrongTokens = 0;
  #waitUntil = 0;

  /** Milliseconds until a token from here is looked at again; 0: now. */
  tokenWaitMs(now: number): number {
    return Math.max(0, this.#waitUntil - now);
  }

  /** A relay token was wrong: after some of these the next ones have to wait, longer each time. */
  wrongToken(now: number): void {
    this.#wrongTokens += 1;
    const beyond = this.#wrongTokens - FREE_ATTEMPTS;
    if (beyond < 0) return;
    this.#waitUntil = now + Math.min(ATTEMPT_WAIT.maxMs, ATTEMPT_WAIT.minMs * 2 ** beyond);
  }

  /** A relay token was right. */
  rightToken(): void {
    this.#wrongTokens = 0;
  }
}

const NO_QUOTA: Quota = {};

/** Who comes from where. Networks are told apart, not addresses; see `networkOf`. */
export class Visitors {
  readonly #byNetwork = new Recent(() => new Visitor());
  readonly quota: Quota;
  readonly #countsLoopback: boolean;

  /**
   * @param countsLoopback Whether this machine is held to the quota too. It is not unless asked for: what comes from here is the
   * developer, or a proxy with everybody's requests.
   */
  constructor(quota: Quota, countsLoopback: boolean) {
    this.quota = quota;
    this.#countsLoopback = countsLoopback;
  }

  /** The network of `address`. */
  from(address: string): Visitor {
    return this.#byNetwork.get(networkOf(address));
  }

  /** Whether `address` is held to limits at all. */
  watches(address: string): boolean {
    return this.#countsLoopback || !isLoopbackHost(address);
  }

  /** What `address` may do. */
  quotaOf(address: string): Quota {
    return this.watches(address) ? this.quota : NO_QUOTA;
  }
}

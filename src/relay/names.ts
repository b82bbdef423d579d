import { createHash, timingSafeEqual } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import { newSubdomain } from '../core/secrets.ts';
import { checkTunnelName } from '../wire/tunnel-name.ts';
import { GRACE_MS, MAX_NAMES, RESERVATION_MS, STARTUP_MS } from './limits.ts';
import { Parking } from './parking.ts';

/** What the relay knows about a name. */
export type NameState<Client> =
  | { readonly type: 'up'; readonly client: Client }
  /** The client was here and may come back at any moment. */
  | { readonly type: 'expected' }
  /** The client ended, or has been away for long. */
  | { readonly type: 'away' }
  | { readonly type: 'unknown' };

/** A name that was given to a client, and the client of the same owner that had it until now. */
export interface Claim<Client> {
  readonly name: string;
  readonly replaced: Client | undefined;
}

interface Entry<Client> {
  readonly ownerHash: Buffer;
  client: Client | undefined;
  awaySince: number;
  isExpected: boolean;
}

// Words that people take for the relay's own pages, or that mail and certificate authorities give a meaning (RFC 2142).
const RESERVED: ReadonlySet<string> = new Set([
  'abuse',
  'account',
  'admin',
  'administrator',
  'api',
  'autoconfig',
  'autodiscover',
  'hostmaster',
  'localhost',
  'mail',
  'mta-sts',
  'postmaster',
  'relay',
  'root',
  'security',
  'ssl-admin',
  'webmaster',
  'wpad',
  'www',
  'wx-dev',
]);

/** Who owns which name, who serves it now, and which requests wait for it. */
export class NameRegistry<Client> {
  readonly #entries = new Map<string, Entry<Client>>();
  readonly #parking = new Parking<Client>();
  readonly #relay: string;
  readonly #startedAt: number;

  /** `relay` names this relay in errors; `now` is the time of its start in milliseconds. */
  constructor(relay: string, now: number) {
    this.#relay = relay;
    this.#startedAt = now;
  }

  /**
   * Gives `client` the name it asks for, or a random one. The newest client of an owner wins, so that nobody is locked out by
   * their own dead connection.
   *
   * @throws WXD4004 when the name belongs to another owner, WXD4005 when it is no valid name
   */
  claim(wanted: string | undefined, owner: string, client: Client, now: number): Claim<Client> {
    const name = wanted === undefined ? this.#freeName() : checkName(wanted);
    const ownerHash = hash(owner);
    const entry = this.#entries.get(name);
    if (entry && !this.#hasLapsed(entry, now) && !timingSafeEqual(entry.ownerHash, ownerHash))
      throw new WxDevError('WXD4004', { name, relay: this.#relay });
    const replaced = entry?.client;
    this.#entries.delete(name);
    this.#entries.set(name, { ownerHash, client, awaySince: 0, isExpected: false });
    this.#forgetOldest();
    return { name, replaced };
  }

  /** Lets the requests that wait for `name` go to its client. Apart from `claim`, so that the client can be told first. */
  announce(name: string): void {
    const client = this.#entries.get(name)?.client;
    if (client !== undefined) this.#parking.release(name, client);
  }

  /** Notes that `client` is gone; `isExpected` says whether it will want to come back. Gives whether it still had the name. */
  release(name: string, client: Client, isExpected: boolean, now: number): boolean {
    const entry = this.#entries.get(name);
    if (entry?.client !== client) return false;
    entry.client = undefined;
    entry.awaySince = now;
    entry.isExpected = isExpected;
    // To the end of the map: it stays in the order in which names may be forgotten.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return true;
  }

  /** What is known about `name`. */
  find(name: string, now: number): NameState<Client> {
    const entry = this.#entries.get(name);
    if (entry?.client !== undefined) return { type: 'up', client: entry.client };
    if (!entry || this.#hasLapsed(entry, now)) return { type: 'unknown' };
    return { type: entry.isExpected && now - entry.awaySince < GRACE_MS ? 'expected' : 'away' };
  }

  /** Whether the clients of an earlier run of this relay may still be on their way back. */
  isStartingUp(now: number): boolean {
    return now - this.#startedAt < STARTUP_MS;
  }

  /** Calls `resume` when a client takes `name`. Gives a function that stops waiting, or undefined when too many wait already. */
  wait(name: string, resume: (client: Client) => void): (() => void) | undefined {
    return this.#parking.wait(name, resume);
  }

  #freeName(): string {
    for (;;) {
      const name = newSubdomain();
      if (!this.#entries.has(name)) return name;
    }
  }

  #hasLapsed(entry: Entry<Client>, now: number): boolean {
    return entry.client === undefined && now - entry.awaySince >= RESERVATION_MS;
  }

  #forgetOldest(): void {
    if (this.#entries.size <= MAX_NAMES) return;
    for (const [name, entry] of this.#entries) {
      if (entry.client !== undefined) continue;
      this.#entries.delete(name);
      return;
    }
  }
}

/** @throws WXD4005 */
function checkName(wanted: string): string {
  const name = checkTunnelName(wanted);
  if (RESERVED.has(name)) throw new WxDevError('WXD4005', { name, reason: 'it is reserved' });
  return name;
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

import { WxDevError } from '../core/errors.ts';
import { newSubdomain } from '../core/secrets.ts';
import { checkTunnelName } from '../wire/tunnel-name.ts';
import { ownHolder } from './access.ts';
import { GRACE_MS, MAX_NAMES, MAX_NAMES_PER_HOLDER, RESERVATION_MS, STARTUP_MS } from './limits.ts';
import { hashOwner, isSameOwner } from './owner-hash.ts';
import { Parking } from './parking.ts';
import { whyReserved } from './reserved-names.ts';

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
  readonly ownerHash: string;
  readonly holder: string;
  client: Client | undefined;
  awaySince: number;
  isExpected: boolean;
  /** It is from an earlier run, and no client has come for it yet. */
  isRestored: boolean;
}

/** A name that is kept for its owner. */
export interface Reservation {
  readonly name: string;
  /** SHA-256 of the owner's secret, in hex: who reads it cannot take the name. */
  readonly ownerHash: string;
  /** Whose token it was taken with, as `Grant.holder`; absent: it counts as its owner's alone. */
  readonly holder?: string | undefined;
  /** When its client was last known to be here, in milliseconds since the epoch. */
  readonly seenAt: number;
}

/** Where names outlive a relay: a file, or what several relays share. */
export interface NameStore {
  /** What was kept before. */
  load(): Promise<readonly Reservation[]>;
  /** Keeps one, or what is new of it. Returns at once, and never throws: a name is served also where it cannot be kept. */
  keep(reservation: Reservation): void;
  forget(name: string): void;
  /** Resolves when all has been written that can be. */
  close(): Promise<void>;
}

/** Who owns which name, who serves it now, and which requests wait for it. */
export interface Names<Client> {
  /**
   * Gives `client` the name it asks for, or a random one. The newest client of an owner wins, so that nobody is locked out by
   * their own dead connection.
   *
   * @param holder Whose names are counted together; its owner's where absent
   * @throws WXD4004 when the name belongs to another owner, WXD4005 when it is no valid name, WXD4011 when no more names can be kept, WXD4050
   * when none more of the holder's
   */
  claim(
    wanted: string | undefined,
    owner: string,
    client: Client,
    now: number,
    holder?: string,
  ): Claim<Client>;
  /** Lets the requests that wait for `name` go to its client. Apart from `claim`, so that the client can be told first. */
  announce(name: string): void;
  /** Notes that `client` is gone; `isExpected` says whether it will want to come back. Gives whether it still had the name. */
  release(name: string, client: Client, isExpected: boolean, now: number): boolean;
  /** What is known about `name`. */
  find(name: string, now: number): NameState<Client>;
  /** Whether the clients of an earlier run of this relay may still be on their way back. */
  isStartingUp(now: number): boolean;
  /** Calls `resume` when a client takes `name`. Gives a function that stops waiting, or undefined when too many wait already. */
  wait(name: string, resume: (client: Client) => void): (() => void) | undefined;
}

/** What a registry is made with. */
export interface NameRegistryOptions {
  /** Names this relay in errors. */
  readonly relay: string;
  /** Time of its start on the relay's clock, in milliseconds. */
  readonly now: number;
  /** The same moment since the epoch. @default now */
  readonly epochNow?: number | undefined;
  readonly store?: NameStore | undefined;
}

/** Names of one relay, in its memory; reservations also in its store. */
export class NameRegistry<Client> implements Names<Client> {
  readonly #entries = new Map<string, Entry<Client>>();
  readonly #parking = new Parking<Client>();
  readonly #relay: string;
  readonly #startedAt: number;

  /** From the relay's clock to the epoch. */
  readonly #epochOffset: number;
  readonly #store: NameStore | undefined;

  constructor({ relay, now, epochNow = now, store }: NameRegistryOptions) {
    this.#relay = relay;
    this.#startedAt = now;
    this.#epochOffset = epochNow - now;
    this.#store = store;
  }

  /** Takes in what an earlier run of this relay has kept. */
  restore(reservations: readonly Reservation[]): void {
    const oldestFirst = reservations.toSorted((a, b) => a.seenAt - b.seenAt);
    for (const { name, ownerHash, holder, seenAt } of oldestFirst.slice(-MAX_NAMES)) {
      // A clock that was put back must not keep a name for ever.
      const awaySince = Math.min(this.#startedAt, seenAt - this.#epochOffset);
      const entry = {
        ownerHash,
        holder: holder ?? ownHolder(ownerHash),
        client: undefined,
        awaySince,
        isExpected: false,
        isRestored: true,
      };
      if (this.#hasLapsed(entry, this.#startedAt)) this.#store?.forget(name);
      else this.#entries.set(name, entry);
    }
  }

  /**
   * Gives `client` the name it asks for, or a random one. The newest client of an owner wins, so that nobody is locked out by
   * their own dead connection.
   *
   * @param given Whose names are counted together; its owner's where absent
   * @throws WXD4004 when the name belongs to another owner, WXD4005 when it is no valid name, WXD4011 when no more names can be kept, WXD4050
   * when none more of the holder's
   */
  claim(
    wanted: string | undefined,
    owner: string,
    client: Client,
    now: number,
    given?: string,
  ): Claim<Client> {
    const name = wanted === undefined ? this.#freeName() : checkName(wanted);
    const ownerHash = hashOwner(owner);
    const holder = given ?? ownHolder(ownerHash);
    const entry = this.#entries.get(name);
    if (entry && !this.#hasLapsed(entry, now) && !isSameOwner(entry.ownerHash, ownerHash))
      throw new WxDevError('WXD4004', { name, relay: this.#relay });
    const replaced = entry?.client;
    if (!entry || entry.holder !== holder) this.#makeShare(ownerHash, holder, now);
    if (!entry) this.#makeRoom(ownerHash, now);
    this.#entries.delete(name);
    this.#entries.set(name, {
      ownerHash,
      holder,
      client,
      awaySince: 0,
      isExpected: false,
      isRestored: false,
    });
    this.#keep(name, { ownerHash, holder }, now);
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
    this.#keep(name, entry, now);
    return true;
  }

  /** What is known about `name`. */
  find(name: string, now: number): NameState<Client> {
    const entry = this.#entries.get(name);
    if (entry?.client !== undefined) return { type: 'up', client: entry.client };
    if (!entry || this.#hasLapsed(entry, now)) return { type: 'unknown' };
    const isExpected = entry.isRestored
      ? this.isStartingUp(now)
      : entry.isExpected && now - entry.awaySince < GRACE_MS;
    return { type: isExpected ? 'expected' : 'away' };
  }

  /** Whether the clients of an earlier run of this relay may still be on their way back. */
  isStartingUp(now: number): boolean {
    return now - this.#startedAt < STARTUP_MS;
  }

  /** Calls `resume` when a client takes `name`. Gives a function that stops waiting, or undefined when too many wait already. */
  wait(name: string, resume: (client: Client) => void): (() => void) | undefined {
    return this.#parking.wait(name, resume, this.#entries.has(name));
  }

  /** Notes in the store that the clients of this moment are here: a relay that is killed says no goodbye. */
  noteServed(now: number): void {
    for (const [name, entry] of this.#entries)
      if (entry.client !== undefined) this.#keep(name, entry, now);
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

  /** Lets `holder` have one more, if need be for one of `ownerHash` that is not in use. @throws WXD4050 */
  #makeShare(ownerHash: string, holder: string, now: number): void {
    let held = 0;
    let own: string | undefined;
    for (const [name, entry] of this.#entries) {
      if (entry.holder !== holder || this.#hasLapsed(entry, now)) continue;
      held += 1;
      if (entry.client === undefined && entry.ownerHash === ownerHash) own ??= name;
    }
    if (held < MAX_NAMES_PER_HOLDER) return;
    if (own === undefined) throw new WxDevError('WXD4050', { max: MAX_NAMES_PER_HOLDER });
    this.#entries.delete(own);
    this.#store?.forget(own);
  }

  /** Forgets a name that has lapsed, else the one of `ownerHash` that has been away the longest; never one of somebody else. @throws WXD4011 */
  #makeRoom(ownerHash: string, now: number): void {
    if (this.#entries.size < MAX_NAMES) return;
    let free: string | undefined;
    for (const [name, entry] of this.#entries) {
      if (this.#hasLapsed(entry, now)) {
        free = name;
        break;
      }
      if (entry.client === undefined && entry.ownerHash === ownerHash) free ??= name;
    }
    if (free === undefined)
      throw new WxDevError('WXD4011', { limit: { en: 'names', zh: '名称' }, max: MAX_NAMES });
    this.#entries.delete(free);
    this.#store?.forget(free);
  }

  #keep(
    name: string,
    { ownerHash, holder }: Pick<Entry<Client>, 'ownerHash' | 'holder'>,
    now: number,
  ): void {
    const seenAt = Math.round(now + this.#epochOffset);
    this.#store?.keep({ name, ownerHash, holder, seenAt });
  }
}

/** @throws WXD4005 */
function checkName(wanted: string): string {
  const name = checkTunnelName(wanted);
  const reason = whyReserved(name);
  if (reason !== undefined) throw new WxDevError('WXD4005', { name, reason });
  return name;
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import { checkTunnelName } from '../wire/tunnel-name.ts';
import type { Quota } from './meters.ts';

/** What a client may do on a relay. */
export interface Grant {
  /** Names the grant; absent for a token that may do everything. */
  readonly id?: string | undefined;
  /** Names it may take: `shop`, or `shop-*`. Absent: every name. */
  readonly names?: readonly string[] | undefined;
  /** What each of its tunnels may have, instead of what the relay gives everybody. */
  readonly quota?: Quota | undefined;
  /** Whose it is, for what all tunnels of one token share; absent where there is no token. */
  readonly holder?: string | undefined;
  /** Given without a token, while the relay asks for none. */
  readonly isOpen?: boolean | undefined;
}

/** The tokens that somebody keeps: looked up anew for each client, so that a new one counts at once and a revoked one no more. */
export interface GrantLookup {
  /** Whether there ever was a token, revoked or not: from then on nobody comes in without one. */
  wasUsed(): Promise<boolean>;
  find(token: string, now: number): Promise<Grant | undefined>;
  /** Whether the grant `id` still holds. */
  holds(id: string, now: number): Promise<boolean>;
}

/** Who may open tunnels, and under which names. */
export class Access {
  readonly #hashes: readonly Buffer[];
  readonly #lookup: GrantLookup | undefined;
  #asksToken: boolean;

  constructor(tokens: readonly string[], lookup?: GrantLookup) {
    this.#hashes = tokens.map(hash);
    this.#lookup = lookup;
    this.#asksToken = tokens.length > 0;
  }

  /**
   * Whether a token is needed: as soon as there is one, or ever was. It stays so when the last one is revoked, because whoever takes
   * tokens back wants fewer people in, not everybody.
   */
  async asksToken(): Promise<boolean> {
    this.#asksToken ||= (await this.#lookup?.wasUsed()) ?? false;
    return this.#asksToken;
  }

  /** What the holder of `token` may do. @throws WXD4003 when that is nothing */
  async enter(token: string | undefined): Promise<Grant> {
    if (!(await this.asksToken())) return { isOpen: true };
    if (token !== undefined && this.#isListed(token))
      return { holder: `listed:${hash(token).toString('hex').slice(0, 16)}` };
    const grant = token === undefined ? undefined : await this.#lookup?.find(token, Date.now());
    if (grant) return { ...grant, holder: `token:${grant.id}` };
    throw new WxDevError('WXD4003', { relay: 'relay', sent: token !== undefined });
  }

  /** Whether a client that was let in may stay. */
  async mayStay({ id, isOpen }: Grant): Promise<boolean> {
    if (isOpen === true) return !(await this.asksToken());
    return id === undefined || !this.#lookup || this.#lookup.holds(id, Date.now());
  }

  #isListed(token: string): boolean {
    const given = hash(token);
    // All are compared, so that the time tells nothing about which one is near.
    let known = false;
    for (const each of this.#hashes) known = timingSafeEqual(each, given) || known;
    return known;
  }
}

/**
 * The name that a client gets which asks for `wanted`: one that its grant covers.
 * @returns undefined when the relay is to choose
 * @throws WXD4031 when the grant does not cover it
 */
export function grantedName(wanted: string | undefined, { names }: Grant): string | undefined {
  if (names === undefined) return wanted;
  if (wanted === undefined) {
    const whole = names.find((name) => !name.endsWith('*'));
    if (whole !== undefined) return whole;
  } else if (names.some((name) => covers(name, wanted))) return wanted;
  throw new WxDevError('WXD4031', { name: wanted, names });
}

/** The holder of what was taken without a token: its owner, of whose secret this is the hash in hex. */
export function ownHolder(ownerHash: string): string {
  return `owner:${ownerHash.slice(0, 32)}`;
}

/**
 * The names of a grant as its giver types them: `shop,alice-*`.
 * @throws WXD4005 for what no tunnel can be called
 */
export function parseGrantNames(text: string): readonly string[] {
  return text.split(',').map((item) => {
    const name = item.trim();
    // `alice-*` stands for names such as alice-a.
    if (!name.endsWith('*')) return checkTunnelName(name);
    checkTunnelName(name.replace(/\*$/, 'a'));
    return name.toLowerCase();
  });
}

function covers(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

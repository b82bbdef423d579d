import { WxDevError } from '../core/errors.ts';
import type { Hello } from '../wire/handshake.ts';
import { isSameOwner } from './owner-hash.ts';
import { TunnelLinks } from './tunnel-links.ts';

/** Clients remembered by what they were called: one that slept for a day still learns what became of its name. A megabyte at most. */
const MAX_REMEMBERED = 4_096;

/** Which links belong together. */
export class LinksRegistry {
  readonly #byTunnel = new Map<string, TunnelLinks>();
  /** Those whose name a newer one has. Oldest first. */
  readonly #superseded = new Set<string>();
  /** Who had each name last. Oldest first. */
  readonly #holders = new Map<string, string>();

  /**
   * The links that a new one is to join, or those that begin with it.
   * @throws WXD4017 when a newer client has taken its name over: coming back, it would take the name from that one
   */
  linksFor({ tunnel, name = '' }: Hello, ownerHash: string): TunnelLinks {
    if (tunnel === undefined) return new TunnelLinks(undefined, ownerHash);
    if (this.#superseded.has(tunnel)) throw new WxDevError('WXD4017', { name });
    const known = this.#byTunnel.get(tunnel);
    if (known && known.name === name && isSameOwner(known.ownerHash, ownerHash)) return known;
    const links = new TunnelLinks(tunnel, ownerHash);
    // Somebody else's id is not taken from them: then these links stay alone.
    if (!known) this.#byTunnel.set(tunnel, links);
    return links;
  }

  /** `links` have their name now; who had it, here or away, does not get it back. */
  noteHolder({ name, tunnel = '' }: TunnelLinks): void {
    const before = this.#holders.get(name);
    if (before === tunnel) return;
    this.#holders.delete(name);
    this.#holders.set(name, tunnel);
    if (before) this.#superseded.add(before);
    for (const memory of [this.#holders, this.#superseded]) {
      const [oldest] = memory.keys();
      if (memory.size > MAX_REMEMBERED && oldest !== undefined) memory.delete(oldest);
    }
  }

  /** `links` may have lost their last one. */
  tidy(links: TunnelLinks): void {
    const { tunnel, size } = links;
    if (size > 0 || tunnel === undefined || this.#byTunnel.get(tunnel) !== links) return;
    this.#byTunnel.delete(tunnel);
  }
}

import { networkOf } from '../core/addresses.ts';

/**
 * Peers that have said nothing yet. When they are too many, the network with most of them loses its oldest: whoever opens many and says
 * nothing pushes out its own, and not those of others that are about to speak.
 */
export class SilentPeers<Peer> {
  /** Oldest first. */
  readonly #networks = new Map<Peer, string>();
  readonly #counts = new Map<string, number>();

  /** Adds one from `remote`. Gives the one that has to go instead, if they are more than `max`. */
  add(peer: Peer, remote: string, max: number): Peer | undefined {
    const network = networkOf(remote);
    this.#networks.set(peer, network);
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
    if (this.#networks.size <= max) return undefined;
    const most = Math.max(...this.#counts.values());
    for (const [each, from] of this.#networks) {
      if (this.#counts.get(from) !== most) continue;
      this.delete(each);
      return each;
    }
    return undefined;
  }

  /** It spoke, or is gone. */
  delete(peer: Peer): void {
    const network = this.#networks.get(peer);
    if (network === undefined) return;
    this.#networks.delete(peer);
    const left = (this.#counts.get(network) ?? 1) - 1;
    if (left > 0) this.#counts.set(network, left);
    else this.#counts.delete(network);
  }
}

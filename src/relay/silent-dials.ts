import { networkOf } from '../core/addresses.ts';
import { MAX_SILENT_CLIENTS } from './limits.ts';

/**
 * Dials that have not introduced themselves, or connections that have said nothing. When they are too many, the network with most of them loses its oldest: whoever opens many
 * and says nothing pushes out its own, and not those of others that are about to speak.
 */
export class SilentDials<Dial> {
  /** Oldest first. */
  readonly #networks = new Map<Dial, string>();
  readonly #counts = new Map<string, number>();
  readonly #max: number;

  constructor(max: number = MAX_SILENT_CLIENTS) {
    this.#max = max;
  }

  /** Adds one from `remote`. Gives the one that has to go instead, if they are more than `max`. */
  add(dial: Dial, remote: string, max: number = this.#max): Dial | undefined {
    const network = networkOf(remote);
    this.#networks.set(dial, network);
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
  delete(dial: Dial): void {
    const network = this.#networks.get(dial);
    if (network === undefined) return;
    this.#networks.delete(dial);
    const left = (this.#counts.get(network) ?? 1) - 1;
    if (left > 0) this.#counts.set(network, left);
    else this.#counts.delete(network);
  }
}

import { Allowance } from '../wire/allowance.ts';
import { BURST_S, MAX_METERS } from './limits.ts';

/** How much somebody may do. Absent or 0: no limit. */
export interface Quota {
  /** Requests a second, in the long run. */
  readonly requestsPerS?: number | undefined;
  /** Connections at once. */
  readonly connections?: number | undefined;
}

/** What one network or one tunnel does now, held against a quota. */
export class Meter {
  /** Connections that are open now. */
  connections = 0;
  #requests: Allowance | undefined;
  #requestsPerS = 0;

  /** Counts one request; false when it is one too many. */
  takeRequest({ requestsPerS }: Quota, now: number): boolean {
    if (!requestsPerS) return true;
    // A quota may change with the token of the next client.
    if (this.#requests === undefined || this.#requestsPerS !== requestsPerS) {
      this.#requests = new Allowance(now, requestsPerS * BURST_S, requestsPerS);
      this.#requestsPerS = requestsPerS;
    }
    return this.#requests.spend(now);
  }

  /** Whether one more connection fits in. */
  mayConnect({ connections }: Quota): boolean {
    return !connections || this.connections < connections;
  }
}

/** Things by name of which only the newest are kept, so that nobody fills the memory by coming under ever new names. */
export class Recent<Thing> {
  readonly #things = new Map<string, Thing>();
  readonly #create: () => Thing;
  readonly #max: number;

  constructor(create: () => Thing, max: number = MAX_METERS) {
    this.#create = create;
    this.#max = max;
  }

  /** How many are kept. */
  get size(): number {
    return this.#things.size;
  }

  /** The thing of `key`, a new one when it is not known (any more). */
  get(key: string): Thing {
    const known = this.#things.get(key);
    const thing = known ?? this.#create();
    // Taken out and put back: the first of the map is the one not asked for longest.
    if (known !== undefined) this.#things.delete(key);
    this.#things.set(key, thing);
    const [oldest] = this.#things.size > this.#max ? this.#things.keys() : [];
    if (oldest !== undefined) this.#things.delete(oldest);
    return thing;
  }
}

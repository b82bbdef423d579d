/** Requests remembered, as done or as broken off: more than a relay keeps for one tunnel. */
const MAX_REMEMBERED = 4_096;

/**
 * How often the app is asked for one request when it is there and breaks off without an answer, as an app that restarts does: as often
 * as WeChat asks. One that crashes it every time does not hold up the others for ever.
 */
const MAX_CUTS = 3;

/**
 * What became of a request: the app had the whole of it, whatever it answered; it was there and broke off; it was not there.
 */
export type DeliveryEnd = 'had' | 'cut' | 'absent';

/**
 * Which requests that a relay had kept the app has had. A relay that was killed before it could note the answer asks again, and so
 * does one whose link is lost: the app is asked once all the same.
 */
export class Deliveries {
  readonly #running = new Map<string, Promise<boolean>>();
  /** Oldest first. */
  readonly #done = new Set<string>();
  /** How often the app broke off, for those that come one at a time and are not done. */
  readonly #cuts = new Map<string, number>();

  /** Whether the app has had the request `id`: yes, no, or what will become of it. */
  find(id: string): boolean | Promise<boolean> {
    return this.#done.has(id) || (this.#running.get(id) ?? false);
  }

  /** The app is asked now. @returns what to call when it has had the request or cannot */
  begin(id: string): (end: DeliveryEnd) => void {
    let resolve: (isDone: boolean) => void = () => undefined;
    const outcome = new Promise<boolean>((done) => {
      resolve = done;
    });
    this.#running.set(id, outcome);
    return (end) => {
      this.#running.delete(id);
      const isDone = end === 'had' || (end === 'cut' && this.#countCut(id) >= MAX_CUTS);
      if (isDone) this.#remember(id);
      resolve(isDone);
    };
  }

  #countCut(id: string): number {
    const cuts = (this.#cuts.get(id) ?? 0) + 1;
    this.#cuts.set(id, cuts);
    // The relay gives up what is too old, and says so to nobody.
    const [oldest] = this.#cuts.keys();
    if (this.#cuts.size > MAX_REMEMBERED && oldest !== undefined) this.#cuts.delete(oldest);
    return cuts;
  }

  #remember(id: string): void {
    this.#cuts.delete(id);
    this.#done.add(id);
    const [oldest] = this.#done;
    if (this.#done.size > MAX_REMEMBERED && oldest !== undefined) this.#done.delete(oldest);
  }
}

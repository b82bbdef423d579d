/** Requests remembered as done: more than a relay keeps for one tunnel. */
const MAX_DONE = 4_096;

/**
 * Which requests that a relay had kept the app has answered. A relay that was killed before it could note the answer asks again, and so
 * does one whose link is lost: the app is asked once all the same.
 */
export class Deliveries {
  readonly #running = new Map<string, Promise<boolean>>();
  /** Oldest first. */
  readonly #done = new Set<string>();

  /** Whether the app has answered the request `id`: yes, no, or what will become of it. */
  find(id: string): boolean | Promise<boolean> {
    return this.#done.has(id) || (this.#running.get(id) ?? false);
  }

  /** The app is asked now. @returns what to call when it has answered or cannot */
  begin(id: string): (isAnswered: boolean) => void {
    let resolve: (isAnswered: boolean) => void = () => undefined;
    const outcome = new Promise<boolean>((done) => {
      resolve = done;
    });
    this.#running.set(id, outcome);
    return (isAnswered) => {
      this.#running.delete(id);
      if (isAnswered) this.#remember(id);
      resolve(isAnswered);
    };
  }

  #remember(id: string): void {
    this.#done.add(id);
    const [oldest] = this.#done;
    if (this.#done.size > MAX_DONE && oldest !== undefined) this.#done.delete(oldest);
  }
}

import { MAX_PARKED, MAX_PARKED_PER_NAME, MAX_PARKED_UNKNOWN } from './limits.ts';

/** Requests that wait for the client of their tunnel. */
export class Parking<Client> {
  readonly #waiting = new Map<string, Set<(client: Client) => void>>();
  /** Those that wait for names nobody had. */
  readonly #unknown = new Set<(client: Client) => void>();
  #size = 0;

  /**
   * Calls `resume` when a client takes `name`. Gives a function that stops waiting, or undefined when too many wait already.
   * @param isKnown Whether somebody has the name, so that a client of it is expected
   */
  wait(name: string, resume: (client: Client) => void, isKnown = true): (() => void) | undefined {
    const waiting = this.#waiting.get(name) ?? new Set();
    if (this.#size >= MAX_PARKED || waiting.size >= MAX_PARKED_PER_NAME) return undefined;
    if (!isKnown && this.#unknown.size >= MAX_PARKED_UNKNOWN) return undefined;
    this.#waiting.set(name, waiting);
    waiting.add(resume);
    if (!isKnown) this.#unknown.add(resume);
    this.#size++;
    return () => {
      if (!waiting.delete(resume) || this.#waiting.get(name) !== waiting) return;
      this.#unknown.delete(resume);
      this.#size--;
      if (waiting.size === 0) this.#waiting.delete(name);
    };
  }

  /** Lets all that wait for `name` go to `client`. */
  release(name: string, client: Client): void {
    const waiting = this.#waiting.get(name);
    if (!waiting) return;
    this.#waiting.delete(name);
    this.#size -= waiting.size;
    for (const resume of waiting) this.#unknown.delete(resume);
    for (const resume of waiting) resume(client);
  }
}

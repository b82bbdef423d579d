import { MAX_PARKED } from './limits.ts';

/** Requests that wait for the client of their tunnel. */
export class Parking<Client> {
  readonly #waiting = new Map<string, Set<(client: Client) => void>>();
  #size = 0;

  /** Calls `resume` when a client takes `name`. Gives a function that stops waiting, or undefined when too many wait already. */
  wait(name: string, resume: (client: Client) => void): (() => void) | undefined {
    if (this.#size >= MAX_PARKED) return undefined;
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting);
    waiting.add(resume);
    this.#size++;
    return () => {
      if (!waiting.delete(resume) || this.#waiting.get(name) !== waiting) return;
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
    for (const resume of waiting) resume(client);
  }
}

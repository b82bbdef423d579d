import type { Store } from './store.ts';

/** The oldest entries make room for new ones: memory stays bounded whatever is sent. */
const MOST_ENTRIES = 100_000;

/** For one process; several need Redis. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, { value: string; until: number }>();

  async get(key: string): Promise<string | undefined> {
    const entry = this.#entries.get(key);
    return entry && entry.until > Date.now() ? entry.value : undefined;
  }

  async set(key: string, value: string, seconds: number): Promise<void> {
    this.#entries.delete(key); // So that the order is that of writing.
    this.#entries.set(key, { value, until: Date.now() + seconds * 1000 });
    if (this.#entries.size > MOST_ENTRIES) this.#makeRoom();
  }

  async add(key: string, value: string, seconds: number): Promise<boolean> {
    const entry = this.#entries.get(key);
    if (entry && entry.until > Date.now()) return false;
    void this.set(key, value, seconds);
    return true;
  }

  async take(key: string): Promise<string | undefined> {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    return entry && entry.until > Date.now() ? entry.value : undefined;
  }

  async count(key: string, seconds: number): Promise<number> {
    const entry = this.#entries.get(key);
    const isOver = !entry || entry.until <= Date.now();
    const count = isOver ? 1 : Number(entry.value) + 1;
    const until = isOver ? Date.now() + seconds * 1000 : entry.until;
    this.#entries.set(key, { value: String(count), until });
    if (this.#entries.size > MOST_ENTRIES) this.#makeRoom();
    return count;
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    this.#entries.clear();
  }

  #makeRoom(): void {
    const now = Date.now();
    for (const [key, { until }] of this.#entries) if (until <= now) this.#entries.delete(key);
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= MOST_ENTRIES) break;
      this.#entries.delete(key);
    }
  }
}

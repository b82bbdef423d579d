import { Agent } from 'node:http';
import { expect } from 'vitest';
import type { Actor } from './stage.ts';
import { visit, type Outcome } from './visitor.ts';

/** One request of the load, and what became of it. */
interface Done extends Outcome {
  readonly name: string;
  readonly id: string;
}

/** Names and ids are never used twice, also not in another stage. */
let loads = 0;

/**
 * Visitors who never stop: each POSTs to the tunnels in turn and compares every byte of the answer with what only this request to
 * this app can get.
 */
export class Load {
  readonly names: readonly string[];
  readonly done: Done[] = [];
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #work: Promise<void>[];
  readonly #prefix = `l${++loads}-`;
  #count = 0;
  #isEnding = false;

  constructor(port: number, names: readonly string[], visitors = 4) {
    this.#port = port;
    this.names = names;
    this.#work = names.flatMap((name) =>
      Array.from({ length: visitors }, (_, i) => this.#visit(name, i % 2 === 0)),
    );
  }

  /** Waits until `count` more requests to `name` were answered well. */
  async answered(name: string, count: number): Promise<void> {
    const good = (): number =>
      this.done.filter((each) => each.name === name && each.status === 200).length;
    const enough = good() + count;
    while (good() < enough) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Ends the load and waits for the last answers. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#work);
    this.#agent.destroy();
  }

  /** What was not answered well. */
  failures(name?: string): Done[] {
    return this.done.filter((each) => each.status !== 200 && (name ?? each.name) === each.name);
  }

  /** The longest that any of them waited, in ms. */
  get longestMs(): number {
    return Math.max(...this.done.map(({ ms }) => ms));
  }

  /** That the apps got no request twice, and each that was answered well exactly once. */
  checkHandledOnce(apps: readonly Actor[]): void {
    const times = new Map<string, number>();
    for (const { event, id } of apps.flatMap((app) => app.events()))
      if (event === 'work') times.set(String(id), (times.get(String(id)) ?? 0) + 1);
    const count = (id: string): number => times.get(id) ?? 0;
    const own = [...times.keys()].filter((id) => id.split('/')[1]?.startsWith(this.#prefix));
    expect(own.filter((id) => count(id) !== 1)).toEqual([]);
    const good = this.done
      .filter(({ status }) => status === 200)
      .map(({ name, id }) => `${name}/${id}`);
    expect(good.length).toBeGreaterThan(0);
    expect(good.filter((id) => count(id) !== 1)).toEqual([]);
  }

  async #visit(name: string, keepsAlive: boolean): Promise<void> {
    while (!this.#isEnding) {
      const number = ++this.#count;
      const id = `${this.#prefix}${number}`;
      const bytes = (number % 7) * 9_001;
      const body = Buffer.alloc((number % 4) * 30_001, id);
      const outcome = await visit({
        port: this.#port,
        name,
        method: 'POST',
        path: `/work/${id}/${bytes}/${(number % 5) * 20}`,
        body,
        ...(keepsAlive && { agent: this.#agent }),
      });
      this.done.push({ ...outcome, name, id });
      if (outcome.status === 200) {
        const expected = Buffer.alloc(bytes, `${name}/${id}|`);
        if (!outcome.body.equals(expected)) throw new Error(`${name}/${id}: bytes of another`);
        expect(outcome.head?.headers['x-received']).toBe(String(body.length));
      } else {
        // A visitor whose server is gone tries again, but not as fast as the machine can.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

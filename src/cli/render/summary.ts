import type { Exchange } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';

/** Counts what happened, for the last line of a run. */
export class Summary {
  #total = 0;
  #late = 0;
  #retries = 0;
  #slowest: Exchange | undefined;
  readonly #startedAt: number;

  constructor(now: number) {
    this.#startedAt = now;
  }

  add(exchange: Exchange): void {
    this.#total += 1;
    if (exchange.verdict === 'late') this.#late += 1;
    if (exchange.attempt > 1) this.#retries += 1;
    if (!this.#slowest || exchange.ms > this.#slowest.ms) this.#slowest = exchange;
  }

  render(now: number, { summary }: Messages): string {
    const seconds = Math.round((now - this.#startedAt) / 1000);
    const time = seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
    const slowest = this.#slowest
      ? `${Math.round(this.#slowest.ms)} ms (#${this.#slowest.id})`
      : '-';
    return summary.line(time, this.#total, this.#late, this.#retries, slowest);
  }
}

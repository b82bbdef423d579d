import type { Exchange } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';

/** Counts what happened, for the last line of a run. */
export class Summary {
  #total = 0;
  #late = 0;
  #retries = 0;
  #slowest: { readonly id: number; readonly ms: number } | undefined;
  readonly #startedAt: number;

  constructor(now: number) {
    this.#startedAt = now;
  }

  add({ id, ms, attempt, verdict }: Exchange): void {
    this.#total += 1;
    if (verdict === 'late') this.#late += 1;
    if (attempt > 1) this.#retries += 1;
    if (!this.#slowest || ms > this.#slowest.ms) this.#slowest = { id, ms };
  }

  render(now: number, { summary }: Messages): string {
    const seconds = Math.round((now - this.#startedAt) / 1000);
    const time = seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
    const slowest = this.#slowest ? `${duration(this.#slowest.ms)} (#${this.#slowest.id})` : '-';
    return summary.line(time, this.#total, this.#late, this.#retries, slowest);
  }

  /** The same as fields of the `closed` event. */
  json(now: number): Record<string, number | undefined> {
    return {
      ranMs: now - this.#startedAt,
      exchanges: this.#total,
      late: this.#late,
      retries: this.#retries,
      slowestMs: this.#slowest && Math.round(this.#slowest.ms),
      slowestId: this.#slowest?.id,
    };
  }
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

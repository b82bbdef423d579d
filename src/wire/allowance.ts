/** A number of things somebody may do: spent one by one, refilled by time and on occasion, never above its size. */
export class Allowance {
  readonly #size: number;
  readonly #perSecond: number;
  #left: number;
  #refilledAt: number;

  constructor(now: number, size: number, perSecond: number) {
    this.#size = size;
    this.#perSecond = perSecond;
    this.#left = size;
    this.#refilledAt = now;
  }

  /** Takes one; `false` when none is left. */
  spend(now: number): boolean {
    const seconds = Math.max(0, now - this.#refilledAt) / 1_000;
    this.#refilledAt = now;
    this.add(seconds * this.#perSecond);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Gives `count` more. */
  add(count: number): void {
    this.#left = Math.min(this.#size, this.#left + count);
  }
}

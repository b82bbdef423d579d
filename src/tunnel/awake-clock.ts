import { tickIntervalMs } from '../wire/limits.ts';
import { CLOCK_JUMP_MS } from './limits.ts';

/** A steady clock that also counts the time that the computer sleeps, which `performance.now` leaves out. */
export class AwakeClock {
  #wallClock = Date.now();
  #sleptMs = 0;

  /** Milliseconds since some moment. */
  now(): number {
    return performance.now() + this.#sleptMs;
  }

  /** Call it every `tickIntervalMs`. @returns whether the computer has slept since the last time */
  tick(): boolean {
    const wallClock = Date.now();
    const aheadMs = wallClock - this.#wallClock - tickIntervalMs;
    this.#wallClock = wallClock;
    const hasSlept = aheadMs > CLOCK_JUMP_MS;
    if (hasSlept) this.#sleptMs += aheadMs;
    return hasSlept;
  }
}

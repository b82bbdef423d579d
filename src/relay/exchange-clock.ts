import { ANSWER_TIMEOUT_MS, BODY_TIMEOUT_MS, MIN_BODY_BYTES_PER_S } from './limits.ts';

/** How long a request that goes through a tunnel may take: its body to come, then its answer to begin. */
export class ExchangeClock {
  #bytes = 0;
  /** When something last happened. */
  #touchedAt: number;
  /** When a body that comes no faster than the least has used up its time. */
  #latest: number;
  #isRead = false;
  #isReading = true;
  #hasAnswer = false;

  constructor(now: number) {
    this.#touchedAt = now;
    this.#latest = now + BODY_TIMEOUT_MS;
  }

  /** Bytes of the body that have come, its framing included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whose time it is: the visitor's, whose body has to come, or the client's, whose answer has to begin. */
  get waitsFor(): 'visitor' | 'client' {
    return this.#isRead || !this.#isReading ? 'client' : 'visitor';
  }

  /** When that time is used up. An answer that has begun may take as long as it likes. */
  get deadline(): number {
    if (this.waitsFor === 'client')
      return this.#hasAnswer ? Infinity : this.#touchedAt + ANSWER_TIMEOUT_MS;
    const untilNext = this.#touchedAt + BODY_TIMEOUT_MS;
    return this.#hasAnswer ? untilNext : Math.min(untilNext, this.#latest);
  }

  /** Bytes of the body came: they give the visitor more time. */
  received(bytes: number, now: number): void {
    this.#bytes += bytes;
    this.#latest += (bytes * 1_000) / MIN_BODY_BYTES_PER_S;
    this.#touchedAt = now;
  }

  /** The body is complete, or became the bytes of another protocol. */
  bodyEnded(now: number): void {
    this.#isRead = true;
    this.#touchedAt = now;
  }

  /** We stop reading or go on: in between the time is not the visitor's. */
  setReading(isReading: boolean, now: number): void {
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    if (isReading) this.#latest += now - this.#touchedAt;
    this.#touchedAt = now;
  }

  /** The client sent a head, which is the final one or only says that it is at work. */
  answered(isFinal: boolean, now: number): void {
    this.#hasAnswer ||= isFinal;
    this.#touchedAt = now;
  }
}

import { randomBytes } from 'node:crypto';

/** Ids for requests that come without: 24 random bytes each, as W3C Trace Context §3.2.2 wants them. */
export class TraceIds {
  #random = Buffer.alloc(0);
  #used = 0;

  /** A traceparent of its own. Flag 01: an app that follows its caller's decision would record nothing with 00. */
  next(): { readonly traceId: string; readonly traceparent: string } {
    // One call to the system for many ids: each costs as much as a small request.
    if (this.#used === this.#random.length) {
      this.#random = randomBytes(24 * 256);
      this.#used = 0;
    }
    const hex = this.#random.toString('hex', this.#used, this.#used + 24);
    this.#used += 24;
    const traceId = hex.slice(0, 32);
    return { traceId, traceparent: `00-${traceId}-${hex.slice(32)}-01` };
  }
}

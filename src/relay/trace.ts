import { randomBytes } from 'node:crypto';
import type { HeaderField } from '../wire/head.ts';

// W3C Trace Context §3.2: version 00 has exactly these parts, later ones may have more; ff is no version; ids of zeros are none.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The trace id of the one valid traceparent among `fields`; undefined when there is none, or two. */
export function traceIdOf(fields: readonly HeaderField[]): string | undefined {
  let value: string | undefined;
  for (const field of fields) {
    if (field[2] !== 'traceparent') continue;
    if (value !== undefined) return undefined;
    value = field[1];
  }
  const found = value === undefined ? null : TRACEPARENT.exec(value);
  if (!found || (found[1] === '00' && found[3] !== undefined)) return undefined;
  return found[2];
}

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

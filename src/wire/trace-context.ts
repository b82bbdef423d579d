import type { HeaderField } from './head.ts';

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

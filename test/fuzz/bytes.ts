/** `bytes` with one bit the other way. Positions wrap around. */
export function flip(bytes: Buffer, at: number, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  if (bytes.length > 0) flipped[at % bytes.length]! ^= 1 << bit;
  return flipped;
}

/** `bytes` without `count` of them. */
export function cut(bytes: Buffer, at: number, count: number): Buffer {
  const start = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + count)]);
}

/** `bytes` with `more` between them. */
export function insert(bytes: Buffer, at: number, more: Buffer): Buffer {
  const start = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, start), more, bytes.subarray(start)]);
}

import { randomFillSync } from 'node:crypto';

/** Bytes asked of the system at a time: asking takes as long as 256 answers. */
const poolBytes = 4096;

/** Gives `size` random bytes at each call, none of them twice. What it gives is not to be kept. */
export function createRandomBytes(size: number): () => Buffer {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  return () => {
    if (used + size > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
}

/**
 * Inputs by the hundred thousand: seeds with some bytes changed, doubled, moved or missing, from a generator that gives the same ones
 * everywhere. What a property per case costs would leave a hundredth of them.
 */

/** Cases of `npm test`, and of `npm run fuzz` as many more as of each property. */
export const byteCases = Number(process.env['WX_DEV_FUZZ_CASES'] ?? 300) * 25;

/** A small generator (mulberry32): whole numbers from 0 up to `below`. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export const fuzzSeed = Number(process.env['WX_DEV_FUZZ_SEED'] ?? 20_261_121);

export function pick<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[random(list.length)] ?? list[0];
}

/** `seed` with up to four changes; `pieces` are what is put into it now and then. */
export function mutate(
  seed: Buffer,
  random: Random,
  pieces: readonly [Buffer, ...Buffer[]],
): Buffer {
  let bytes = seed;
  for (let changes = random(5); changes > 0; changes--) bytes = change(bytes, random, pieces);
  return bytes;
}

function change(bytes: Buffer, random: Random, pieces: readonly [Buffer, ...Buffer[]]): Buffer {
  const at = random(bytes.length + 1);
  const before = bytes.subarray(0, at);
  const behind = bytes.subarray(at);
  switch (random(6)) {
    case 0: {
      const changed = Buffer.from(bytes);
      if (at < bytes.length) changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
      return changed;
    }
    case 1:
      return Buffer.concat([before, Buffer.from([random(256)]), behind.subarray(1)]);
    case 2:
      return Buffer.concat([before, pick(random, pieces), behind]);
    case 3:
      return Buffer.concat([before, pick(random, pieces), behind.subarray(random(30))]);
    case 4:
      return Buffer.concat([before, behind.subarray(random(20))]);
    default:
      return Buffer.concat([before, bytes.subarray(random(at + 1), at), behind]);
  }
}

/** Cuts `bytes` into pieces of any size. */
export function* pieces(bytes: Buffer, random: Random): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random(random(3) === 0 ? 4 : bytes.length);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** The same bytes with others before and behind them, so that who reads too far reads something else. */
export function surrounded(bytes: Buffer): Buffer {
  const trap = Buffer.from('\r\n\r\nGET /trap HTTP/1.1\r\nHost: trap\r\n\r\n');
  return Buffer.concat([trap, bytes, trap]).subarray(trap.length, trap.length + bytes.length);
}

/** As `expect(value).toBe(true)`, which takes longer than most of these cases. */
export function must(isSo: boolean, what: string, bytes: Uint8Array): void {
  if (!isSo) throw new Error(`${what}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`);
}

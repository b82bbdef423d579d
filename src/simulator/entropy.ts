import { createHash, randomBytes } from 'node:crypto';

/** Where nonces, ids and random bytes of pushes come from. */
export interface Entropy {
  bytes(count: number): Buffer;
  /** Decimal digits; the first may be 0. */
  digits(count: number): string;
}

/** Real randomness, or with a seed the same bytes every time: SHA-256 of the seed and a counter. */
export function createEntropy(seed?: string): Entropy {
  const bytes = seed === undefined ? randomBytes : seededBytes(seed);
  return {
    bytes,
    digits: (count) => {
      let text = '';
      // 256 is no multiple of 10: bytes from 250 on would make small digits likelier.
      while (text.length < count) {
        for (const byte of bytes(count)) if (byte < 250) text += String(byte % 10);
      }
      return text.slice(0, count);
    },
  };
}

/** A nonce as WeChat's: 9 or 10 digits, none of them a leading zero. */
export function newNonce(entropy: Entropy): string {
  return `1${entropy.digits(8)}`;
}

function seededBytes(seed: string): (count: number) => Buffer {
  let block = 0;
  let rest = Buffer.alloc(0);
  return (count) => {
    const parts = [rest];
    for (let have = rest.length; have < count; have += 32) {
      parts.push(createHash('sha256').update(`${block}:${seed}`).digest());
      block += 1;
    }
    const all = Buffer.concat(parts);
    rest = all.subarray(count);
    return all.subarray(0, count);
  };
}

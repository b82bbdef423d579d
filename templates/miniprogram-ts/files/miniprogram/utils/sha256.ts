/** SHA-256 of UTF-8 text, as hex. Mini programs have no crypto of their own. FIPS 180-4. */
export function sha256(text: string): string {
  return toHex(digest(utf8(text)));
}

/** HMAC-SHA256 of UTF-8 text, as hex. RFC 2104. */
export function hmacSha256(key: string, text: string): string {
  const bytes = utf8(key);
  const block = bytes.length > 64 ? digest(bytes) : bytes;
  const padded = (value: number): number[] =>
    Array.from({ length: 64 }, (_, index) => (block[index] ?? 0) ^ value);
  return toHex(digest([...padded(0x5c), ...digest([...padded(0x36), ...utf8(text)])]));
}

/** The first 32 bits of the fractional parts of roots of primes, as the standard has them. */
const primes = firstPrimes(64);
const constants = primes.map((prime) => fraction(Math.cbrt(prime)));
const start = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function digest(message: readonly number[]): number[] {
  const words = padded(message);
  const hash = [...start];
  for (let offset = 0; offset < words.length; offset += 16) {
    compress(hash, words.slice(offset, offset + 16));
  }
  return hash.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff));
}

/** A one, zeros, and the length in bits: whole blocks of 16 words. */
function padded(message: readonly number[]): number[] {
  const length = Math.ceil((message.length + 9) / 64) * 16;
  const words = new Array<number>(length).fill(0);
  for (const [index, byte] of [...message, 0x80].entries()) {
    words[index >> 2] = (words[index >> 2] ?? 0) | (byte << (24 - (index % 4) * 8));
  }
  words[length - 2] = Math.floor((message.length * 8) / 2 ** 32);
  words[length - 1] = (message.length * 8) | 0;
  return words;
}

function compress(hash: number[], block: readonly number[]): void {
  const w = [...block];
  for (let t = 16; t < 64; t += 1) {
    const [a = 0, b = 0] = [w[t - 15], w[t - 2]];
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w.push(((w[t - 16] ?? 0) + s0 + (w[t - 7] ?? 0) + s1) | 0);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let t = 0; t < 64; t += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (constants[t] ?? 0) + (w[t] ?? 0)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) {
    hash[index] = ((hash[index] ?? 0) + value) | 0;
  }
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

/** A lone surrogate has no UTF-8; JSON.stringify never writes one. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  const escaped = encodeURIComponent(text);
  for (let index = 0; index < escaped.length; index += 1) {
    if (escaped[index] !== '%') bytes.push(escaped.charCodeAt(index));
    else {
      bytes.push(Number.parseInt(escaped.slice(index + 1, index + 3), 16));
      index += 2;
    }
  }
  return bytes;
}

function toHex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

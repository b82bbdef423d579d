import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-1 over the values in byte order, as hex. */
export function sign(...values: string[]): string {
  return createHash('sha1').update(values.sort().join('')).digest('hex');
}

/** In constant time, so that nobody can guess a signature digit by digit. */
export function isSigned(signature: string | undefined, ...values: string[]): boolean {
  return isSame(signature ?? '', sign(...values));
}

/** Compares a secret with what somebody sent. */
export function isSame(received: string, expected: string): boolean {
  const [one, other] = [Buffer.from(received), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

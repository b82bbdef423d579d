import { createHash, timingSafeEqual } from 'node:crypto';

/** What the relay remembers of an owner's secret: SHA-256 in hex, of which thousands cost a third of as many Buffers. */
export function hashOwner(owner: string): string {
  return createHash('sha256').update(owner).digest('hex');
}

/** Whether two results of `hashOwner` are the same, in constant time. */
export function isSameOwner(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

import { BACKOFF } from './limits.ts';

/**
 * How long to wait before the next dial, after `downMs` without a connection: a random part of a quarter of the time that has passed,
 * from 100 ms to 15 s. The waits grow exponentially and are spread evenly, so that the clients of a relay that restarts do not
 * come all at once; and whoever was gone for a moment is back after another moment.
 *
 * @param random a number from 0 up to 1
 */
export function backoffMs(downMs: number, random: number): number {
  const longest = Math.min(BACKOFF.maxMs, Math.max(BACKOFF.minMs, downMs / 4));
  return Math.round(longest * random);
}

import type { Attempt } from './outcome.ts';

/**
 * How long to wait after an attempt. WeChat's requests of one push start about five seconds apart, which is also how long each may take:
 * so after a timeout the next comes at once, after a failure the rest of the time passes first. With `delaysMs` those are waited.
 */
export function wechatPause(
  timeoutMs: number,
  delaysMs?: readonly number[],
): (attempt: Attempt) => number {
  return ({ number, ms }) => delaysMs?.[number - 1] ?? Math.max(0, timeoutMs - ms);
}

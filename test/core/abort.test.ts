import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { sleep } from '../../src/core/abort.ts';

const LONG_MS = 3_600_000;
const reason = new Error('enough');

describe('sleep', () => {
  test('ends, and leaves neither listener nor timer', async () => {
    const { signal } = new AbortController();
    const before = timers();
    await sleep(1, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(timers()).toBe(before);
  });

  test('an abort rejects with the reason itself, and leaves neither listener nor timer', async () => {
    const controller = new AbortController();
    const before = timers();
    const waiting = sleep(LONG_MS, { signal: controller.signal });
    expect(timers()).toBe(before + 1);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(timers()).toBe(before);
  });

  test('does not begin where the abort came before', async () => {
    const signal = AbortSignal.abort(reason);
    const before = timers();
    await expect(sleep(LONG_MS, { signal })).rejects.toBe(reason);
    expect(timers()).toBe(before);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('works without a signal', async () => {
    await expect(sleep(0)).resolves.toBeUndefined();
  });
});

/** Timers that keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

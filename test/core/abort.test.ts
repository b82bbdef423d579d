import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { race, sleep, timedOut } from '../../src/core/abort.ts';

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

describe('race', () => {
  test('gives what the work gives, and leaves no timer', async () => {
    const { signal } = new AbortController();
    const before = timers();
    await expect(race(Promise.resolve(7), LONG_MS, { signal })).resolves.toBe(7);
    expect(timers()).toBe(before);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('fails as the work fails', async () => {
    const before = timers();
    await expect(race(Promise.reject(reason), LONG_MS)).rejects.toBe(reason);
    expect(timers()).toBe(before);
  });

  test('tells that the time ran out; the work goes on', async () => {
    let finish: (value: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => (finish = resolve));
    await expect(race(work, 1)).resolves.toBe(timedOut);
    finish('late');
    await expect(work).resolves.toBe('late');
  });

  test('an abort rejects with the reason, and leaves neither listener nor timer', async () => {
    const controller = new AbortController();
    const before = timers();
    const never = new Promise<never>(() => undefined);
    const waiting = race(never, LONG_MS, { signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(timers()).toBe(before);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('does not wait where the abort came before', async () => {
    const never = new Promise<never>(() => undefined);
    const signal = AbortSignal.abort(reason);
    await expect(race(never, LONG_MS, { signal })).rejects.toBe(reason);
  });
});

/** Timers that keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

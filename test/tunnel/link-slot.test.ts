import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { LinkSlot } from '../../src/tunnel/link-slot.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const unreachable = (): Error =>
  new WxDevError('WXD4001', { relay: 'http://relay.test', reason: 'ECONNREFUSED' });

/** A slot whose relay answers each dial with an error, and when it was dialled. */
function startSlot(answer: () => Error = unreachable): {
  slot: LinkSlot;
  dials: number[];
  waits: number[];
  final: string[];
} {
  const dials: number[] = [];
  const waits: number[] = [];
  const final: string[] = [];
  const slot = new LinkSlot({
    dial: () => {
      dials.push(performance.now());
      return Promise.reject(answer());
    },
    open: () => {
      throw new Error('no relay ever answers');
    },
    now: () => performance.now(),
    logger: silentLogger,
    onChange: () => undefined,
    onRetry: ({ delayMs }) => waits.push(delayMs),
    onFinal: ({ code }) => final.push(code),
  });
  slot.start();
  return { slot, dials, waits, final };
}

test('dials for ever, with waits that grow to 15 s and are spread from zero on', async () => {
  const { slot, dials, waits, final } = startSlot();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(15_000);
  expect(Math.max(...waits)).toBeGreaterThan(10_000);
  expect(Math.min(...waits.slice(-100))).toBeLessThan(5_000);
  // Half a minute on the mean at first, then one dial in 7.5 s.
  expect(dials.length).toBeGreaterThan(300);
  expect(dials.length).toBeLessThan(1_000);
  expect(final).toEqual([]);
  await slot.close();
  const before = dials.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(dials.length).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
});

test('dials at once when the computer wakes up, and once only', async () => {
  const { slot, dials } = startSlot();
  await vi.advanceTimersByTimeAsync(600_000);
  for (let round = 0; round < 5; round++) {
    const before = dials.length;
    slot.wake();
    slot.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(dials.length).toBe(before + 1);
    expect(vi.getTimerCount()).toBe(1);
  }
  await slot.close();
  const before = dials.length;
  slot.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(dials.length).toBe(before);
  expect(vi.getTimerCount()).toBe(0);
});

test.each(['WXD4002', 'WXD4003', 'WXD4004', 'WXD4017', 'WXD4031', 'WXD5029'] as const)(
  'gives up at %s, which another dial does not change',
  async (code) => {
    const details = { relay: '', sent: true, name: '', offered: '', spoken: [], names: [] };
    const { dials, final } = startSlot(() => new WxDevError(code, details));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(final).toEqual([code]);
    expect(dials.length).toBe(1);
  },
);

test.each(['WXD4011', 'WXD4061'] as const)('goes on dialling at %s, which passes', async (code) => {
  const details = { relay: 'http://relay.test', limit: 'tunnels', max: undefined };
  const { slot, dials, final } = startSlot(() => new WxDevError(code, details));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(final).toEqual([]);
  expect(dials.length).toBeGreaterThan(3);
  await slot.close();
});

test('waits as long as the relay takes no attempts from its address', async () => {
  const { slot, dials, waits } = startSlot(
    () => new WxDevError('WXD4046', { relay: 'http://relay.test', waitS: 300 }),
  );
  await vi.advanceTimersByTimeAsync(3_000_000);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(300_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(315_000);
  expect(dials.length).toBe(10);
  await slot.close();
});

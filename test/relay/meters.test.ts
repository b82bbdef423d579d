import { expect, test } from 'vitest';
import { BURST_S } from '../../src/relay/limits.ts';
import { Meter, Recent } from '../../src/relay/meters.ts';

test('lets a burst through, then only the rate', () => {
  const meter = new Meter();
  const quota = { requestsPerS: 10 };
  const passed = (from: number, count: number): number =>
    Array.from({ length: count }, () => meter.takeRequest(quota, from)).filter(Boolean).length;
  expect(passed(0, 100)).toBe(10 * BURST_S);
  expect(passed(1_000, 100)).toBe(10);
  expect(passed(1_100, 100)).toBe(1);
  expect(passed(60_000, 100)).toBe(10 * BURST_S);
});

test('counts no requests and connections without a quota', () => {
  const meter = new Meter();
  meter.connections = 1e6;
  for (const quota of [{}, { requestsPerS: 0, connections: 0 }]) {
    expect(meter.mayConnect(quota)).toBe(true);
    expect(meter.takeRequest(quota, 0)).toBe(true);
  }
});

test('a quota that changes counts from then on', () => {
  const meter = new Meter();
  expect(meter.takeRequest({ requestsPerS: 0.5 }, 0)).toBe(true);
  expect(meter.takeRequest({ requestsPerS: 0.5 }, 0)).toBe(false);
  expect(meter.takeRequest({ requestsPerS: 5 }, 0)).toBe(true);
});

test('keeps the newest things only, however many names there are', () => {
  const recent = new Recent(() => ({}), 3);
  const a = recent.get('a');
  for (const key of ['b', 'c', 'a', 'd']) recent.get(key);
  expect(recent.size).toBe(3);
  expect(recent.get('a')).toBe(a);
  const c = recent.get('c');
  recent.get('b');
  expect(recent.get('c')).toBe(c);
  for (let i = 0; i < 1_000; i++) recent.get(`n${i}`);
  expect(recent.size).toBe(3);
});

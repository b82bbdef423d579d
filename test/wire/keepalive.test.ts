import { expect, test } from 'vitest';
import { Keepalive } from '../../src/wire/keepalive.ts';
import { sessionLimits } from '../../src/wire/limits.ts';

/** What happens second by second when nothing is ever heard after second `quietFrom`. */
function watch(options: {
  isBusy: (second: number) => boolean;
  seconds: number;
  hears: (second: number) => boolean;
}) {
  const keepalive = new Keepalive(0, sessionLimits);
  const steps: string[] = [];
  for (let second = 0; second <= options.seconds; second += 1) {
    if (options.hears(second)) keepalive.heard(second * 1_000);
    const step = keepalive.tick(second * 1_000, options.isBusy(second));
    if (step !== 'nothing') steps.push(`${step} at ${second}`);
    if (step === 'dead') break;
  }
  return steps;
}

test('asks at once, and then every 15 s while idle', () => {
  expect(watch({ isBusy: () => false, seconds: 50, hears: () => true })).toEqual([
    'ping at 0',
    'ping at 15',
    'ping at 30',
    'ping at 45',
  ]);
});

test('asks no more often while bytes come', () => {
  expect(watch({ isBusy: () => true, seconds: 20, hears: () => true })).toEqual([
    'ping at 0',
    'ping at 15',
  ]);
});

test('gives up an idle peer after two unanswered PINGs', () => {
  expect(watch({ isBusy: () => false, seconds: 60, hears: () => false })).toEqual([
    'ping at 0',
    'ping at 15',
    'dead at 30',
  ]);
});

test('counts the silence of an idle peer from what was last heard, however often it is asked', () => {
  expect(watch({ isBusy: () => false, seconds: 60, hears: (s) => s <= 2 })).toEqual([
    'ping at 0',
    'ping at 15',
    'ping at 30',
    'dead at 32',
  ]);
});

test('gives up a peer within 10 s while somebody waits for it', () => {
  expect(watch({ isBusy: () => true, seconds: 60, hears: (s) => s <= 20 })).toEqual([
    'ping at 0',
    'ping at 15',
    'ping at 24',
    'dead at 29',
  ]);
});

test('gives a peer that was silent while idle time to answer when a stream opens', () => {
  expect(watch({ isBusy: (s) => s >= 14, seconds: 60, hears: (s) => s <= 1 })).toEqual([
    'ping at 0',
    'ping at 14',
    'dead at 19',
  ]);
});

test('does not take its own sleep for silence of the peer', () => {
  const keepalive = new Keepalive(0, sessionLimits);
  expect(keepalive.tick(0, true)).toBe('ping');
  expect(keepalive.tick(3_600_000, true)).toBe('ping');
  for (let now = 3_601_000; now < 3_609_000; now += 1_000)
    expect(keepalive.tick(now, true)).toBe('nothing');
  expect(keepalive.tick(3_609_000, true)).toBe('dead');
});

test('takes the round trip from the newest question only, once', () => {
  const keepalive = new Keepalive(0, sessionLimits);
  expect(keepalive.answered(0, 5)).toBe(false);
  keepalive.tick(0, false);
  expect([keepalive.count, keepalive.rttMs]).toEqual([1, undefined]);
  expect(keepalive.answered(2, 5)).toBe(false);
  expect(keepalive.answered(1, 7)).toBe(true);
  expect(keepalive.answered(1, 9)).toBe(false);
  expect(keepalive.rttMs).toBe(7);
});

import { expect, test } from 'vitest';
import {
  ABORTS,
  ATTEMPT_WAIT,
  FREE_ATTEMPTS,
  MAX_METERS,
  WRONG_PASSWORDS,
} from '../../src/relay/limits.ts';
import { Visitor, Visitors } from '../../src/relay/visitors.ts';

test('one network is one visitor, however many addresses it has', () => {
  const visitors = new Visitors({}, false);
  expect(visitors.from('2001:db8::1')).toBe(visitors.from('2001:db8::2'));
  expect(visitors.from('192.0.2.1')).not.toBe(visitors.from('192.0.2.2'));
});

test('addresses without number take no memory without number', () => {
  const visitors = new Visitors({}, false);
  const first = visitors.from('10.0.0.0');
  for (let i = 1; i <= MAX_METERS; i++) visitors.from(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  expect(visitors.from('10.0.0.0')).not.toBe(first);
});

test('the machine itself is held to a quota only where one was asked for', () => {
  const quota = { requestsPerS: 1 };
  for (const address of ['127.0.0.1', '127.9.9.9', '::1']) {
    expect(new Visitors(quota, false).quotaOf(address)).toEqual({});
    expect(new Visitors(quota, true).quotaOf(address)).toEqual(quota);
  }
  expect(new Visitors(quota, false).quotaOf('192.0.2.1')).toEqual(quota);
});

test('wrong tokens have to wait, twice as long each time, and never for ever', () => {
  const visitor = new Visitor();
  for (let i = 1; i < FREE_ATTEMPTS; i++) {
    visitor.wrongToken(0);
    expect(visitor.tokenWaitMs(0)).toBe(0);
  }
  const waits = Array.from({ length: 20 }, () => {
    visitor.wrongToken(0);
    return visitor.tokenWaitMs(0);
  });
  expect(waits.slice(0, 3)).toEqual([1, 2, 4].map((times) => times * ATTEMPT_WAIT.minMs));
  expect(waits.at(-1)).toBe(ATTEMPT_WAIT.maxMs);
  expect(visitor.tokenWaitMs(ATTEMPT_WAIT.maxMs)).toBe(0);
  visitor.rightToken();
  visitor.wrongToken(ATTEMPT_WAIT.maxMs);
  expect(visitor.tokenWaitMs(ATTEMPT_WAIT.maxMs)).toBe(0);
});

test.each([
  ['wrong passwords', 'wrongPasswords', WRONG_PASSWORDS],
  ['requests left unanswered', 'aborts', ABORTS],
] as const)('after many %s there is a pause', (_what, kind, { burst, perSecond, pauseMs }) => {
  const strikes = new Visitor()[kind];
  for (let i = 0; i < burst; i++) strikes.add(0);
  expect(strikes.pauseMs(0)).toBe(0);
  strikes.add(0);
  expect(strikes.pauseMs(0)).toBe(pauseMs);
  const later = 1_000 / perSecond + pauseMs;
  expect(strikes.pauseMs(later)).toBe(0);
  strikes.add(later);
  expect(strikes.pauseMs(later)).toBe(0);
});

import { expect, test } from 'vitest';
import { ExchangeClock } from '../../src/relay/exchange-clock.ts';
import {
  ANSWER_TIMEOUT_MS,
  BODY_TIMEOUT_MS,
  MIN_BODY_BYTES_PER_S,
} from '../../src/relay/limits.ts';

test('a body that pauses for too long is the fault of the visitor', () => {
  const clock = new ExchangeClock(1_000);
  expect(clock.waitsFor).toBe('visitor');
  expect(clock.deadline).toBe(1_000 + BODY_TIMEOUT_MS);
  clock.received(1_000_000, 5_000);
  expect(clock.deadline).toBe(5_000 + BODY_TIMEOUT_MS);
});

test('a body that drips is over long before its sender is: one byte a second buys nothing', () => {
  const clock = new ExchangeClock(0);
  let now = 0;
  while (now < clock.deadline && now < 10 * BODY_TIMEOUT_MS) clock.received(1, (now += 1_000));
  expect(now).toBeGreaterThanOrEqual(BODY_TIMEOUT_MS);
  expect(now).toBeLessThan(BODY_TIMEOUT_MS + 2_000);
});

test('a body at the least rate may take as long as it is', () => {
  const clock = new ExchangeClock(0);
  let now = 0;
  while (now < 100 * BODY_TIMEOUT_MS) {
    now += 1_000;
    expect(now).toBeLessThan(clock.deadline);
    clock.received(MIN_BODY_BYTES_PER_S, now);
  }
  expect(clock.bytes).toBe((now / 1_000) * MIN_BODY_BYTES_PER_S);
});

test('the time in which the relay does not read is the client’s', () => {
  const clock = new ExchangeClock(0);
  clock.setReading(false, 10_000);
  expect(clock.waitsFor).toBe('client');
  expect(clock.deadline).toBe(10_000 + ANSWER_TIMEOUT_MS);
  clock.setReading(true, 50_000);
  expect(clock.waitsFor).toBe('visitor');
  expect(clock.deadline).toBe(40_000 + BODY_TIMEOUT_MS);
});

test('an answer has to begin, which informational heads put off, and may then take for ever', () => {
  const clock = new ExchangeClock(0);
  clock.bodyEnded(100);
  expect(clock.deadline).toBe(100 + ANSWER_TIMEOUT_MS);
  clock.answered(false, 30_000);
  expect(clock.deadline).toBe(30_000 + ANSWER_TIMEOUT_MS);
  clock.answered(true, 40_000);
  expect(clock.deadline).toBe(Infinity);
});

test('a body that outlasts its answer may be slow, not silent', () => {
  const clock = new ExchangeClock(0);
  clock.answered(true, 0);
  for (let now = 0; now < 10 * BODY_TIMEOUT_MS; now += 30_000) clock.received(1, now);
  expect(clock.deadline).toBe(10 * BODY_TIMEOUT_MS - 30_000 + BODY_TIMEOUT_MS);
});

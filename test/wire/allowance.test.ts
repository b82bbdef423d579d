import { expect, test } from 'vitest';
import { Allowance } from '../../src/wire/allowance.ts';

function spendAll(allowance: Allowance, now: number): number {
  let count = 0;
  while (allowance.spend(now)) count += 1;
  return count;
}

test('gives what it holds, refills with time and on request, never above its size', () => {
  const allowance = new Allowance(0, 5, 2);
  expect(spendAll(allowance, 0)).toBe(5);
  expect(spendAll(allowance, 499)).toBe(0);
  expect(spendAll(allowance, 1_600)).toBe(3);
  expect(spendAll(allowance, 1_000_000)).toBe(5);
  allowance.add(3);
  expect(spendAll(allowance, 1_000_000)).toBe(3);
  allowance.add(100);
  expect(spendAll(allowance, 1_000_000)).toBe(5);
});

test('is not confused by a clock that runs backwards', () => {
  const allowance = new Allowance(1_000, 2, 1);
  expect(spendAll(allowance, 1_000)).toBe(2);
  expect(spendAll(allowance, 0)).toBe(0);
  expect(spendAll(allowance, 1_000)).toBe(1);
});

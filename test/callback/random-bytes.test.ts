import { expect, test } from 'vitest';
import { createRandomBytes } from '../../src/callback/random-bytes.ts';

test('gives bytes that differ each time, beyond what is asked of the system at once', () => {
  const next = createRandomBytes(16);
  const given = Array.from({ length: 2000 }, () => next().toString('hex'));
  expect(new Set(given).size).toBe(2000);
  expect(new Set(given.map((text) => text.length))).toEqual(new Set([32]));
});

test('does not repeat the end of what does not divide evenly', () => {
  const next = createRandomBytes(1000);
  const given = Array.from({ length: 20 }, () => next().toString('hex'));
  expect(new Set(given).size).toBe(20);
  expect(given.every((text) => text.length === 2000)).toBe(true);
});

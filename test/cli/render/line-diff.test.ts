import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from '../../../src/cli/render/line-diff.ts';

test('shows what was taken away before what came instead', () => {
  expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
    { type: 'same', line: 'a' },
    { type: 'old', line: 'b' },
    { type: 'new', line: 'x' },
    { type: 'same', line: 'c' },
    { type: 'new', line: 'd' },
  ]);
});

test.each([
  [[], [], 0],
  [['a'], [], 1],
  [[], ['a'], 1],
  [['a', 'b', 'a', 'b'], ['b', 'a', 'b', 'a'], 2],
])('changes as few lines as possible: %j to %j', (before, after, changes) => {
  expect(diffLines(before, after).filter(({ type }) => type !== 'same')).toHaveLength(changes);
});

test('gives both texts back, also those too long to be compared in full', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''));
  const check = (before: readonly string[], after: readonly string[]): void => {
    const diff = diffLines(before, after);
    expect(diff.filter(({ type }) => type !== 'new').map(({ line }) => line)).toEqual(before);
    expect(diff.filter(({ type }) => type !== 'old').map(({ line }) => line)).toEqual(after);
  };
  fc.assert(fc.property(lines, lines, check));
  const long = Array.from({ length: 50_000 }, (_, index) => String(index));
  check(long, ['x', ...long.toReversed(), 'y']);
});

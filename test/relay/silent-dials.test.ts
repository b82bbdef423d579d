import { expect, test } from 'vitest';
import { SilentDials } from '../../src/relay/silent-dials.ts';

test('who says nothing many times pushes out its own dials, and nobody else', () => {
  const silent = new SilentDials<string>(4);
  expect(silent.add('honest', '192.0.2.1')).toBeUndefined();
  for (const dial of ['a', 'b', 'c']) expect(silent.add(dial, '203.0.113.7')).toBeUndefined();
  expect(silent.add('d', '203.0.113.7')).toBe('a');
  expect(silent.add('e', '203.0.113.7')).toBe('b');
  expect(silent.add('late', '192.0.2.2')).toBe('c');
  silent.delete('d');
  silent.delete('d');
  expect(silent.add('f', '192.0.2.3')).toBeUndefined();
  // One of each: the oldest.
  expect(silent.add('g', '192.0.2.4')).toBe('honest');
});

test('a /64 counts as one', () => {
  const silent = new SilentDials<string>(2);
  silent.add('honest', '192.0.2.1');
  silent.add('a', '2001:db8::1');
  expect(silent.add('b', '2001:db8::2')).toBe('a');
});

import { expect, test } from 'vitest';
import { SilentPeers } from '../../src/relay/silent-peers.ts';

test('who says nothing many times pushes out its own dials, and nobody else', () => {
  const silent = new SilentPeers<string>();
  expect(silent.add('honest', '192.0.2.1', 4)).toBeUndefined();
  for (const dial of ['a', 'b', 'c']) expect(silent.add(dial, '203.0.113.7', 4)).toBeUndefined();
  expect(silent.add('d', '203.0.113.7', 4)).toBe('a');
  expect(silent.add('e', '203.0.113.7', 4)).toBe('b');
  expect(silent.add('late', '192.0.2.2', 4)).toBe('c');
  silent.delete('d');
  silent.delete('d');
  expect(silent.add('f', '192.0.2.3', 4)).toBeUndefined();
  // One of each: the oldest.
  expect(silent.add('g', '192.0.2.4', 4)).toBe('honest');
});

test('a /64 counts as one', () => {
  const silent = new SilentPeers<string>();
  silent.add('honest', '192.0.2.1', 2);
  silent.add('a', '2001:db8::1', 2);
  expect(silent.add('b', '2001:db8::2', 2)).toBe('a');
});

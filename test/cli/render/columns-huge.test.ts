import { describe, expect, test } from 'vitest';
import { fit, truncate, widthOf } from '../../../src/cli/render/columns.ts';

/** A follower, or whoever reaches the public URL, may send this much in one message. */
const MEGABYTE = 1024 * 1024;

describe('text without end', () => {
  test.each([
    ['one letter', 'x'],
    ['Chinese', '你'],
    ['emoji of several code points', '👨‍👩‍👧‍👦'],
    ['flags', '🇨🇳'],
    ['a lone surrogate', '\uD83D'],
  ])('is cut without being read to its end: %s', (_name, unit) => {
    const text = unit.repeat(Math.ceil(MEGABYTE / unit.length));
    const cut = truncate(text, 60);
    expect(widthOf(cut)).toBeLessThanOrEqual(60);
    expect(cut.endsWith('..')).toBe(true);
    expect(widthOf(fit(text, 20))).toBe(20);
  });

  test('one letter under a megabyte of combining marks is no more than a cut', () => {
    expect(widthOf(truncate(`a${'\u0301'.repeat(MEGABYTE)}`, 60))).toBeLessThanOrEqual(60);
  });

  test('a character is kept whole or not at all', () => {
    expect(truncate('👨‍👩‍👧‍👦'.repeat(40), 7)).toBe('👨‍👩‍👧‍👦👨‍👩‍👧‍👦..');
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOfXmlName, isXmlName } from '../../src/wechat/xml-syntax.ts';

/** Production 5 of XML 1.0, fifth edition, by ranges of code points. */
const starts: readonly (readonly [number, number])[] = [
  [0x3a, 0x3a],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x2ff],
  [0x370, 0x37d],
  [0x37f, 0x1fff],
  [0x200c, 0x200d],
  [0x2070, 0x218f],
  [0x2c00, 0x2fef],
  [0x3001, 0xd7ff],
  [0xf900, 0xfdcf],
  [0xfdf0, 0xfffd],
  [0x10000, 0xeffff],
];
const rests: typeof starts = [
  ...starts,
  [0x2d, 0x2e],
  [0x30, 0x39],
  [0xb7, 0xb7],
  [0x300, 0x36f],
  [0x203f, 0x2040],
];

function nameEnd(text: string, start: number): number {
  let end = start;
  for (const character of text.slice(start)) {
    const code = character.codePointAt(0) ?? 0;
    const allowed = end === start ? starts : rests;
    if (!allowed.some(([from, to]) => from <= code && code <= to)) break;
    end += character.length;
  }
  return end;
}

test('ends a name where XML does, in ASCII and beyond, from any place', () => {
  const character = fc.oneof(
    fc.constantFrom(
      ...'a Z _ : - . 0 9 < > / = " \u007f \u00b7 \u00d7 é 你 \u0300 😀'.split(' '),
      ' ',
    ),
    // Well-formed text only: that is all the reader lets through.
    fc
      .integer({ min: 0, max: 0x10_ff_ff })
      .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
      .map((code) => String.fromCodePoint(code)),
  );
  const text = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const all = before + after;
      expect(endOfXmlName(all, before.length)).toBe(nameEnd(all, before.length));
      expect(isXmlName(after)).toBe(after !== '' && nameEnd(after, 0) === after.length);
    }),
    { numRuns: 300 },
  );
});

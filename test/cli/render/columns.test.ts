import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { fit, truncate, widthOf } from '../../../src/cli/render/columns.ts';
import { renderFields } from '../../../src/cli/render/fields.ts';
import { oneLine } from '../../../src/cli/render/one-line.ts';
import { cellsOf, wrap } from '../../../src/cli/render/wrap.ts';

/** Text as followers write it: Chinese, emoji joined and flagged, combining marks, controls, lone surrogates. */
const foreign = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom('你', 'a', ' ', '👨‍👩‍👧', '🇨🇳', 'é', '…', '，', '\u001B[31m', '\u202E', '️', '1⃣'),
    )
    .map((parts) => parts.join('')),
);

describe('columns', () => {
  test.each([
    ['hello', 10, 'hello'],
    ['hello', 5, 'hello'],
    ['hello', 4, 'he..'],
    ['hello', 2, '..'],
    ['hello', 1, '.'],
    ['hello', 0, ''],
    ['你好世界', 8, '你好世界'],
    ['你好世界', 7, '你好..'],
    ['你好世界', 5, '你..'],
    ['你好世界', 3, '..'],
    ['a👨‍👩‍👧b👨‍👩‍👧', 5, 'a👨‍👩‍👧..'],
    ['', 3, ''],
  ])('cuts %j to %i cells: %j', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  test('pads on either side by cells, not by characters', () => {
    expect(fit('你好', 6)).toBe('你好  ');
    expect(fit('你好', 6, 'right')).toBe('  你好');
    expect(fit('你好世', 5)).toBe('你.. ');
    // A sign that draws what follows it into its own cell.
    expect(stringWidth(fit('𑵆', 2))).toBe(2);
  });

  test('what is cut is never wider than asked, and what is fitted exactly as wide', () => {
    fc.assert(
      fc.property(foreign, fc.nat(40), fc.constantFrom('left', 'right'), (raw, width, side) => {
        const text = oneLine(raw);
        expect(stringWidth(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(stringWidth(fit(text, width, side))).toBe(width);
      }),
      {
        numRuns: 2000,
        examples: [
          ['𑵆', 2, 'left'],
          ['1⃣1⃣', 3, 'left'],
          ['\u0600', 4, 'right'],
        ],
      },
    );
  });

  test('text that fits is not touched', () => {
    fc.assert(
      fc.property(foreign, (text) => {
        expect(truncate(text, widthOf(text))).toBe(text);
      }),
    );
  });
});

describe('one line', () => {
  test.each([
    ['a line break', 'a\nb', 'a b'],
    ['several', 'a\r\n\n\u2028\u2029b', 'a b'],
    ['an escape code', '\u001B[2J\u001B]0;title\u0007x', ' [2J ]0;title x'],
    ['an 8-bit escape code', '\u009B31mx', ' 31mx'],
    ['a bidi override', 'abc\u202Etxt.exe', 'abc txt.exe'],
    ['a bidi isolate', '\u2066a\u2069', ' a '],
    ['direction marks', 'a\u200E\u200F\u061Cb', 'a b'],
    ['a byte order mark', '\uFEFFa', ' a'],
    ['a tab and a NUL', 'a\t\u0000b', 'a b'],
    ['a joined emoji, which stays', '👨‍👩‍👧', '👨‍👩‍👧'],
    ['nothing odd', '你好 world', '你好 world'],
  ])('%s', (_name, text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  test('nothing that moves the cursor or turns the text around is left', () => {
    fc.assert(
      fc.property(foreign, (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('wrapping', () => {
  test.each([
    ['words', 'one two three', 7, ['one two', 'three']],
    [
      'a word that is longer than the line',
      'see /a/very/long/path now',
      8,
      ['see', '/a/very/long/path', 'now'],
    ],
    ['Chinese without spaces', '你好世界再见', 8, ['你好世界', '再见']],
    ['a stop, which never begins a line', '你好世界，再见', 8, ['你好世', '界，再见']],
    ['a bracket, which never ends a line', '你好世（再见）', 8, ['你好世', '（再见）']],
    ['a word inside Chinese', '请设置 WX_TOKEN 变量', 10, ['请设置', 'WX_TOKEN', '变量']],
    ['one line', 'short', 80, ['short']],
    ['nothing', '', 80, ['']],
    ['only spaces', '   ', 80, ['']],
  ])('%s', (_name, text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected);
  });

  test('keeps every character but the spaces at line ends', () => {
    fc.assert(
      fc.property(foreign.map(oneLine), fc.integer({ min: 10, max: 90 }), (text, width) => {
        const squeeze = (value: string): string => value.replace(/\s+/g, '');
        expect(squeeze(wrap(text, width).join(''))).toBe(squeeze(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('counts our own text as the library does', () => {
    for (const text of [
      '',
      'plain',
      '中文，标点（全角）：「引号」',
      'mixed 中文 text',
      'a…b · c',
    ]) {
      expect(cellsOf(text)).toBe(stringWidth(text));
    }
  });
});

describe('fields', () => {
  test('values stand in one column, whatever the labels are written in', () => {
    const lines = renderFields([
      ['URL', 'one'],
      ['消息加解密', 'two'],
      ['', 'three'],
    ]);
    const columns = lines.map((line) => stringWidth(line.slice(0, line.search(/one|two|three/))));
    expect(new Set(columns)).toEqual(new Set([14]));
  });

  test('a row without a value ends without spaces', () => {
    expect(renderFields([['URL', '']])).toEqual(['  URL']);
  });
});

test('counts cells as string-width does, which is slower', () => {
  const piece = fc.constantFrom(
    'a',
    '你',
    '、',
    '\u{301}',
    '\u{20e3}',
    '\u{fe0f}',
    '\u{200d}',
    '😀',
    '👨',
    'が',
    '\u{3099}',
    '！',
    '\n',
    '\u{1b}[31m',
  );
  const text = fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme', maxLength: 4 })), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(text, (parts) => {
      expect(widthOf(parts.join(''))).toBe(stringWidth(parts.join('')));
    }),
    { numRuns: 2000 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prettyLines } from '../../../src/cli/render/pretty.ts';

describe('a message as lines', () => {
  test('has an element of XML on each, with its text beside it', () => {
    const xml = '<xml><A><![CDATA[x<b>]]></A><B><C>1</C><D/></B>\n<E></E></xml>';
    expect(prettyLines(xml)).toEqual([
      '<xml>',
      '  <A><![CDATA[x<b>]]></A>',
      '  <B>',
      '    <C>1</C>',
      '    <D/>',
      '  </B>',
      '  <E></E>',
      '</xml>',
    ]);
  });

  test('has a member of JSON on each, numbers to the digit', () => {
    expect(prettyLines('{"id":25000000000000017,"a":{"b":["x, {y}",1.10]},"c":"\\"}"}')).toEqual([
      '{',
      '  "id": 25000000000000017,',
      '  "a": {',
      '    "b": [',
      '      "x, {y}",',
      '      1.10',
      '    ]',
      '  },',
      '  "c": "\\"}"',
      '}',
    ]);
  });

  test('leaves any other text by its own lines', () => {
    expect(prettyLines('success')).toEqual(['success']);
    expect(prettyLines('one\r\ntwo\n')).toEqual(['one', 'two', '']);
  });

  test('loses nothing but white space, whatever it is given', () => {
    const bare = (text: string): string => text.replace(/\s/g, '');
    const part = fc.constantFrom(
      '<a>',
      '</a>',
      '<',
      '>',
      '<![CDATA[',
      ']]>',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ',',
      ':',
      'x',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.constantFrom('<', '{', '[', ''), fc.array(part), (start, parts) => {
        const text = start + parts.join('');
        expect(bare(prettyLines(text).join(''))).toBe(bare(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('takes nothing but opening brackets in its stride', () => {
    for (const piece of ['<![CDATA[', '<a', '{', '["', '\\"']) {
      const text = piece.charAt(0) + piece.repeat(1700);
      expect(prettyLines(text).length).toBeGreaterThan(0);
    }
    expect(prettyLines('<'.repeat(1_000_000))).toHaveLength(1);
  });
});

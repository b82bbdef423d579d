import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvFile } from '../../src/config/env-file.ts';

const read = (text: string): [string, string, number][] =>
  parseEnvFile(text).map(({ name, value, line }) => [name, value, line]);

test.each<[string, string, [string, string, number][]]>([
  ['nothing', '', []],
  ['blank lines and comments', '\n# A=1\n  # B=2\nC=3', [['C', '3', 4]]],
  ['Windows line endings', 'A=1\r\nB=2\r\n', [['A', '1', 1], ['B', '2', 2]]], // prettier-ignore
  ['lone carriage returns', 'A=1\rB=2', [['A', '1', 1], ['B', '2', 2]]], // prettier-ignore
  ['export', 'export A=1\n  export   B=2', [['A', '1', 1], ['B', '2', 2]]], // prettier-ignore
  ['spaces around', ' A = 1 2 \t\nB= \nC=x', [['A', '1 2', 1], ['B', '', 2], ['C', 'x', 3]]], // prettier-ignore
  ['no value', 'A=\nB=1', [['A', '', 1], ['B', '1', 2]]], // prettier-ignore
  ['a comment after a value', 'A=x # y\nB="x # y" # z', [['A', 'x', 1], ['B', 'x # y', 2]]], // prettier-ignore
  ['three kinds of quotes', 'A="1"\nB=\'2\'\nC=`3"`', [['A', '1', 1], ['B', '2', 2], ['C', '3"', 3]]], // prettier-ignore
  ['quotes inside', 'A=x"y\nB=it\'s', [['A', 'x"y', 1], ['B', "it's", 2]]], // prettier-ignore
  ['spaces in quotes', 'A="  x "', [['A', '  x ', 1]]],
  ['escapes', 'A="a\\nb"\nB=\'a\\nb\'', [['A', 'a\nb', 1], ['B', 'a\\nb', 2]]], // prettier-ignore
  ['a value over three lines', 'A="x\n\ny"\nB=1', [['A', 'x\n\ny', 1], ['B', '1', 4]]], // prettier-ignore
  ['equal signs', 'A=x=y==', [['A', 'x=y==', 1]]],
  ['the same name twice', 'A=1\nA=2', [['A', '1', 1], ['A', '2', 2]]], // prettier-ignore
  ['lines that are no assignment', 'A\nB 2\nC: 3\n=4\nD=5', [['D', '5', 5]]],
  ['Chinese', '名=1\nB=你好', [['名', '1', 1], ['B', '你好', 2]]], // prettier-ignore
])('reads %s', (_name, text, expected) => {
  expect(read(text)).toEqual(expected);
});

test('tells a quote that is never closed, and goes on with the next line', () => {
  expect(parseEnvFile('A="x\nB=1')).toEqual([
    { name: 'A', value: '"x', line: 1, isUnclosed: true },
    { name: 'B', value: '1', line: 2, isUnclosed: false },
  ]);
});

/** Lines that every Node reads alike: a name, an equal sign and a value that is bare or quoted. */
const wellFormed = fc
  .tuple(
    fc.stringMatching(/^[A-Z_]{1,8}$/),
    fc.stringMatching(/^([\w./:+-]{0,12}|"[^"\\\r]{0,12}")$/),
  )
  .map(([name, value]) => `${name}=${value}`);

test('agrees with util.parseEnv about well-formed files', () => {
  fc.assert(
    fc.property(fc.array(wellFormed, { maxLength: 8 }), (lines) => {
      const text = lines.join('\n');
      const found = parseEnvFile(text).map(({ name, value }) => [name, value]);
      expect(Object.fromEntries(found)).toEqual({ ...parseEnv(text) });
    }),
  );
});

test('reads any text without failing, and names lines that exist', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      const last = text.split(/\r\n?|\n/).length;
      for (const { line } of parseEnvFile(text)) expect(line).toBeLessThanOrEqual(last);
    }),
    { numRuns: 500 },
  );
});

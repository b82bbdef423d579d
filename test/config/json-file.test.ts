import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonProblem, parseJsonMembers } from '../../src/config/json-file.ts';

function problem(text: string): { line: number; en: string } {
  try {
    parseJsonMembers(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const { line, reason } = error;
    return { line, en: typeof reason === 'string' ? reason : reason.en };
  }
  throw new Error('was accepted');
}

test('gives each member of the outermost object with its line', () => {
  const text =
    '{\r\n  "port": 3001,\n  "a\\u0062": {\n "port": 1, "x": ["}", {"port": 2}] },\n\n"z":"\\"{:"}';
  expect(parseJsonMembers(text)).toEqual([
    { key: 'port', value: 3001, line: 2 },
    { key: 'ab', value: { port: 1, x: ['}', { port: 2 }] }, line: 3 },
    { key: 'z', value: '"{:', line: 6 },
  ]);
});

test.each<[string, string, number, RegExp]>([
  ['an empty file', '', 1, /empty/],
  ['only blank lines', '\n\n', 1, /empty/],
  ['a list', '[1]', 1, /object/],
  ['null', 'null', 1, /object/],
  ['a comment', '{\n  // why\n  "a": 1\n}', 2, /comments/],
  ['a block comment', '{ "a": 1\n/* why */ }', 2, /comments/],
  ['single quotes', "{\n 'a': 1 }", 2, /double quotes/],
  ['a comma too many', '{\n  "a": 1,\n}', 3, /comma/],
  ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', 3, /./],
  ['a key twice', '{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}', 4, /twice, first on line 2/],
  ['the same key, once escaped', '{"a":1,\n"\\u0061":2}', 2, /twice/],
  ['a text cut off', '{\n  "a": 1,\n  "b', 3, /./],
  ['an object cut off', '{\n  "a": 1\n', 2, /./],
  ['an unquoted key', '{\n  a: 1 }', 2, /./],
])('refuses %s and names the line', (_name, text, line, reason) => {
  const found = problem(text);
  expect(found.en).toMatch(reason);
  expect(found.line).toBe(line);
});

test('keeps no key of the prototype', () => {
  expect(parseJsonMembers('{"__proto__": {"a": 1}}')).toEqual([
    { key: '__proto__', value: { a: 1 }, line: 1 },
  ]);
});

const members = fc.dictionary(fc.string(), fc.jsonValue());

test('reads whatever JSON.parse reads', () => {
  fc.assert(
    fc.property(members, fc.constantFrom(0, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const found = parseJsonMembers(text).map(({ key, value: member }) => [key, member]);
      expect(Object.fromEntries(found)).toEqual(JSON.parse(text));
    }),
  );
});

test('an object cut off anywhere is a problem on one of its lines, never anything worse', () => {
  const text = JSON.stringify(
    { port: 3001, 'a"b\\': ['x', { y: '\u2028\n' }], path: '/wx' },
    null,
    2,
  );
  for (let end = 0; end < text.length; end += 1) {
    const { line, en } = problem(text.slice(0, end));
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(text.slice(0, end).split('\n').length);
    expect(en).not.toBe('');
  }
});

test('any text at all is read or named as a problem', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      try {
        parseJsonMembers(text);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonProblem);
      }
    }),
    { numRuns: 500 },
  );
});

test('quotes nothing of the text: it may be a secret', () => {
  for (const text of [
    '{"token": abcSECRET}',
    '{"token": "SECRET" x}',
    '{"token": "SECRET',
    'SECRET',
  ]) {
    expect(problem(text).en).not.toContain('SECRET');
    expect(problem(text).en).not.toBe('');
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFields, maxDepth, maxFields, type Fields } from '../../src/wechat/fields.ts';
import { formatJson, parseJson } from '../../src/wechat/json.ts';
import { codeOf, errorOf } from './helpers.ts';

test.each([
  ['{"MsgId":25000000000000017}', { MsgId: '25000000000000017' }],
  [
    '{"a":18446744073709551616,"b":1.10,"c":-0,"d":1E400,"e":1e-7}',
    { a: '18446744073709551616', b: '1.10', c: '-0', d: '1E400', e: '1e-7' },
  ],
  ['{"a":"007","b":"你好 😀\\ud83d\\ude00\\n"}', { a: '007', b: '你好 😀😀\n' }],
  ['{"a":true,"b":false,"c":null}', { a: 'true', b: 'false', c: '' }],
  ['{"List":[{"a":1},{"a":2}]}', { List: [{ a: '1' }, { a: '2' }] }],
  ['{"List":{"a":1}}', { List: { a: '1' } }],
  ['{"a":[],"b":{},"c":[[1],null]}', { a: [], b: {}, c: [['1'], ''] }],
  [' \r\n{"a" : 1 }\t', { a: '1' }],
  ['{}', {}],
  ['{"a":"[{","b":"\\"}"}', { a: '[{', b: '"}' }],
  ['{"a":"\\ud83d"}', { a: '\u{D83D}' }],
  ['{"a":1,"a":1}', { a: '1' }],
])('reads %s', (text, expected) => {
  expect(JSON.parse(JSON.stringify(parseJson(text)))).toEqual(expected);
});

test('keeps fields that are named like parts of an object', () => {
  const fields = parseJson('{"__proto__":{"x":1},"constructor":2,"a":{"__proto__":3}}');
  expect(Object.keys(fields)).toEqual(['__proto__', 'constructor', 'a']);
  expect(Object.getPrototypeOf(fields)).toBeNull();
  expect(Object.keys(fields['a'] ?? '')).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test.each([
  '',
  ' ',
  '[]',
  '"a"',
  '1',
  'true',
  'null',
  '{',
  '}',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a":01}',
  '{"a":.5}',
  '{"a":+1}',
  '{"a":NaN}',
  "{'a':1}",
  '{a:1}',
  '{"a":1}{"b":2}',
  '{"a":1}success',
  '\u{FEFF}{"a":1}',
  '{"a":"\n"}',
  '{"a":"\u{0}"}',
  '{"a":"\\x"}',
  '{"a":"',
  '{"a":"\\',
  '{"a":1,"a":2}',
  '{"__proto__":1,"__proto__":2}',
  '{"a":1]',
  '{"a":[1}',
  '/**/{}',
])('refuses %j', (text) => {
  expect(codeOf(() => parseJson(text))).toBe('WXD1203');
});

test('says where it broke', () => {
  expect(errorOf(() => parseJson('{"a":x}')).details).toMatchObject({
    problem: expect.stringContaining('position 5') as string,
  });
});

test('reads the deepest allowed text and refuses one level more, however deep', () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  expect(JSON.stringify(parseJson(nested(maxDepth)))).toContain('"1"');
  expect(codeOf(() => parseJson(nested(maxDepth + 1)))).toBe('WXD1203');
  expect(codeOf(() => parseJson('{"a":'.repeat(200_000)))).toBe('WXD1203');
  expect(codeOf(() => parseJson(`{"a":${'['.repeat(500_000)}`))).toBe('WXD1203');
});

test('reads as many values as allowed and refuses one more', () => {
  const list = (count: number): string =>
    `{"a":[${Array.from({ length: count }, () => '1').join(',')}]}`;
  expect(parseJson(list(maxFields - 1))['a']).toHaveLength(maxFields - 1);
  expect(codeOf(() => parseJson(list(maxFields)))).toBe('WXD1203');
});

test('does not slow down more than in proportion', () => {
  const start = performance.now();
  expect(codeOf(() => parseJson(`{"a":"${'\\"'.repeat(500_000)}`))).toBe('WXD1203');
  expect(parseJson(`{"a":"${'x'.repeat(1_000_000)}"}`)['a']).toHaveLength(1_000_000);
  // A limit only for what goes quadratic, which takes minutes.
  expect(performance.now() - start).toBeLessThan(30_000);
});

test('writes numbers bare, beyond 2^53 too, and everything else as text', () => {
  const fields = {
    CreateTime: '1767225600',
    MsgId: '18446744073709551615',
    Content: '5',
    ErrCode: '0',
  };
  expect(formatJson(fields)).toBe(
    '{"CreateTime":1767225600,"MsgId":18446744073709551615,"Content":"5","ErrCode":0}',
  );
});

test('writes as text what JSON does not know as a number', () => {
  for (const text of ['007', '', '+1', '.5', '1.', '0x10', 'NaN', '1 ', '-']) {
    expect(formatJson({ CreateTime: text })).toBe(`{"CreateTime":${JSON.stringify(text)}}`);
  }
});

test('decides about numbers by path, or as it is told', () => {
  expect(formatJson({ Scale: '1', SendLocationInfo: { Scale: '1' } })).toBe(
    '{"Scale":1,"SendLocationInfo":{"Scale":"1"}}',
  );
  expect(formatJson({ a: [{ b: '1' }] }, { isNumber: (path) => path === 'a.b' })).toBe(
    '{"a":[{"b":1}]}',
  );
});

test('reads back what it writes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const { fields } = fc.letrec<{ fields: Fields; value: string | Fields | (string | Fields)[] }>(
    (tie) => ({
      fields: fc
        .array(fc.tuple(fc.oneof(text, fc.constantFrom('__proto__', 'MsgId')), tie('value')), {
          maxLength: 4,
        })
        .map((entries) => createFields(entries)),
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        tie('fields'),
        fc.array(fc.oneof(text, tie('fields')), { maxLength: 3 }),
      ),
    }),
  );
  fc.assert(
    fc.property(fields, (value) => {
      expect(parseJson(formatJson(value))).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

test('never fails in an unknown way, whatever the text', () => {
  const part = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    '\\u',
    '1',
    '-',
    'e',
    '.',
    'null',
    'true',
    ' ',
    '__proto__',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 30 }),
      (parts) => {
        try {
          parseJson(parts.join(''));
        } catch (error) {
          expect(error).toMatchObject({ name: 'WxDevError' });
        }
      },
    ),
    { numRuns: 1000 },
  );
});

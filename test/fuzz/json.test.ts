import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFields, isList, type FieldValue } from '../../src/wechat/fields.ts';
import { formatJson, parseJson } from '../../src/wechat/json.ts';
import { jsonish } from './arbitraries.ts';
import { fuzz, refusable } from './fuzz.ts';

const texts = fc.oneof(
  jsonish,
  fc.json(),
  fc.json().map((text) => `{"a":${text}}`),
);

test('reads what JSON.parse reads, and refuses what it refuses', () => {
  let read = 0;
  fuzz(texts, (text) => {
    const { value, error } = refusable(() => parseJson(text));
    const { parsed } = parsedByNode(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    if (value === undefined) {
      // Only these two of our own rules go beyond JSON.
      if (isObject)
        expect(error?.details).toMatchObject({
          problem: expect.stringMatching(/^(two values|more than)/) as string,
        });
      return;
    }
    read += 1;
    expect(asTexts(parsed)).toEqual(withRoundedNumbers(value));
  });
  expect(read).toBeGreaterThan(0);
});

test('reads every JSON object that JSON.parse reads and that repeats no name', () => {
  fuzz(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })), (object) => {
    const fields = parseJson(JSON.stringify(object));
    expect(Object.keys(fields)).toEqual(Object.keys(object));
  });
});

test('reads back the JSON it writes of what it read', () => {
  fuzz(texts, (text) => {
    const { value } = refusable(() => parseJson(text));
    if (value === undefined) return;
    const written = formatJson(value);
    expect(parseJson(written)).toEqual(value);
  });
});

function parsedByNode(text: string): { parsed?: unknown } {
  try {
    return { parsed: JSON.parse(text) };
  } catch {
    return {};
  }
}

/** As our reader gives it: everything is text, but for fields and lists. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (value === null) return '';
  if (typeof value !== 'object') return rounded(String(value as string | number | boolean));
  return createFields(Object.entries(value).map(([name, item]) => [name, asTexts(item) as string]));
}

function withRoundedNumbers(value: FieldValue): unknown {
  if (typeof value === 'string') return rounded(value);
  if (isList(value)) return value.map(withRoundedNumbers);
  return createFields(
    Object.entries(value).map(([name, item]) => [name, withRoundedNumbers(item) as string]),
  );
}

/** `1.10` and `1.1` are one number to JSON.parse. */
function rounded(text: string): string {
  return /^-?\d/.test(text) ? String(Number(text)) : text;
}

import { parse } from 'lossless-json';
import { WxDevError } from '../core/errors.ts';
import {
  createFields,
  isList,
  maxDepth,
  maxFields,
  type Fields,
  type FieldValue,
  type FormatOptions,
} from './fields.ts';
import { isNumberField } from './numbers.ts';

/**
 * Reads a JSON object as fields. Numbers keep their digits (`25000000000000017` and `1.10` come out as they went in), `true` and `false`
 * become text, `null` becomes empty text.
 *
 * @throws WXD1203 when the text is no JSON object, has two different values under one name, or is too deep or too large.
 */
export function parseJson(text: string): Fields {
  checkDepth(text); // The parser recurses: a deep text would end in a stack overflow.
  let value: unknown;
  try {
    value = parse(text, null, (digits) => digits);
  } catch (error) {
    throw new WxDevError(
      'WXD1203',
      { problem: String((error as Error).message) },
      { cause: error },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WxDevError('WXD1203', { problem: 'the JSON is not an object' });
  }
  return toFields(value, { left: maxFields });
}

/** Counts brackets outside strings. A loop and not a pattern: patterns go quadratic on strings that never end. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > maxDepth) {
      throw new WxDevError('WXD1203', { problem: `the JSON has more than ${maxDepth} levels` });
    }
  }
}

function toFields(object: object, budget: { left: number }): Fields {
  return createFields(
    Object.entries(object).map(([name, value]) => [name, toValue(value, budget)] as const),
  );
}

function toValue(value: unknown, budget: { left: number }): FieldValue {
  budget.left -= 1;
  if (budget.left < 0) {
    throw new WxDevError('WXD1203', { problem: `the JSON has more than ${maxFields} values` });
  }
  if (value === null) return '';
  if (Array.isArray(value)) return value.map((item: unknown) => toValue(item, budget));
  if (typeof value === 'object') return toFields(value, budget);
  // Numbers came as their digits, so what is left are texts and booleans.
  return String(value as string | boolean);
}

/** Writes fields as JSON the way WeChat does: numbers bare, also those beyond 2^53. */
export function formatJson(
  fields: Fields,
  { isNumber = isNumberField }: FormatOptions = {},
): string {
  return formatValue(fields, '', isNumber);
}

function formatValue(value: FieldValue, path: string, isNumber: (path: string) => boolean): string {
  if (typeof value === 'string') {
    // JSON knows no leading zero: `007` must stay text.
    const bare = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/u.test(value) && isNumber(path);
    return bare ? value : JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map((item) => formatValue(item, path, isNumber)).join(',')}]`;
  const prefix = path === '' ? '' : `${path}.`;
  const members = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}:${formatValue(item, prefix + name, isNumber)}`,
  );
  return `{${members.join(',')}}`;
}

import { isList, type Fields, type FieldValue, type FormatOptions } from './fields.ts';
import { JsonReader } from './json-reader.ts';
import { isNumberField } from './numbers.ts';

/**
 * Reads a JSON object as fields. Numbers keep their digits (`25000000000000017` and `1.10` come out as they went in), `true` and `false`
 * become text, `null` becomes empty text.
 *
 * @throws WXD1203 when the text is no JSON object, has two different values under one name, or is too deep or too large.
 */
export function parseJson(text: string): Fields {
  return new JsonReader(text).read();
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

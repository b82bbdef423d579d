import { WxDevError } from '../core/errors.ts';
import {
  createFields,
  isFields,
  isList,
  maxDepth,
  type Fields,
  type FieldValue,
} from './fields.ts';

/**
 * A copy of the fields with the text at `path` set: `Content`, `ScanCodeInfo.ScanResult`, `SendPicsInfo.PicList.item.0.PicMd5Sum`. Of a
 * list without position the first item is meant; a position after the last adds an item.
 *
 * @throws WXD6040 for a path with an empty name, or deeper than fields are read.
 */
export function setField(fields: Fields, path: string, value: string): Fields {
  return setIn(fields, namesOf(path), value);
}

/**
 * A copy of the fields without what stands at `path`; the same fields when nothing stands there.
 *
 * @throws WXD6040 for a path with an empty name, or deeper than fields are read.
 */
export function unsetField(fields: Fields, path: string): Fields {
  return unsetIn(fields, namesOf(path));
}

function namesOf(path: string): readonly string[] {
  // Split no further than needed: a path may be a megabyte of dots.
  const names = path.split('.', maxDepth + 1);
  if (names.length > maxDepth || names.includes('')) throw new WxDevError('WXD6040', { path });
  return names;
}

function setIn(fields: Fields, [name = '', ...rest]: readonly string[], value: string): Fields {
  const existing = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return createFields([...Object.entries(fields), [name, setValue(existing, rest, value)]]);
}

function setValue(
  existing: FieldValue | undefined,
  path: readonly string[],
  value: string,
): FieldValue {
  const [first] = path;
  if (first === undefined) return value;
  if (!isList(existing)) return setIn(isFields(existing) ? existing : createFields(), path, value);
  const { position, rest } = positionIn(existing, path);
  const items = [...existing];
  items[position] = setValue(items[position], rest, value);
  return items;
}

function unsetIn(fields: Fields, [name = '', ...rest]: readonly string[]): Fields {
  if (!Object.hasOwn(fields, name)) return fields;
  const kept = rest.length === 0 ? undefined : unsetValue(fields[name], rest);
  return createFields(
    Object.entries(fields).flatMap(([key, value]): [string, FieldValue][] => {
      if (key !== name) return [[key, value]];
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

/** What is left of a value; undefined when nothing is. */
function unsetValue(
  existing: FieldValue | undefined,
  path: readonly string[],
): FieldValue | undefined {
  if (isFields(existing)) return unsetIn(existing, path);
  if (!isList(existing)) return existing;
  const { position, rest } = positionIn(existing, path);
  const left = rest.length === 0 ? undefined : unsetValue(existing[position], rest);
  const items = existing.flatMap((item, index) => {
    if (index !== position) return [item];
    return left === undefined ? [] : [left];
  });
  return items;
}

function positionIn(
  list: readonly FieldValue[],
  path: readonly string[],
): { position: number; rest: readonly string[] } {
  const [first = ''] = path;
  if (!/^\d+$/u.test(first)) return { position: 0, rest: path };
  return { position: Math.min(Number(first), list.length), rest: path.slice(1) };
}

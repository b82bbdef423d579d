import { fieldsOf, isFields, listOf, textOf, type Fields, type FieldValue } from './fields.ts';
import type { FieldShape, ListShape, Shape } from './shapes.ts';

/** The type of what a shape reads. */
export type Shaped<S> = {
  readonly [K in keyof S as S[K] extends `${string}?` ? never : K]: ShapedValue<S[K]>;
} & { readonly [K in keyof S as S[K] extends `${string}?` ? K : never]?: string };

type ShapedValue<F> = F extends string
  ? string
  : F extends { readonly of: infer S }
    ? readonly Shaped<S>[]
    : readonly string[];

/** A value read by a shape. */
type Read = string | readonly string[] | readonly ReadShape[];

interface ReadShape {
  readonly [property: string]: Read;
}

/** Reads what a shape names. A required text that is missing is empty, an optional one is left out, a missing list is empty. */
export function readShape(fields: Fields, shape: Shape): ReadShape {
  const read: { [property: string]: Read } = {};
  for (const property of Object.keys(shape)) {
    const field = shape[property];
    const value = field === undefined ? undefined : readField(fields, field);
    if (value !== undefined) read[property] = value;
  }
  return read;
}

function readField(fields: Fields, field: FieldShape): Read | undefined {
  if (typeof field !== 'string') return readList(fields, field);
  const isOptional = field.endsWith('?');
  const path = isOptional ? field.slice(0, -1) : field;
  const text = /[|.]/.test(path)
    ? first(path.split('|'), (spelling) => textAt(fields, spelling))
    : textOf(fields, path);
  return text ?? (isOptional ? undefined : '');
}

function readList(
  fields: Fields,
  { list, of }: ListShape,
): readonly string[] | readonly ReadShape[] {
  const items = first(list.split('|'), (path) => itemsAt(fields, path)) ?? [];
  if (of === undefined) return items.filter((item) => typeof item === 'string');
  return items.filter(isFields).map((item) => readShape(item, of));
}

function textAt(fields: Fields, path: string): string | undefined {
  const [parent, name] = parentOf(fields, path);
  return parent && textOf(parent, name);
}

function itemsAt(fields: Fields, path: string): readonly FieldValue[] | undefined {
  const [parent, name] = parentOf(fields, path);
  const items = parent && listOf(parent, name);
  return items?.length === 0 ? undefined : items;
}

function parentOf(fields: Fields, path: string): [Fields | undefined, string] {
  const dot = path.lastIndexOf('.');
  const parents = dot === -1 ? [] : path.slice(0, dot).split('.');
  const parent = parents.reduce<Fields | undefined>(
    (inner, name) => inner && fieldsOf(inner, name),
    fields,
  );
  return [parent, path.slice(dot + 1)];
}

function first<T, R>(values: readonly T[], get: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const result = get(value);
    if (result !== undefined) return result;
  }
  return undefined;
}

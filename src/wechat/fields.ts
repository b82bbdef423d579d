/** One value of a message: text as WeChat sent it (numbers too), nested fields, or a list. */
export type FieldValue = string | Fields | readonly FieldValue[];

/**
 * The fields of a message, named as WeChat names them, in the order they came. Parsed fields have no prototype, so a field named
 * `__proto__` or `constructor` is a field like any other.
 */
export interface Fields {
  readonly [name: string]: FieldValue;
}

/** Fields under construction. */
export interface MutableFields {
  [name: string]: FieldValue;
}

/** Deepest nesting that is read. WeChat's deepest event has 6 levels. */
export const maxDepth = 32;

/** Most elements or values that are read. WeChat's largest events have some hundred. */
export const maxFields = 20_000;

/** How fields are written. */
export interface FormatOptions {
  /**
   * Whether the field at this path (names joined by dots, without list positions) is a number, which WeChat writes bare. Text that is not
   * a number is never written bare.
   * @default isNumberField
   */
  readonly isNumber?: ((path: string) => boolean) | undefined;
}

/** Creates fields without a prototype. */
export function createFields(entries: Iterable<readonly [string, FieldValue]> = []): MutableFields {
  // Object.create gives `any`; without a prototype every name is free.
  const fields = Object.create(null) as MutableFields;
  for (const [name, value] of entries) fields[name] = value;
  return fields;
}

/** The text of a field; of a repeated field the first; `undefined` when it is absent or holds fields. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = valueOf(fields, name);
  const first = isList(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

/** The nested fields under a name; of a repeated field the first; `undefined` when it is absent or text. */
export function fieldsOf(fields: Fields, name: string): Fields | undefined {
  const value = valueOf(fields, name);
  const first = isList(value) ? value[0] : value;
  return isFields(first) ? first : undefined;
}

/** The items under a name. One item may come bare, and no item as empty text (subscription events do both). */
export function listOf(fields: Fields, name: string): readonly FieldValue[] {
  const value = valueOf(fields, name);
  if (value === undefined || value === '') return [];
  return isList(value) ? value : [value];
}

/** Whether a value is nested fields. */
export function isFields(value: FieldValue | undefined): value is Fields {
  return typeof value === 'object' && !isList(value);
}

/** Whether a value is a list. `Array.isArray` does not narrow a readonly list. */
export function isList(value: FieldValue | undefined): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function valueOf(fields: Fields, name: string): FieldValue | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

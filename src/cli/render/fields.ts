import { widthOf } from './columns.ts';

/** Rows of a label and a value, the values in one column. A row without a label continues the one above. */
export function renderFields(
  rows: readonly (readonly [label: string, value: string])[],
  indent = 2,
): string[] {
  const width = Math.max(...rows.map(([label]) => widthOf(label)));
  return rows.map(([label, value]) => {
    const space = ' '.repeat(width - widthOf(label) + 2);
    return `${' '.repeat(indent)}${label}${space}${value}`.trimEnd();
  });
}

import { cellsOf } from './wrap.ts';

/** Rows of a label, in words of our own, and a value; the values stand in one column. A row without a label continues the one above. */
export function renderFields(
  rows: readonly (readonly [label: string, value: string])[],
  indent = 2,
): string[] {
  const width = Math.max(...rows.map(([label]) => cellsOf(label)));
  return rows.map(([label, value]) => {
    const space = ' '.repeat(width - cellsOf(label) + 2);
    return `${' '.repeat(indent)}${label}${space}${value}`.trimEnd();
  });
}

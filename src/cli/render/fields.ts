import type { Output } from '../terminal.ts';
import { cellsOf, wrap } from './wrap.ts';

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

/** Octets in hex, as fingerprints are shown: the only long value that is no path and has no spaces. */
const fingerprint = /^(?:[0-9A-F]{2}:){8,}[0-9A-F]{2}$/;

/** Also one with spaces or Chinese in it. */
const absolutePath = /^(?:\/|[A-Za-z]:\\)/;

/** Narrower than this, wrapped values would be a column of syllables. */
const MIN_VALUE_CELLS = 16;

/**
 * As `renderFields`, with values broken to fit on a terminal: lists between their words, fingerprints between their octets. A path
 * stays whole, so that it can be copied, and in a file or pipe each value stays on its line.
 */
export function fitFields(
  rows: readonly (readonly [label: string, value: string])[],
  output: Pick<Output, 'isTTY' | 'columns'>,
  indent = 2,
): string[] {
  if (!output.isTTY) return renderFields(rows, indent);
  const label = Math.max(...rows.map(([text]) => cellsOf(text)));
  const cells = Math.min(output.columns, 80) - indent - label - 2;
  if (cells < MIN_VALUE_CELLS) return renderFields(rows, indent);
  const fitted = rows.flatMap(([text, value]) =>
    breakValue(value, cells).map((line, index) => [index === 0 ? text : '', line] as const),
  );
  return renderFields(fitted, indent);
}

function breakValue(value: string, cells: number): string[] {
  if (absolutePath.test(value)) return [value];
  if (!fingerprint.test(value)) return wrap(value, cells).map((line) => line.trimEnd());
  const digits = Math.floor(cells / 3) * 3;
  return value.match(new RegExp(`.{1,${digits}}`, 'g')) ?? [value];
}

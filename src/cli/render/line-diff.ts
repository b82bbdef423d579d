/** One line of two texts that were compared. */
export interface DiffLine {
  readonly type: 'same' | 'old' | 'new';
  readonly line: string;
}

/** Longer texts are compared from both ends only: the table of a full comparison grows with the product of both. */
const LONGEST = 1000;

/** What must be taken from `before` and added to get `after`, as few lines as possible (longest common subsequence). */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start])
    start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before.at(-1 - end) === after.at(-1 - end)
  )
    end += 1;
  const same = (lines: readonly string[]): DiffLine[] =>
    lines.map((line) => ({ type: 'same', line }));
  return [
    ...same(before.slice(0, start)),
    ...diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function diffMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  const isTooLong = before.length > LONGEST || after.length > LONGEST;
  const common = isTooLong ? () => 0 : commonLengths(before, after);
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      lines.push({ type: 'same', line: old });
      row += 1;
      column += 1;
    } else if (
      old !== undefined &&
      (fresh === undefined || common(row + 1, column) >= common(row, column + 1))
    ) {
      lines.push({ type: 'old', line: old });
      row += 1;
    } else {
      lines.push({ type: 'new', line: fresh ?? '' });
      column += 1;
    }
  }
  return lines;
}

/** How many lines the rests of both have in common, from each pair of places on. */
function commonLengths(
  before: readonly string[],
  after: readonly string[],
): (row: number, column: number) => number {
  const width = after.length + 1;
  const table = new Uint16Array((before.length + 1) * width);
  const at = (row: number, column: number): number => table[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      table[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return at;
}

/** At most this many slips make one word of another; more, and the two have nothing to do with each other. */
const maxSlips = 2;

/**
 * The one of `words` that `typed` was probably meant to be, if it is none of them: one slip away, two in a word of six letters
 * or more.
 */
export function findMistyped(typed: string, words: readonly string[]): string | undefined {
  if (words.includes(typed)) return undefined;
  const near = words
    .map((word) => ({ word, slips: countSlips(typed, word) }))
    .filter(
      ({ word, slips }) => slips <= Math.min(maxSlips, Math.max(1, Math.floor(word.length / 3))),
    )
    .toSorted((one, other) => one.slips - other.slips);
  return near[0]?.word;
}

/** Letters to add, leave out, change, or exchange with their neighbour (optimal string alignment). */
function countSlips(from: string, to: string): number {
  // A word this long is no slip of any command, and the table would be as large as somebody likes.
  if (Math.abs(from.length - to.length) > maxSlips) return Infinity;
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let at = 1; at <= from.length; at++) {
    const row = [at];
    for (let into = 1; into <= to.length; into++) {
      const same = from[at - 1] === to[into - 1];
      const swapped = from[at - 1] === to[into - 2] && from[at - 2] === to[into - 1];
      const cell = (up: number, left: number): number =>
        (up === 0 ? row : rows[at - up])?.[into - left] ?? Infinity;
      row.push(
        Math.min(
          cell(1, 0) + 1,
          cell(0, 1) + 1,
          cell(1, 1) + (same ? 0 : 1),
          swapped ? cell(2, 2) + 1 : Infinity,
        ),
      );
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? Infinity;
}

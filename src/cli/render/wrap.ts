const OPENING = '（「『《【';
const CLOSING = '，。；：、）」』》】？！…';

/** Scripts without spaces between words, and their punctuation: a line may end after each of these characters. */
const WIDE = String.raw`\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6`;

const WIDE_CHARACTER = new RegExp(`[${WIDE}]`, 'u');

/** What must stay together: a word or one wide character, with the brackets and stops that belong to it. */
const UNIT = new RegExp(String.raw`\s*[${OPENING}]*(?:[^\s${WIDE}]+|[${WIDE}])[${CLOSING}]*`, 'gu');

/**
 * Cells of a text of our own. Far cheaper to load than the library that `columns.ts` uses for foreign text, which knows emoji and
 * joined characters too.
 */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += WIDE_CHARACTER.test(character) ? 2 : 1;
  return cells;
}

/**
 * Breaks `text` into lines of at most `width` cells, between words and between Chinese characters. A word that is longer, such as
 * a path, is left whole, so that it can be copied.
 */
export function wrap(
  text: string,
  width: number,
  widthOf: (text: string) => number = cellsOf,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const unit of text.match(UNIT) ?? []) {
    if (line !== '' && widthOf(line + unit) > width) {
      lines.push(line);
      line = unit.trimStart();
    } else line += unit;
  }
  return [...lines, line];
}

/** Sentences of our own below one another, indented; broken to fit on a terminal, and one line each in a file or pipe. */
export function fitText(
  text: string,
  { isTTY, columns }: { readonly isTTY: boolean; readonly columns: number },
  indent = 2,
): string[] {
  const lines = isTTY ? wrap(text, Math.min(columns, 80) - indent) : [text];
  return lines.map((line) => ' '.repeat(indent) + line.trimEnd());
}

import stringWidth from 'string-width';

/** Cells that `text` takes: Chinese characters and emoji take two. */
export function widthOf(text: string): number {
  // Escape sequences of a terminal are made of ASCII, and take no cell.
  if (text.includes('\u{1b}') || text.includes('\u{9b}')) return stringWidth(text);
  let width = 0;
  for (const [part] of text.matchAll(parts)) {
    width += isSimple(part) ? part.length + (part.match(wide)?.length ?? 0) : stringWidth(part);
  }
  return width;
}

/** Chinese, Japanese and Korean characters that take two cells each and never join with a neighbour: blocks of Unicode. */
const wideRanges =
  '\\u3001-\\u3029\\u3041-\\u3096\\u30a1-\\u30fa\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff60';
const wide = new RegExp(`[${wideRanges}]`, 'g');

/**
 * Stretches of ASCII and those, which are nearly everything and can be counted, and all else, which takes string-width some microseconds a
 * character. The characters around all else go with it: a combining mark changes the one it follows, and some signs of Indic and Arabic
 * scripts the one that follows them (UAX #29, Prepend).
 */
const simple = `\\x20-\\x7e${wideRanges}`;
const parts = new RegExp(
  `[${simple}]+(?=[${simple}]|$)|[${simple}]?[^${simple}]+(?:[${simple}][^${simple}]+)*[${simple}]?`,
  'g',
);
const isSimple = (part: string): boolean => onlySimple.test(part);
const onlySimple = new RegExp(`^[${simple}]*$`);

/** `text` padded with spaces to `width` cells, or cut to it with `..` at the end. */
export function fit(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const space = ' '.repeat(width - widthOf(cut));
  if (side === 'right') return space + cut;
  const padded = cut + space;
  // The last character of the text may have drawn the first space into its own cell.
  return isAscii(cut) ? padded : padded + ' '.repeat(Math.max(0, width - widthOf(padded)));
}

/**
 * UTF-16 units that are looked at for each cell. A family emoji of two cells has 11; a stranger may send a megabyte in one
 * message, and each step of the segmenter costs as much as the text is long.
 */
const UNITS_PER_CELL = 16;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * At most `width` cells of `text`; `..` marks a cut. An ellipsis character would be one cell here and two there. Cuts between
 * user-perceived characters, so that a flag or a family emoji is not taken apart.
 */
export function truncate(text: string, width: number): string {
  // No UTF-16 unit takes more than two cells.
  if (text.length * 2 <= width || (text.length <= width && isAscii(text))) return text;
  const start = text.slice(0, (width + 1) * UNITS_PER_CELL);
  if (start.length === text.length && widthOf(text) <= width) return text;
  const mark = '..'.slice(0, width);
  let kept = '';
  let used = widthOf(mark);
  for (const { segment } of graphemes.segment(start)) {
    used += widthOf(segment);
    // What ends with the part that was looked at may be half a character.
    if (used > width || kept.length + segment.length >= start.length) break;
    kept += segment;
  }
  return kept + mark;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Lines of at most `width` cells that together are `text`, cut anywhere between user-perceived characters. */
export function hardWrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const cells = widthOf(segment);
    if (used + cells > width && line !== '') {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += segment;
    used += cells;
  }
  return [...lines, line];
}

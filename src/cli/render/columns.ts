import stringWidth from 'string-width';

/** Cells that `text` takes: Chinese characters and emoji take two. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** `text` padded with spaces to `width` cells, or cut to it with `..` at the end. */
export function fit(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const space = ' '.repeat(width - widthOf(cut));
  return side === 'left' ? cut + space : space + cut;
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

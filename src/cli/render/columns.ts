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

/** At most `width` cells of `text`; `..` marks a cut. An ellipsis character would be one cell here and two there. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const mark = '..'.slice(0, width);
  let kept = '';
  let used = widthOf(mark);
  for (const character of segment(text)) {
    used += widthOf(character);
    if (used > width) break;
    kept += character;
  }
  return kept + mark;
}

/** User-perceived characters, so that a flag or a family emoji is not cut into pieces. */
function segment(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(
    (part) => part.segment,
  );
}

/** Longest piece of a foreign text an error shows, in UTF-16 units. */
const shownLength = 60;

const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Foreign text made fit for one line of a terminal: control, invisible and direction characters written out, long text cut. */
export function escapeText(text: string): string {
  const shown = text.slice(0, shownLength).replace(/[\uD800-\uDBFF]$/u, ''); // Not half an emoji.
  // U+200D joins emoji and is harmless.
  const escaped = shown.replace(
    /(?!\u200D)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (character) => names[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return shown.length < text.length ? `${escaped}…` : escaped;
}

/** First and last characters of a signature: enough to compare by eye. */
export function mask(signature: string): string {
  const text = escapeText(signature);
  return text.length <= 8 ? text : `${text.slice(0, 4)}…${text.slice(-2)}`;
}

/** Longest piece of a foreign text an error shows, in characters. */
const shownCharacters = 60;

const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Foreign text made fit for one line of a terminal: control, invisible and direction characters written out, long text cut. */
export function escapeText(text: string): string {
  const escaped = [...text.slice(0, 4 * shownCharacters)]
    .slice(0, shownCharacters)
    .map((character) =>
      /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(character)
        ? (names[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
        : character,
    )
    .join('');
  return [...text.slice(0, 4 * shownCharacters)].length > shownCharacters ? `${escaped}…` : escaped;
}

/** First and last characters of a signature: enough to compare by eye. */
export function mask(signature: string): string {
  const text = escapeText(signature);
  return text.length <= 8 ? text : `${text.slice(0, 4)}…${text.slice(-2)}`;
}

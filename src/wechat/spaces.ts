/** Most positions an error lists. */
const maxPositions = 8;

/** Where spaces are, counted from 1: in base64 each was a `+` before a form decoder read it. */
export function spacesIn(text: string): readonly number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(' '); at !== -1 && positions.length < maxPositions;) {
    positions.push(at + 1);
    at = text.indexOf(' ', at + 1);
  }
  return positions;
}

/** Most names an error proposes. */
const maxSimilar = 3;

/** Most letters a typing mistake changes. */
const maxTypos = 2;

/** Longer words are no typing mistake of a name. */
const maxWord = 64;

/** The names that a mistyped `word` may mean, the nearest first. */
export function similarNames(word: string, names: readonly string[]): readonly string[] {
  if (word.length > maxWord) return [];
  const wanted = word.toLowerCase();
  return names
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= maxTypos)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, maxSimilar)
    .map(({ name }) => name);
}

/** How far a name is from the wanted one: letters to change, or 1 when it only says more. */
function distanceOf(wanted: string, name: string): number {
  if (Math.abs(wanted.length - name.length) <= maxTypos) {
    return editDistance(wanted, name, maxTypos);
  }
  return wanted.length > maxTypos && name.includes(wanted) ? 1 : Infinity;
}

/** Levenshtein distance as far as `budget`, beyond it Infinity. */
function editDistance(a: string, b: string, budget: number): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return editDistance(restA, restB, budget);
  if (budget === 0) return Infinity;
  const pairs = [
    [restA, restB],
    [restA, b],
    [a, restB],
  ] as const;
  return 1 + Math.min(...pairs.map(([x, y]) => editDistance(x, y, budget - 1)));
}

import { settingKeys, settings, type SettingKey } from './schema.ts';

/** The setting whose key is meant by a mistyped `key`, or undefined when none is close. Other spellings count: `forward-to`, `WX_TOKEN`. */
export function suggestKey(key: string): SettingKey | undefined {
  const plain = simplify(key);
  const spelled = settingKeys.find((known) =>
    [known, settings[known].flag ?? known, ...settings[known].env].some(
      (spelling) => simplify(spelling) === plain,
    ),
  );
  return spelled ?? closest(plain, settingKeys, simplify);
}

/** The variable that is meant by a mistyped name such as `WX_DEV_PROT`. */
export function suggestVariable(name: string): string | undefined {
  const known = settingKeys.flatMap((key) => settings[key].env);
  return closest(name, known, (variable) => variable);
}

function simplify(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function closest<Word extends string>(
  text: string,
  words: readonly Word[],
  spell: (word: Word) => string,
): Word | undefined {
  // A third of the letters: `prot` is `port`, but `name` is nothing.
  const furthest = Math.max(1, Math.floor(text.length / 3));
  const ranked = words
    .map((word) => ({ word, steps: editSteps(text, spell(word)) }))
    .filter(({ steps }) => steps <= furthest)
    .toSorted((one, other) => one.steps - other.steps);
  return ranked[0]?.word;
}

/** Letters to insert, delete, replace or swap with a neighbour (optimal string alignment). */
function editSteps(from: string, to: string): number {
  // Longer than any name: nothing it could be a typo of.
  if (from.length > 64) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwap ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

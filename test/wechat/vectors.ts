import { readFileSync } from 'node:fs';

/** One published known answer; `source_repo` and `source_path` say where it comes from. */
export interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

const file = new URL('../fixtures/wechat/vectors.json', import.meta.url);

/** The known answers of one kind; a kind without any is a mistake in the test. */
export function vectorsOf(kind: string): readonly Vector[] {
  const found = readVectors().filter((vector) => vector.kind === kind);
  if (found.length === 0) throw new Error(`no vector of kind ${kind}`);
  return found;
}

/** The kinds of all known answers. */
export function vectorKinds(): ReadonlySet<string> {
  return new Set(readVectors().map(({ kind }) => kind));
}

function readVectors(): readonly Vector[] {
  // Our own fixture, whose shape the tests themselves check by use.
  return JSON.parse(readFileSync(file, 'utf8')) as Vector[];
}

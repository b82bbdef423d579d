/** Where in a JSON text each key and item begins. */
export interface Located {
  /** 1-based line of `steps.0.send`; of the nearest thing around it when the path is not there. */
  lineOf(path: string): number;
  /** The first key that one object has twice. */
  readonly duplicate?: { readonly key: string; readonly line: number } | undefined;
  /** Line where the text stops being JSON, or its last one. */
  readonly stopLine: number;
}

/** An object or list that is open while the tokens go by. */
interface Level {
  readonly path: string;
  readonly isList: boolean;
  index: number;
  key: string | undefined;
}

const token = /"(?:[^"\\\r\n]|\\.)*"|[{}[\],:]|[\w.+-]+/y;

/**
 * Finds the lines, which `JSON.parse` does not tell. It alone decides what is JSON: of a text that is none, this says how far the tokens
 * went.
 */
export function locate(text: string): Located {
  const lines = new Map<string, number>([['', 1]]);
  const levels: Level[] = [];
  let duplicate: Located['duplicate'];
  let line = 1;
  let stopLine = 1;
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (character === '\n') line += 1;
      at += 1;
      continue;
    }
    stopLine = line;
    token.lastIndex = at;
    const word = token.exec(text)?.[0];
    if (word === undefined) break;
    at += word.length;
    const isKey = word.startsWith('"') && /^\s*:/.test(text.slice(at, at + 64));
    duplicate ??= step(levels, lines, word, line, isKey);
  }
  return {
    lineOf: (path) => {
      for (let known = path; ; known = known.slice(0, Math.max(0, known.lastIndexOf('.')))) {
        const found = lines.get(known);
        if (found !== undefined) return found;
        if (known === '') return 1;
      }
    },
    duplicate,
    stopLine,
  };
}

function step(
  levels: Level[],
  lines: Map<string, number>,
  word: string,
  line: number,
  isKey: boolean,
): Located['duplicate'] {
  const level = levels.at(-1);
  const place = level === undefined ? '' : placeIn(level);
  if (word === '}' || word === ']') levels.pop();
  else if (word === ',') {
    if (level?.isList === true) level.index += 1;
  } else if (isKey && level?.isList === false) {
    level.key = keyOf(word);
    const path = placeIn(level);
    const isTwice = lines.has(path);
    lines.set(path, line);
    return isTwice ? { key: level.key, line } : undefined;
  } else if (word !== ':') {
    if (!lines.has(place)) lines.set(place, line);
    if (word === '{' || word === '[') {
      levels.push({ path: place, isList: word === '[', index: 0, key: undefined });
    }
  }
  return undefined;
}

function placeIn({ path, isList, index, key }: Level): string {
  const own = isList ? String(index) : (key ?? '');
  return path === '' ? own : `${path}.${own}`;
}

function keyOf(word: string): string {
  try {
    return String(JSON.parse(word));
  } catch {
    return word; // No JSON string after all; the parser will say so.
  }
}

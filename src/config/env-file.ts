import { parseEnv } from 'node:util';

/** One `NAME=value` of a `.env` file. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** 1-based line of the name. */
  readonly line: number;
  /** A quote that opens the value is never closed; `value` is then the rest of the line. */
  readonly isUnclosed: boolean;
}

/**
 * The assignments of a `.env` file, in order, duplicates kept. Values are read by `util.parseEnv`, one assignment at a time:
 * given a whole file it tells no lines, and Node 20 and 24 disagree about what a line without `=` does to the next one.
 */
export function parseEnvFile(text: string): Assignment[] {
  const lines = text.split(/\r\n?|\n/);
  const assignments: Assignment[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const found = assignmentPattern.exec(lines[index] ?? '');
    const [, name = '', rest = ''] = found ?? [];
    if (!found) continue;
    const last = lastLineOf(rest, lines, index);
    const isUnclosed = last === undefined;
    const raw = isUnclosed ? rest : [rest, ...lines.slice(index + 1, last + 1)].join('\n');
    assignments.push({
      name,
      value: isUnclosed ? raw : readValue(raw),
      line: index + 1,
      isUnclosed,
    });
    index = last ?? index;
  }
  return assignments;
}

const assignmentPattern = /^\s*(?:export\s+)?([^\s=#"'`]+)\s*=[^\S\n]*(.*)$/;

/** Index of the line on which a quoted value ends; undefined when it never does. */
function lastLineOf(rest: string, lines: readonly string[], first: number): number | undefined {
  const quote = rest.charAt(0);
  if (quote === '' || !`"'\``.includes(quote)) return first;
  if (rest.indexOf(quote, 1) !== -1) return first;
  const after = lines.slice(first + 1).findIndex((line) => line.includes(quote));
  return after === -1 ? undefined : first + 1 + after;
}

function readValue(raw: string): string {
  const value = parseEnv(`X=${raw}`)['X'] ?? '';
  // Node 20 keeps spaces that follow an unquoted value, Node 24 does not.
  return /^["'`]/.test(raw) ? value : value.trimEnd();
}

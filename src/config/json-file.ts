import type { Words } from '../core/errors.ts';

/** A JSON text that is not what was expected, and where. */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem';
  /** 1-based. */
  readonly line: number;
  readonly reason: Words;

  constructor(line: number, reason: Words) {
    super(`line ${line}`);
    this.line = line;
    this.reason = reason;
  }
}

/** A member of the outermost object. */
export interface JsonMember {
  readonly key: string;
  readonly value: unknown;
  /** 1-based line of the key. */
  readonly line: number;
}

/**
 * Members of a JSON object with their lines. `JSON.parse` decides what is JSON; the scan beside it only finds lines, which
 * `JSON.parse` does not tell (and Node 20 leaves out of its message for short texts).
 *
 * @throws JsonProblem with the line of the first mistake, also for a key given twice.
 */
export function parseJsonMembers(text: string): JsonMember[] {
  const scan = scanTokens(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonProblem(failedLine(text, scan, error), whyFailed(text, scan, error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonProblem(1, {
      en: 'expected an object: { "port": 3001 }',
      zh: '应为一个对象：{ "port": 3001 }',
    });
  }
  const lines = new Map<string, number>();
  for (const { key, line } of outermostKeys(scan.tokens)) {
    if (lines.has(key)) {
      throw keyTwice(key, line, lines.get(key));
    }
    lines.set(key, line);
  }
  return Object.entries(value).map(([key, member]) => ({
    key,
    value: member,
    line: lines.get(key) ?? 1,
  }));
}

/**
 * The 1-based line of every key, under its path from the outermost object as a JSON list. For a text that `parseJsonMembers` took.
 *
 * @throws JsonProblem for a key that is twice in one object.
 */
export function jsonKeyLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const { path, line } of nestedKeys(scanTokens(text).tokens)) {
    const place = JSON.stringify(path);
    if (lines.has(place)) throw keyTwice(path.at(-1) ?? '', line, lines.get(place));
    lines.set(place, line);
  }
  return lines;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly line: number;
}

interface Scan {
  readonly tokens: readonly Token[];
  /** Where something begins that is no JSON token. */
  readonly stoppedAt?: { readonly start: number; readonly line: number };
}

const tokenPattern = /"(?:[^"\\\r\n]|\\.)*"|[{}[\],:]|[\w.+-]+/y;

function scanTokens(text: string): Scan {
  const tokens: Token[] = [];
  let line = 1;
  for (let start = 0; start < text.length;) {
    const character = text.charAt(start);
    if (/\s/.test(character)) {
      if (character === '\n') line += 1;
      start += 1;
      continue;
    }
    tokenPattern.lastIndex = start;
    const token = tokenPattern.exec(text)?.[0];
    if (token === undefined) return { tokens, stoppedAt: { start, line } };
    tokens.push({ text: token, start, line });
    start += token.length;
  }
  return { tokens };
}

function* outermostKeys(tokens: readonly Token[]): Generator<{ key: string; line: number }> {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.text === '{' || token.text === '[') depth += 1;
    else if (token.text === '}' || token.text === ']') depth -= 1;
    else if (depth === 1 && tokens[index + 1]?.text === ':') {
      yield { key: String(JSON.parse(token.text)), line: token.line };
    }
  }
}

function* nestedKeys(
  tokens: readonly Token[],
): Generator<{ path: readonly string[]; line: number }> {
  // Keys lead to the open brackets; the items of a list each get a number, so that their keys are not taken for one.
  const path: string[] = [];
  let key = '';
  for (const [index, token] of tokens.entries()) {
    if (token.text === '{' || token.text === '[') {
      path.push(tokens[index - 1]?.text === ':' ? key : String(index));
    } else if (token.text === '}' || token.text === ']') path.pop();
    else if (tokens[index + 1]?.text === ':') {
      key = String(JSON.parse(token.text));
      yield { path: [...path.slice(1), key], line: token.line };
    }
  }
}

function keyTwice(key: string, line: number, first: number | undefined): JsonProblem {
  return new JsonProblem(line, {
    en: `"${key}" is there twice, first on line ${first}`,
    zh: `"${key}" 出现了两次，第一次在第 ${first} 行`,
  });
}

function failedLine(text: string, scan: Scan, error: unknown): number {
  const position = /at position (\d+)/.exec(String(error))?.[1];
  // At the very end something is missing: it belongs to the last line that has anything on it.
  const isAtEnd = position === undefined || Number(position) >= text.trimEnd().length;
  if (!isAtEnd) return text.slice(0, Number(position)).split('\n').length;
  return scan.stoppedAt?.line ?? scan.tokens.at(-1)?.line ?? 1;
}

function whyFailed(text: string, scan: Scan, error: unknown): Words {
  const stopped = scan.stoppedAt;
  if (stopped && /^\/[/*]/.test(text.slice(stopped.start))) {
    return { en: 'JSON has no comments', zh: 'JSON 中不能写注释' };
  }
  if (stopped && text.charAt(stopped.start) === "'") {
    return {
      en: "JSON strings take double quotes, not '",
      zh: 'JSON 字符串要用双引号，不能用单引号',
    };
  }
  if (text.trim() === '') return { en: 'the file is empty', zh: '文件是空的' };
  if (/,\s*[}\]]/.test(text)) {
    return { en: 'a comma stands before a closing bracket', zh: '右括号前多了一个逗号' };
  }
  // Newer engines quote the text around the mistake, which may be a secret.
  const message = error instanceof Error ? error.message : String(error);
  const en = message.replace(/,? (\.\.\.)?"[^]*| in JSON at position[^]*/, '');
  return { en, zh: `JSON 语法错误：${en}` };
}

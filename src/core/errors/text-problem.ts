import { formatSource, type SettingSource } from './define.ts';
import { escapeText } from './text.ts';

/** What is wrong with a secret, said without showing it. Positions count from 1. */
export type TextProblem =
  | { readonly type: 'length'; readonly length: number }
  | { readonly type: 'character'; readonly at: number; readonly character: string };

/** Where a value came from, or the name under which it usually is set. */
export function fromSource(source: SettingSource | undefined, name: string): string {
  return source === undefined ? name : formatSource(source);
}

/** The problem in English. */
export function problemEn(problem: TextProblem): string {
  return problem.type === 'length'
    ? `received ${problem.length} characters`
    : `character ${problem.at} is "${escapeText(problem.character)}"`;
}

/** The problem in Chinese. */
export function problemZh(problem: TextProblem): string {
  return problem.type === 'length'
    ? `收到 ${problem.length} 个字符`
    : `第 ${problem.at} 个字符是 "${escapeText(problem.character)}"`;
}

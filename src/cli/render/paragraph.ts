import type { Output } from '../terminal.ts';
import { wrap } from './wrap.ts';

/** A sentence or more in lines that fit, indented as the rest of a banner. */
export function paragraph(text: string, tone: 'warn' | 'dim' | 'good', output: Output): string[] {
  const lines = wrap(text, Math.min(output.columns, 80) - 2);
  return lines.map((line) => `  ${output.tone(tone, line.trimEnd())}`);
}

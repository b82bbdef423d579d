import type { Output } from '../terminal.ts';
import { fitText } from './wrap.ts';

/** A sentence or more in lines that fit, indented as the rest of a banner. */
export function paragraph(text: string, tone: 'warn' | 'dim' | 'good', output: Output): string[] {
  return fitText(text, output).map((line) => output.tone(tone, line));
}

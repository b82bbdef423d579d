import type { ErrorReport } from '../../core/errors.ts';
import type { Output } from '../terminal.ts';
import { widthOf } from './columns.ts';
import { oneLine } from './one-line.ts';
import { wrap } from './wrap.ts';

/**
 * An error as lines: title and code, the evidence indented, the next command last. The mark is ASCII, because `✗` is two cells
 * wide in some Chinese consoles and one in others. A terminal gets lines that fit; in a file or pipe a sentence stays one line,
 * and a command does everywhere, so that it can be searched for and copied.
 */
export function renderError(report: ErrorReport, output: Output, indent = 0): string[] {
  const fit = (text: string, reserved: number): string[] =>
    output.isTTY
      ? wrap(oneLine(text), output.columns - indent - reserved, widthOf)
      : [oneLine(text)];
  const title = fit(`x ${report.title}`, report.code.length + 2);
  const first = `${output.tone('bad', title[0] ?? '')}  ${output.tone('dim', report.code)}`;
  const lines = [
    first,
    ...title.slice(1).map((line) => `  ${output.tone('bad', line)}`),
    ...report.body.flatMap((line) => fit(line, 2)).map((line) => `  ${line}`),
    ...(report.run === '' ? [] : [`  ${output.tone('link', oneLine(output.typed(report.run)))}`]),
  ];
  return lines.map((line) => ' '.repeat(indent) + line);
}

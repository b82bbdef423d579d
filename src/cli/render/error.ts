import type { ErrorReport } from '../../core/errors.ts';
import type { Output } from '../terminal.ts';

/**
 * An error as lines: title and code, the evidence indented, the next command last. The mark is ASCII, because `✗` is two cells
 * wide in some Chinese consoles and one in others.
 */
export function renderError(report: ErrorReport, output: Output): string[] {
  return [
    `${output.tone('bad', `x ${report.title}`)}  ${output.tone('dim', report.code)}`,
    ...report.body.map((line) => `  ${line}`),
    `  ${output.tone('link', report.run)}`,
  ];
}

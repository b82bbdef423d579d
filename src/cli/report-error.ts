import { formatError, isWxDevError, type Language } from '../core/errors.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import type { Messages } from './messages/en.ts';
import { renderError } from './render/error.ts';
import type { Output } from './terminal.ts';

/** What the reporter needs of the surroundings. */
export interface ReportOptions {
  readonly out: Output;
  readonly err: Output;
  readonly language: Language;
  readonly messages: Messages;
  readonly json: boolean;
}

/**
 * The one place that prints what ended a command, and decides its exit code. A mistake is explained and never shows a stack; a bug
 * shows its stack. With `--json` the same goes to stdout as one object with `event: "error"`.
 */
export async function reportError(error: unknown, options: ReportOptions): Promise<ExitCode> {
  const { out, err, messages, language, json } = options;
  await err.loadColours();
  if (!isWxDevError(error)) {
    err.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    err.line(err.tone('bad', messages.usage.bug));
    if (json) out.line(JSON.stringify({ event: 'error', code: 'bug', message: String(error) }));
    return exitCodes.bug;
  }
  const report = formatError(error, language);
  for (const line of renderError(report, err)) err.line(line);
  if (json) {
    const { title, body, run } = report;
    out.line(JSON.stringify({ event: 'error', code: report.code, message: title, body, run }));
  }
  return exitCodeOf(error);
}

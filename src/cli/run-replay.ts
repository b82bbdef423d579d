import { formatError, isWxDevError, WxDevError } from '../core/errors.ts';
import type { RecordedExchange } from '../inspector/record.ts';
import { listOption, textOption, type Invocation, type Options } from './command.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { findRecorded, parseSelector, recordedFolder } from './recorded.ts';
import { diffAnswers, renderDiff } from './render/answer-diff.ts';
import { renderError } from './render/error.ts';
import { renderSend, sendJson } from './render/send.ts';
import { createRepeater, type Edit, type Repeated } from './repeater.ts';
import { exitCodeOfOutcome } from './send-exit.ts';

/** Pushes that one replay sends at most. More is a load test, and an app that sends messages would send as many. */
const MAX_PUSHES = 1000;

/** `wx-dev replay`: sends recorded pushes again, signed and encrypted anew, and judges the answers as WeChat would. */
export async function runReplay(invocation: Invocation): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const [what = ''] = args;
  const selector = parseSelector(what, '<what>');
  const times = timesOf(options);
  const edits = editsOf(options);
  const found = await findRecorded(recordedFolder(context), selector, context);
  const count = found.size * times;
  if (count > MAX_PUSHES)
    throw new WxDevError('WXD6065', { wanted: what, count, limit: MAX_PUSHES });
  const repeat = createRepeater(invocation, edits);
  let code: ExitCode = exitCodes.ok;
  for (const [id, deliveries] of found) {
    try {
      const recorded = repeatable(id, deliveries);
      for (let turn = 0; turn < times; turn += 1) {
        const repeated = await repeat(recorded);
        print(recorded, repeated, invocation);
        code ||= exitCodeOfOutcome(repeated.outcome);
      }
    } catch (error) {
      // One of many that cannot be repeated does not keep the others from it.
      if (found.size === 1 || !isWxDevError(error, 'WXD6062')) throw error;
      skip(error, context);
      code ||= exitCodeOf(error);
    }
  }
  return code;
}

/** The delivery to repeat: the last one that was understood. @throws WXD6062 */
function repeatable(id: number, deliveries: readonly RecordedExchange[]): RecordedExchange {
  const recorded = deliveries.findLast(({ type, push }) => type === 'verify' || push);
  if (recorded?.masked) throw new WxDevError('WXD6062', { id, why: 'masked' });
  if (recorded) return recorded;
  const [first] = deliveries;
  if (first?.type === 'http') throw new WxDevError('WXD6062', { id, why: 'page' });
  throw new WxDevError('WXD6062', { id, why: isCut(deliveries) ? 'cut' : 'unopened' });
}

function isCut(deliveries: readonly RecordedExchange[]): boolean {
  return deliveries.some(
    ({ request, error }) => request.truncated || isWxDevError(error, 'WXD3012', 'WXD1204'),
  );
}

function editsOf(options: Options): Edit[] {
  return listOption(options, 'set').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw invalid('--set', pair, 'Name=value', 'Name=value');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

function timesOf(options: Options): number {
  const text = textOption(options, 'times');
  if (text === undefined) return 1;
  const times = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (times >= 1) return times;
  throw invalid('--times', text, 'a whole number from 1 on', '不小于 1 的整数');
}

function print(
  recorded: RecordedExchange,
  { outcome, subject }: Repeated,
  { options, context }: Invocation,
): void {
  const { out, err, json, quiet } = context;
  const { id } = recorded;
  const diff = options['diff'] === true ? diffAnswers(recorded, outcome) : undefined;
  if (json) {
    out.line(JSON.stringify({ id, ...sendJson(outcome), diff }));
    return;
  }
  if (quiet) {
    if (!outcome.accepted) err.line(`#${id} ${outcome.summary}`);
    return;
  }
  out.line(out.tone('strong', `#${id}`));
  for (const line of renderSend(outcome, subject, context)) out.line(line);
  for (const line of diff ? renderDiff(diff, context) : []) out.line(line);
}

function skip(error: WxDevError<'WXD6062'>, { out, err, json, language }: Context): void {
  const report = formatError(error, language);
  for (const line of renderError(report, err)) err.line(line);
  const { code, details } = error;
  if (json) out.line(JSON.stringify({ id: details.id, error: { code, message: error.message } }));
}

function invalid(name: string, received: string, en: string, zh: string): WxDevError {
  return new WxDevError('WXD6001', {
    source: { name },
    received: JSON.stringify(received),
    expected: { en, zh },
  });
}

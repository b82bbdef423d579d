import { formatError } from '../../core/errors.ts';
import type { PushesState, SlowApp } from '../../callback/server.ts';
import type { LateEnd } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';
import type { Output } from '../terminal.ts';
import { hardWrap, truncate } from './columns.ts';
import { renderError } from './error.ts';
import { retriesOf, type ExchangeView } from './exchange.ts';
import { oneLine } from './one-line.ts';
import { INDENT, maskPerson, renderRow } from './row.ts';

/** How much of a late reply its line shows, in cells. A model may say two pages. */
const SHOWN_REPLY = 60;

/** A line at the moment when the app becomes slow: there is still time to see what it does. */
export function renderSlow(app: SlowApp, { output, messages }: ExchangeView): string[] {
  const { exchange, late } = messages;
  const retry = app.attempt > 1;
  const row = {
    ...app,
    who: retry ? exchange.attempt(app.attempt, retriesOf(app.type)) : maskPerson(app.openid),
    content: retry ? exchange.sameMsgId : (app.content ?? ''),
    reply: late.left(app.leftMs),
    status: 0,
    verdict: 'slow',
  } as const;
  return renderRow(row, output, messages);
}

/** The same as one JSON object. */
export function slowJson({ id, type, attempt, ms, leftMs, msgId, openid }: SlowApp): object {
  return { event: 'slow', id, type, attempt, ms, leftMs, msgId, openid };
}

/** What became of a late reply, below a line with its number. */
export function renderLateReply(reply: LateEnd, view: ExchangeView): string[] {
  const { output, messages, language } = view;
  const tone = reply.end === 'delivered' ? 'good' : reply.end === 'failed' ? 'bad' : 'warn';
  const text = `#${reply.id} ${lateText(reply, messages)}`;
  const { error } = reply;
  return [
    ...fitted(text, output).map((line) => output.tone(tone, line)),
    ...(error ? renderError(formatError(error, language), output, INDENT) : []),
  ];
}

/** The same as one JSON object. */
export function lateReplyJson(late: LateEnd): Record<string, unknown> {
  const { id, type, end, answeredMs, ms, messages, msgId, openid, error } = late;
  return {
    event: 'late-reply',
    id,
    type,
    end,
    answeredMs,
    ms,
    messages,
    msgId,
    openid,
    error: error && { code: error.code, message: error.message },
  };
}

/** That WeChat may have paused its pushes, or that they are back. */
export function renderPushes(state: PushesState, view: ExchangeView): string[] {
  const { output, messages, language } = view;
  if (state.type === 'paused')
    return renderError(formatError(state.error, language), output, INDENT);
  return fitted(messages.late.back(state.afterMs), output).map((line) => output.tone('good', line));
}

/** The same as one JSON object. */
export function pushesJson(state: PushesState): object {
  if (state.type === 'back') return { event: 'pushes', state: 'back', afterMs: state.afterMs };
  const { code, message } = state.error;
  return { event: 'pushes', state: 'paused', error: { code, message } };
}

function lateText(reply: LateEnd, { late }: Messages): string {
  const { end, answeredMs, ms, messages } = reply;
  switch (end) {
    case 'delivered': {
      const told =
        answeredMs === undefined ? late.deliveredUnanswered(ms) : late.delivered(answeredMs, ms);
      const count = messages > 1 ? ` ${late.messages(messages)}` : '';
      return `${told}${count}: ${truncate(oneLine(reply.reply ?? ''), SHOWN_REPLY)}`;
    }
    case 'silent':
      return late.silent(ms);
    case 'failed':
      return late.failed(ms);
    case 'cancelled':
      return late.cancelled(ms);
    default:
      return end satisfies never;
  }
}

function fitted(text: string, { isTTY, columns }: Output): string[] {
  const lines = isTTY ? hardWrap(text, columns - INDENT) : [text];
  return lines.map((line) => ' '.repeat(INDENT) + line);
}

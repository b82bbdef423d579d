import { formatError, type Language } from '../../core/errors.ts';
import type { Exchange, Verdict } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';
import type { Output, Tone } from '../terminal.ts';
import { clock } from './clock.ts';
import { fit } from './columns.ts';
import { renderError } from './error.ts';
import { oneLine } from './one-line.ts';

/** How to draw the request log. */
export interface ExchangeView {
  readonly output: Output;
  readonly messages: Messages;
  readonly language: Language;
  /** Shows OpenID and MsgId whole, on a line of their own. */
  readonly verbose: boolean;
}

const TONES: Readonly<Record<Verdict, Tone>> = {
  ok: 'good',
  slow: 'warn',
  late: 'bad',
  rejected: 'bad',
  failed: 'bad',
};

/** Cells of the columns that do not stretch, at least; content and reply share what is left of the line. */
const WIDTH = { time: 8, id: 4, type: 9, openid: 10, ms: 8, verdict: 7 };
const GAPS = 7;
const FIXED = Object.values(WIDTH).reduce((sum, width) => sum + width, GAPS);

/** What belongs to a line of the log stands below it, indented. */
const INDENT = 4;

/** Below this content and reply say nothing; the line then is longer than the terminal. */
const MIN_STRETCH = 10;

/** One exchange as the lines of the log: the exchange, then what went wrong with it. */
export function renderExchange(exchange: Exchange, view: ExchangeView): string[] {
  const { output, messages, language, verbose } = view;
  const { exchange: words } = messages;
  // An id of a long history takes a cell or two from what the follower said; cut off it would be another.
  const id = `#${exchange.id}`.padEnd(WIDTH.id);
  const stretch = Math.max(MIN_STRETCH, Math.floor((output.columns - FIXED) / 2));
  const contentCells = Math.max(MIN_STRETCH, stretch + WIDTH.id - id.length);
  const retry = exchange.attempt > 1;
  const line = [
    output.tone('dim', clock(exchange.startedAt)),
    output.tone('dim', id),
    fit(typeName(exchange, words.types), WIDTH.type),
    fit(retry ? words.attempt(exchange.attempt) : person(exchange), WIDTH.openid),
    fit(retry ? words.sameMsgId : oneLine(exchange.content ?? ''), contentCells),
    fit(oneLine(exchange.reply ?? answered(exchange, words.noReply)), stretch),
    fit(`${Math.round(exchange.ms)} ms`, WIDTH.ms, 'right'),
    output.tone(TONES[exchange.verdict], words.verdicts[exchange.verdict]),
  ].join(' ');
  const problems = [...(exchange.error ? [exchange.error] : []), ...exchange.warnings];
  return [
    line,
    ...(verbose ? identifiers(exchange).map((text) => output.tone('dim', text)) : []),
    ...problems.flatMap((error) => renderError(formatError(error, language), output, INDENT)),
  ];
}

/** The same as one JSON object. */
export function exchangeJson(exchange: Exchange): Record<string, unknown> {
  const { id, type, attempt, status, ms, verdict, msgId, openid, error } = exchange;
  const warnings = exchange.warnings.map((warning) => warning.code);
  return {
    event: 'exchange',
    id,
    type,
    attempt,
    status,
    ms: Math.round(ms),
    verdict,
    msgId,
    openid,
    error: error && { code: error.code, message: error.message },
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

/** Where no reply is known: the status, or that there was none. */
function answered({ status }: Exchange, noReply: string): string {
  return status === 0 ? noReply : `HTTP ${status}`;
}

/** A MsgType can be anything that a follower's forgery says, also `__proto__`. */
function typeName({ type }: Exchange, names: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(names, type) ? names[type] : undefined) ?? oneLine(type);
}

/** The follower in the width of a column. */
export function person({ openid = '' }: Pick<Exchange, 'openid'>): string {
  const text = oneLine(openid);
  return text.length <= WIDTH.openid ? text : `${text.slice(0, 4)}..${text.slice(-4)}`;
}

/** What the columns have no room for, whole. */
function identifiers({ openid, msgId }: Exchange): string[] {
  const parts = [...(openid ? [openid] : []), ...(msgId ? [`MsgId ${msgId}`] : [])];
  return parts.length === 0 ? [] : [oneLine(`${' '.repeat(INDENT)}${parts.join('  ')}`)];
}

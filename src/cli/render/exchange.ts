import type { Language } from '../../core/errors.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';
import type { Output } from '../terminal.ts';
import { answerLine } from './answer-line.ts';
import { renderDetails } from './details.ts';
import { Explained } from './explained.ts';
import { maskPerson, renderRow } from './row.ts';

/** How to draw the request log. */
export interface ExchangeView {
  readonly output: Output;
  readonly messages: Messages;
  readonly language: Language;
  /** Shows OpenID and MsgId whole, how the push was opened, and both bodies. */
  readonly verbose: boolean;
  /** Whether `verbose` shows the bodies too. @default true */
  readonly bodies?: boolean | undefined;
  /** What has been explained for which push, so that its retries do not explain it again. */
  readonly explained?: Explained | undefined;
}

/** One exchange as the lines of the log: the exchange, then what went wrong with it. */
export function renderExchange(exchange: Exchange, view: ExchangeView): string[] {
  const { output, messages, language, verbose, explained = new Explained() } = view;
  const { exchange: words, late } = messages;
  const retry = exchange.attempt > 1;
  const { id, startedAt, type, ms, status, verdict } = exchange;
  const repeated = isPayment(type) ? words.sameNotification : words.sameMsgId;
  const answer = exchange.deferred ? late.follows : exchange.reply;
  const problems = [...(exchange.error ? [exchange.error] : []), ...exchange.warnings];
  const row = {
    id,
    startedAt,
    type,
    ms,
    status,
    verdict,
    who: retry ? words.attempt(exchange.attempt, retriesOf(type)) : maskPerson(exchange.openid),
    content: retry ? repeated : (exchange.content ?? ''),
    reply: answerLine(answer ?? answered(exchange, words.noReply), problems, language),
  };
  return [
    ...renderRow(row, output, messages),
    ...(verbose ? renderDetails(exchange, view) : []),
    ...problems.flatMap((error) => explained.render(error, id, output, language)),
  ];
}

/** The same as one JSON object. */
export function exchangeJson(exchange: Exchange): Record<string, unknown> {
  const { id, type, attempt, status, ms, verdict, msgId, openid, error, deferred } = exchange;
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
    deferred: deferred || undefined,
    error: error && { code: error.code, message: error.message },
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

function isPayment(type: string): boolean {
  return type.startsWith('pay.');
}

/** How often one push is repeated: 接收普通消息; 回调通知注意事项. */
export function retriesOf(type: string): number {
  return isPayment(type) ? 15 : 3;
}

/** Where no reply is known: the status, or that there was none. */
function answered({ status }: Exchange, noReply: string): string {
  return status === 0 ? noReply : `HTTP ${status}`;
}

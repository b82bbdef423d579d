import { isUtf8 } from 'node:buffer';
import type { ExchangeMessage, LateEnd } from '../../core/exchange.ts';
import type { RecordedExchange } from '../../inspector/record.ts';
import type { Context } from '../context.ts';
import type { Output } from '../terminal.ts';
import { widthOf } from './columns.ts';
import { exchangeJson, renderExchange } from './exchange.ts';
import { lateReplyJson, renderLateReply } from './late.ts';
import { maskPerson } from './row.ts';
import { oneLine } from './one-line.ts';
import { prettyLines } from './pretty.ts';

type View = Pick<Context, 'out' | 'messages' | 'language' | 'verbose'>;

/** Everything that is known of one delivery: its line in the log, both messages, and what was wrong. OpenIDs are masked unless `verbose`. */
export function renderRecorded(exchange: RecordedExchange, context: View): string[] {
  const { out, messages, language, verbose } = context;
  const { logs } = messages;
  const { request, response, push, answerText, openid = '' } = exchange;
  const mask = (text: string): string =>
    verbose || openid === '' ? text : text.replaceAll(openid, maskPerson(openid));
  const body = (title: string, text: string): string[] => [
    `  ${title}`,
    ...prettyLines(text).flatMap((line) => broken(mask(line), 4, out)),
  ];
  const opened = push ? body(logs.message(messages.modes[push.mode]), push.text) : [];
  const isPlain = push?.mode === 'plain';
  return [
    ...renderExchange(exchange, { output: out, messages, language, verbose, bodies: false }),
    ...broken(mask(`${request.method} ${request.url}`), 2, out),
    ...headerLines(request, out, mask),
    ...opened,
    ...(push && (isPlain || !verbose) ? [] : rawBody(logs.requestBody, request, context, body)),
    `  ${response ? logs.answer(response.status) : logs.noAnswer}`,
    ...(response ? headerLines(response, out, mask) : []),
    ...(push && answerText !== undefined ? body(logs.answerText, answerText) : []),
    ...(response && (answerText === undefined || (verbose && !isPlain))
      ? rawBody(logs.responseBody, response, context, body)
      : []),
    ...(exchange.late
      ? renderLateReply(exchange.late, { output: out, messages, language, verbose })
      : []),
  ];
}

/** The same as one JSON value. */
export function recordedJson(exchange: RecordedExchange): Record<string, unknown> {
  const { startedAt, account, content, reply, push, answerText, request, response, late } =
    exchange;
  const { event: _, ...known } = exchangeJson(exchange);
  return {
    ...known,
    at: new Date(startedAt).toISOString(),
    account,
    content,
    reply,
    mode: push?.mode,
    format: push?.format,
    message: push?.text,
    answer: answerText,
    request: { method: request.method, url: request.url, ...messageJson(request) },
    response: response && { status: response.status, ...messageJson(response) },
    late: late && lateJson(late),
  };
}

/** Without what the exchange around it says already. */
function lateJson(late: LateEnd): object {
  const { end, answeredMs, ms, messages, error } = lateReplyJson(late);
  return { end, answeredMs, ms, messages, reply: late.reply, error };
}

function messageJson({ headers, body, truncated }: ExchangeMessage): Record<string, unknown> {
  const bytes = Buffer.from(body);
  const text = isUtf8(bytes) ? { body: bytes.toString() } : { base64: bytes.toString('base64') };
  return { headers, ...text, truncated };
}

function rawBody(
  title: string,
  { body, truncated }: ExchangeMessage,
  { messages }: View,
  render: (title: string, text: string) => string[],
): string[] {
  const { logs } = messages;
  const bytes = Buffer.from(body);
  if (bytes.length === 0 && !truncated) return [];
  const cut = truncated ? [`    ${logs.truncated}`] : [];
  if (!isUtf8(bytes) && !truncated) return [`  ${title}`, `    ${logs.binary(bytes.length)}`];
  return [...render(title, bytes.toString('utf8')), ...cut];
}

function headerLines(
  { headers }: ExchangeMessage,
  output: Output,
  mask: (text: string) => string,
): string[] {
  return headers.flatMap(([name, value]) =>
    broken(mask(`${name}: ${value}`), 4, output).map((line) => output.tone('dim', line)),
  );
}

/** `text` indented, and on a terminal broken at its width, since a long word would be cut off or wrapped below the margin. */
function broken(text: string, indent: number, output: Output): string[] {
  const space = ' '.repeat(indent);
  const line = oneLine(text);
  if (!output.isTTY || widthOf(line) + indent <= output.columns) return [space + line];
  const lines: string[] = [];
  let part = '';
  let cells = 0;
  for (const character of line) {
    const width = widthOf(character);
    if (cells + width > output.columns - indent) {
      lines.push(space + part);
      part = '';
      cells = 0;
    }
    part += character;
    cells += width;
  }
  return [...lines, space + part];
}

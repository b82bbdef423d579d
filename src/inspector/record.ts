import { isUtf8 } from 'node:buffer';
import { errorCatalogue, formatError, WxDevError, type ErrorCode } from '../core/errors.ts';
import type { Exchange, ExchangeMessage, LateEnd, OpenedPush, Verdict } from '../core/exchange.ts';
import { maxRecordedBodyBytes } from './limits.ts';
import type { Masker } from './mask.ts';

/** An exchange as the history gives it back. */
export interface RecordedExchange extends Exchange {
  /** Name of the account it belongs to, where the project has several. */
  readonly account?: string | undefined;
  /** A secret was taken out of the push, or its end: it is not what WeChat sent any more. */
  readonly masked: boolean;
  /** What became of its reply, where that went by message and it is known. */
  readonly late?: LateEnd | undefined;
}

/** One line of a history. */
export type RecordedItem =
  | { readonly type: 'exchange'; readonly exchange: RecordedExchange }
  | { readonly type: 'late'; readonly late: LateEnd };

/** Number in each line; another one was written by a wx-dev that means something else by it. */
const recordVersion = 1;

/** One exchange as one line, without the line end: at most some 6 MiB. Whatever its length, it begins with `{"id":`. */
export function encodeRecord(
  exchange: Exchange,
  { masker, account }: { readonly masker: Masker; readonly account?: string | undefined },
): string {
  const { id, startedAt, type, attempt, status, verdict, msgId, openid } = exchange;
  const { request, response, push, error } = exchange;
  const text = push && encodeText(push.text, masker);
  const sent = encodeMessage(request, masker);
  const answered = response && encodeMessage(response, masker);
  return JSON.stringify({
    id,
    v: recordVersion,
    at: startedAt,
    ms: exchange.ms,
    type,
    attempt,
    status,
    verdict,
    account,
    msgId,
    openid,
    content: masked(exchange.content, masker),
    reply: masked(exchange.reply, masker),
    deferred: exchange.deferred,
    error: error && encodeError(error, masker),
    warnings: exchange.warnings.map((warning) => encodeError(warning, masker)),
    // What came in clear text is the body, and need not be written twice.
    push: push && { ...push, text: unless(text, sent['body']) },
    // A push that was cut or masked must not be repeated as if it were whole.
    masked: text !== undefined && text !== push?.text,
    answerText: unless(
      masked(exchange.answerText?.slice(0, maxRecordedBodyBytes), masker),
      answered?.['body'],
    ),
    request: {
      method: request.method,
      url: masker.url(request.url),
      ...sent,
    },
    response: response && { status: response.status, ...answered },
  });
}

/** What became of a late reply as one line: it ends after its exchange has been written. */
export function encodeLate(late: LateEnd, masker: Masker): string {
  const { id, startedAt, type, msgId, openid, answeredMs, ms, end, messages, reply, error } = late;
  return JSON.stringify({
    id,
    v: recordVersion,
    at: startedAt,
    ms,
    type,
    late: end,
    answeredMs,
    messages,
    msgId,
    openid,
    reply: masked(reply, masker),
    error: error && encodeError(error, masker),
  });
}

/** What a line holds, or undefined where it is nothing that this version understands. */
export function decodeRecord(line: string): RecordedItem | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // Half a line of a process that was killed, or no line of ours.
  }
  if (!isRecord(value) || value['v'] !== recordVersion) return undefined;
  if (value['late'] !== undefined) {
    const late = toLate(value);
    return late && { type: 'late', late };
  }
  const exchange = toExchange(value);
  return exchange && { type: 'exchange', exchange };
}

type Members = Readonly<Record<string, unknown>>;

function unless(text: string | undefined, same: unknown): string | undefined {
  return text === same ? undefined : text;
}

function encodeText(text: string, masker: Masker): string {
  return masker.text(text.slice(0, maxRecordedBodyBytes));
}

function masked(text: string | undefined, masker: Masker): string | undefined {
  return text === undefined ? undefined : masker.text(text);
}

function encodeError({ code, details }: WxDevError, masker: Masker): Members {
  const plain: unknown = JSON.parse(masker.text(JSON.stringify(details) ?? '{}'));
  return { code, details: plain };
}

function encodeMessage({ headers, body, truncated }: ExchangeMessage, masker: Masker): Members {
  // What is compressed cannot be searched for secrets.
  const packed = headers.some(([name]) => name.toLowerCase() === 'content-encoding');
  const kept = packed ? Buffer.alloc(0) : Buffer.from(body.subarray(0, maxRecordedBodyBytes));
  const cut = truncated || kept.length < body.length;
  return {
    headers: headers.map(([name, value]) => [name, masker.header(name, value)]),
    ...encodeBody(kept, masker),
    ...(cut && { cut }),
  };
}

function encodeBody(body: Buffer, masker: Masker): Members {
  if (isUtf8(body)) {
    const text = masker.text(body.toString('utf8'));
    // Control characters take six bytes each in JSON.
    const isPlain = !controlCharacter.test(text);
    if (isPlain || JSON.stringify(text).length <= body.length * 2 + 64) return { body: text };
    return { base64: Buffer.from(text).toString('base64') };
  }
  return { base64: Buffer.from(masker.text(body.toString('latin1')), 'latin1').toString('base64') };
}

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const controlCharacter = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/;

const lateEnds: readonly LateEnd['end'][] = ['delivered', 'silent', 'failed', 'cancelled'];

function toLate(value: Members): LateEnd | undefined {
  const { id, at, ms, type, messages, answeredMs } = value;
  const end = lateEnds.find((known) => known === value['late']);
  const valid = [id, at, ms, messages].every((number) => Number.isFinite(number));
  if (!valid || !Number.isSafeInteger(id) || end === undefined || typeof type !== 'string') {
    return undefined;
  }
  if (Math.abs(Number(at)) > maxTime) return undefined;
  return {
    id: Number(id),
    startedAt: Number(at),
    ms: Number(ms),
    type,
    end,
    messages: Number(messages),
    answeredMs: Number.isFinite(answeredMs) ? Number(answeredMs) : undefined,
    msgId: toText(value['msgId']),
    openid: toText(value['openid']),
    reply: toText(value['reply']),
    error: toError(value['error']),
  };
}

/** The largest time that a Date takes, ECMA-262 §21.4.1.1. */
const maxTime = 8.64e15;

const verdicts: readonly Verdict[] = ['ok', 'slow', 'late', 'rejected', 'failed'];

function toExchange(value: Members): RecordedExchange | undefined {
  const { id, at, ms, type, attempt, status, request } = value;
  const verdict = verdicts.find((known) => known === value['verdict']);
  const numbers = [id, at, ms, attempt, status];
  const valid = numbers.every((number) => Number.isFinite(number)) && Number.isSafeInteger(id);
  if (!valid || !verdict || typeof type !== 'string' || !isRecord(request)) return undefined;
  if (Math.abs(Number(at)) > maxTime) return undefined;
  const message = toMessage(request);
  const response = toResponse(value['response']);
  const push = toPush(value['push'], message);
  return {
    id: Number(id),
    startedAt: Number(at),
    ms: Number(ms),
    type,
    attempt: Number(attempt),
    status: Number(status),
    verdict,
    account: toText(value['account']),
    msgId: toText(value['msgId']),
    openid: toText(value['openid']),
    content: toText(value['content']),
    reply: toText(value['reply']),
    deferred: value['deferred'] === true ? true : undefined,
    error: toError(value['error']),
    warnings: toList(value['warnings'])
      .map(toError)
      .filter((warning) => warning !== undefined),
    push,
    masked: value['masked'] === true,
    answerText: toText(value['answerText']) ?? (push && response && textOf(response)),
    request: {
      method: toText(request['method']) ?? 'GET',
      url: toText(request['url']) ?? '/',
      ...message,
    },
    response,
  };
}

function toResponse(value: unknown): Exchange['response'] {
  if (!isRecord(value) || !Number.isInteger(value['status'])) return undefined;
  return { status: Number(value['status']), ...toMessage(value) };
}

function toMessage({ headers, body, base64, cut }: Members): ExchangeMessage {
  const pairs = toList(headers).flatMap((pair): (readonly [string, string])[] => {
    const [name, field]: readonly unknown[] = toList(pair);
    return typeof name === 'string' && typeof field === 'string' ? [[name, field]] : [];
  });
  const bytes =
    typeof base64 === 'string'
      ? Buffer.from(base64, 'base64')
      : Buffer.from(toText(body) ?? '', 'utf8');
  return { headers: pairs, body: bytes, truncated: cut === true };
}

function toPush(value: unknown, message: ExchangeMessage): OpenedPush | undefined {
  if (!isRecord(value)) return undefined;
  const { mode, format, text = textOf(message), key } = value;
  if (mode !== 'plain' && mode !== 'compat' && mode !== 'safe') return undefined;
  if (format !== 'xml' && format !== 'json') return undefined;
  if (typeof text !== 'string') return undefined;
  const usedKey = key === 'current' || key === 'previous' ? key : undefined;
  return { mode, format, text, key: usedKey, receiveId: toText(value['receiveId']) };
}

function textOf({ body }: ExchangeMessage): string {
  return Buffer.from(body).toString('utf8');
}

/** An error whose text can be written again; undefined for a code or details that this version does not know. */
function toError(value: unknown): WxDevError | undefined {
  if (!isRecord(value)) return undefined;
  const { code, details } = value;
  if (typeof code !== 'string' || !Object.hasOwn(errorCatalogue, code)) return undefined;
  try {
    // The details of a damaged line may be anything: they count when both languages can be written with them.
    const error = new WxDevError(code as ErrorCode, details as never);
    const reports = [formatError(error, 'en'), formatError(error, 'zh')];
    return reports.every(isWhole) ? error : undefined;
  } catch {
    return undefined;
  }
}

function isWhole({ title, body, run }: ReturnType<typeof formatError>): boolean {
  return [title, run, ...body].every((line) => typeof line === 'string');
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { Buffer } from 'node:buffer';
import { formatError, type WxDevError } from '../core/errors.ts';
import { fieldValue, headerField, type HeaderField } from './head.ts';

/** Response header with the code of an error that wx-dev itself answers, so that nobody blames the app for it. */
const ERROR_HEADER = 'x-wx-dev-error';

/** A complete response that wx-dev gives in place of the app. */
export interface ErrorAnswer {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly HeaderField[];
  readonly body: Buffer;
}

/** Circumstances of an error answer. */
export interface ErrorAnswerOptions {
  readonly status: number;
  /** Fields of the request: Accept chooses JSON, Accept-Language chooses Chinese. */
  readonly requestFields?: readonly HeaderField[] | undefined;
  /** Seconds after which asking again makes sense. */
  readonly retryAfterS?: number | undefined;
}

/**
 * Says `error` as plain text, or as JSON to who accepts it. Never HTML: these answers reach programs, WeChat's servers first.
 */
export function formatErrorAnswer(
  error: WxDevError,
  { status, requestFields = [], retryAfterS }: ErrorAnswerOptions,
): ErrorAnswer {
  const isChinese = /^zh\b/i.test(fieldValue(requestFields, 'accept-language') ?? '');
  const report = formatError(error, isChinese ? 'zh' : 'en');
  const asJson = /\bapplication\/json\b/i.test(fieldValue(requestFields, 'accept') ?? '');
  const text = asJson
    ? `${JSON.stringify({ status, ...report })}\n`
    : `${status} ${report.title} (${report.code})\n\n${report.body.join('\n')}\n\n${report.run}\n`;
  const body = Buffer.from(text, 'utf8');
  const fields = [
    headerField('Content-Type', `${asJson ? 'application/json' : 'text/plain'}; charset=utf-8`),
    headerField('Content-Length', String(body.length)),
    headerField('Cache-Control', 'no-store'),
    headerField('X-Content-Type-Options', 'nosniff'),
    headerField(ERROR_HEADER, report.code),
  ];
  if (retryAfterS !== undefined) fields.push(headerField('Retry-After', String(retryAfterS)));
  return { status, reason: REASONS[status] ?? 'Error', fields, body };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

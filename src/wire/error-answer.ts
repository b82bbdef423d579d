import { Buffer } from 'node:buffer';
import { formatError, type Language, type WxDevError } from '../core/errors.ts';
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

/** Where on its way a request failed: the request itself, the relay, the tunnel's client, or the local server behind it. */
export type Hop = 'request' | 'relay' | 'client' | 'app';

/** Circumstances of an error answer. */
export interface ErrorAnswerOptions {
  readonly status: number;
  readonly hop: Hop;
  /** Fields of the request: Accept chooses JSON, Accept-Language chooses Chinese. */
  readonly requestFields?: readonly HeaderField[] | undefined;
  /** Seconds after which asking again makes sense. */
  readonly retryAfterS?: number | undefined;
  /** More fields, which the status demands. */
  readonly more?: readonly HeaderField[] | undefined;
}

/**
 * Says `error` as plain text, or as JSON to who accepts it. Never HTML: these answers reach programs, WeChat's servers first.
 */
export function formatErrorAnswer(
  error: WxDevError,
  { status, hop, requestFields = [], retryAfterS, more = [] }: ErrorAnswerOptions,
): ErrorAnswer {
  const isChinese = /^zh\b/i.test(fieldValue(requestFields, 'accept-language') ?? '');
  const language: Language = isChinese ? 'zh' : 'en';
  const report = formatError(error, language);
  const asJson = /\bapplication\/json\b/i.test(fieldValue(requestFields, 'accept') ?? '');
  const text = asJson
    ? `${JSON.stringify({ status, hop, ...report })}\n`
    : `${status} ${report.title} (${report.code})\n\n${[HOPS[hop][language], ...report.body].join('\n')}\n\n${report.run}\n`;
  const body = Buffer.from(text, 'utf8');
  const fields = [
    headerField('Content-Type', `${asJson ? 'application/json' : 'text/plain'}; charset=utf-8`),
    headerField('Content-Length', String(body.length)),
    headerField('Cache-Control', 'no-store'),
    headerField('X-Content-Type-Options', 'nosniff'),
    // No answer of ours belongs into a search engine. Those of apps stay as they are.
    headerField('X-Robots-Tag', 'noindex'),
    headerField(ERROR_HEADER, report.code),
    ...more,
  ];
  if (retryAfterS !== undefined) fields.push(headerField('Retry-After', String(retryAfterS)));
  return { status, reason: REASONS[status] ?? 'Error', fields, body };
}

const HOPS: Readonly<Record<Hop, Readonly<Record<Language, string>>>> = {
  request: { en: 'failed at: the request', zh: '出错环节：请求本身' },
  relay: { en: 'failed at: the relay', zh: '出错环节：中继' },
  client: { en: 'failed at: the tunnel client', zh: '出错环节：隧道客户端' },
  app: { en: 'failed at: the local server behind the tunnel', zh: '出错环节：隧道后的本地服务' },
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  421: 'Misdirected Request',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

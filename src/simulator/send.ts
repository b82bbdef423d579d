import { randomBytes, randomInt } from 'node:crypto';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import type { Account, Format, Mode } from '../wechat/account.ts';
import { sealPush, signEchostr } from '../wechat/envelope.ts';
import type { Fields } from '../wechat/fields.ts';
import { judgeAnswer, judgeEchostr, type Judgement, type PushAnswer } from '../wechat/judge.ts';
import { parseMessage, type Message } from '../wechat/message.ts';
import { formatPushQuery, type PushQuery } from '../wechat/query.ts';
import { judgeEnd, type Judged } from './judge-end.ts';
import type { Attempt, ReceivedAnswer, SendOutcome, SentRequest } from './outcome.ts';
import { sendRequest, type RequestOptions } from './request.ts';

/** How long WeChat waits: 接口报警和排查指引 lists 5 s for each of DNS, connection and request. Milliseconds. */
const wechatTimeoutMs = 5000;

/** 消息推送: a push that is not answered is sent three times in all. */
const wechatAttempts = 3;

export interface SendOptions extends AbortableOptions {
  /** The callback, with its path. */
  readonly url: string;
  readonly account: Account;
  /** How long WeChat waits for each of name resolution, connection and answer. @default 5000 */
  readonly timeoutMs?: number | undefined;
  /** Certificates (PEM) that are trusted besides the public ones. */
  readonly ca?: readonly string[] | undefined;
}

export interface SendPushOptions extends SendOptions {
  readonly mode: Mode;
  /** @default xml */
  readonly format?: Format | undefined;
  /** The message or event, by WeChat's own field names. */
  readonly fields: Fields;
  /** How often the push is sent when no answer with status 200 comes in time. @default 3 */
  readonly attempts?: number | undefined;
  /** Told about each attempt as it ends. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
}

/**
 * Sends the signed GET that WeChat sends when the server settings are saved, and judges the echostr byte for byte.
 *
 * @throws WXD6001 for a URL that is not http(s)
 */
export async function sendVerify(options: SendOptions): Promise<SendOutcome> {
  const url = parseUrl(options.url);
  // 19 digits, as WeChat's: more than a number can hold, which catches apps that parse it.
  const echostr = `${randomInt(1, 10)}${randomDigits(9)}${randomDigits(9)}`;
  const random16 = randomBytes(16);
  const query = signEchostr(options.account, { ...freshness(), echostr, random16 });
  const request: SentRequest = {
    method: 'GET',
    url: withQuery(url, query),
    headers: wechatHeaders(url),
    body: Buffer.alloc(0),
  };
  const end = await sendRequest(request, requestOptions(options));
  const judged = judgeEnd(end, (answer) => judgeVerification(answer, echostr, options, request));
  const attempt = toAttempt(1, judged);
  return { ...judged, attempts: [attempt], request };
}

/**
 * Sends one push as WeChat does, up to three times with the same MsgId and a fresh nonce, and judges the last answer.
 *
 * @throws WXD6001 for a URL that is not http(s), WXD1105 without the key that `mode` needs, WXD1206 for fields that are no message
 */
export async function sendPush(options: SendPushOptions): Promise<SendOutcome> {
  const { account, attempts: limit = wechatAttempts, fields, onAttempt } = options;
  const url = parseUrl(options.url);
  const push = parseMessage(fields);
  const attempts: Attempt[] = [];
  for (;;) {
    const { request, padding } = sealRequest(url, options);
    const end = await sendRequest(request, requestOptions(options));
    const judged = judgeEnd(end, (answer) =>
      judgePush({ ...answer, url: request.url, padding }, push, options, account),
    );
    const attempt = toAttempt(attempts.length + 1, judged);
    attempts.push(attempt);
    onAttempt?.(attempt);
    if (judged.status === 200 || attempts.length >= limit) return { ...judged, attempts, request };
  }
}

function judgeVerification(
  answer: ReceivedAnswer,
  expected: string,
  { account }: SendOptions,
  { url }: SentRequest,
): Judgement {
  const tokenSource = account.sources?.token;
  const { accepted, faults } = judgeEchostr({ ...answer, expected, url, tokenSource });
  const summary = accepted ? 'echostr' : (faults[0]?.message ?? `HTTP ${answer.status}`);
  return { accepted, visible: 'nothing', summary, faults, warnings: [] };
}

function judgePush(
  answer: ReceivedAnswer & Pick<PushAnswer, 'url' | 'padding'>,
  push: Message,
  { mode, format = 'xml' }: SendPushOptions,
  account: Account,
): Judgement {
  return judgeAnswer({ ...answer, format, encrypted: mode !== 'plain', mode, push, account });
}

function sealRequest(
  url: URL,
  { account, mode, format = 'xml', fields }: SendPushOptions,
): { request: SentRequest; padding: number | undefined } {
  const random16 = randomBytes(16);
  const sealed = sealPush(fields, account, { mode, format, ...freshness(), random16 });
  const body = Buffer.from(sealed.body);
  const request: SentRequest = {
    method: 'POST',
    url: withQuery(url, sealed.query),
    headers: [
      ...wechatHeaders(url),
      ['Content-Type', format === 'json' ? 'application/json' : 'text/xml'],
      ['Content-Length', String(body.length)],
    ],
    body,
  };
  return { request, padding: sealed.padding };
}

/** What captures of WeChat's requests show, from 2013 to 2026. */
function wechatHeaders(url: URL): SentRequest['headers'] {
  return [
    ['User-Agent', 'Mozilla/4.0'],
    ['Accept', '*/*'],
    ['Host', url.host],
    ['Pragma', 'no-cache'],
  ];
}

function freshness(): { timestamp: string; nonce: string } {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return { timestamp, nonce: `${randomInt(1, 10)}${randomDigits(8)}` };
}

function randomDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0');
}

/** Adds WeChat's parameters after those that the URL has. */
function withQuery(url: URL, query: PushQuery): string {
  const own = url.search === '' ? '?' : `${url.search}&`;
  return `${url.origin}${url.pathname}${own}${formatPushQuery(query)}`;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new WxDevError('WXD6001', {
    source: { name: '--forward-to' },
    received: JSON.stringify(text),
    expected: {
      en: 'a URL such as http://127.0.0.1:3000/wx',
      zh: 'URL，如 http://127.0.0.1:3000/wx',
    },
  });
}

function requestOptions({ timeoutMs = wechatTimeoutMs, ca, signal }: SendOptions): RequestOptions {
  return { timeoutMs, ca, signal };
}

function toAttempt(number: number, { status, ms, verdict, faults }: Judged): Attempt {
  return { number, status, ms, verdict, error: faults[0] };
}

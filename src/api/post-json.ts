import { request as requestHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AbortableOptions } from '../core/abort.ts';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { readBody } from '../core/http-message.ts';
import { textOf, type Fields } from '../wechat/fields.ts';
import { parseJson } from '../wechat/json.ts';

/** Where one call goes. */
export interface ApiCall extends AbortableOptions {
  /** Origin, with a path where the API lies behind one: `https://api.weixin.qq.com`. */
  readonly base: string;
  /** `/cgi-bin/…`, without query. */
  readonly path: string;
  /** The token goes in the query and nowhere else, so that no error or log shows it. */
  readonly accessToken?: string | undefined;
  readonly body: object;
  readonly agent: Agent;
}

/** How long one call may take, in milliseconds. WeChat's API answers within a second; the network of a laptop may need some. */
const callTimeoutMs = 10_000;

/** Largest answer, in bytes. Those of the calls made here are some hundred. */
const maxAnswerBytes = 64 * 1024;

/** How much of a strange answer an error quotes. */
const quotedCharacters = 60;

/**
 * Posts JSON to WeChat's API and gives the fields of its answer. The API answers errors with status 200 too.
 *
 * @throws WXD2012 for an `errcode`, WXD3030 when there was no answer, WXD3031 when it is none of WeChat's; `signal.reason` when aborted
 */
export async function postJson(call: ApiCall): Promise<Fields> {
  const { base, path, signal } = call;
  const target = base + path;
  signal?.throwIfAborted();
  const limit = new AbortController();
  const aborted = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
  // The time counts from the connection on: before it, a call may wait for its turn.
  let timer: NodeJS.Timeout | undefined;
  const onSocket = (): void => {
    timer = setTimeout(() => limit.abort(), callTimeoutMs);
  };
  try {
    const response = await send(call, aborted, onSocket);
    const answer = await readBody(response, maxAnswerBytes, { signal: aborted });
    response.destroy();
    if (answer.type === 'cut-off') throw new Error('cut off');
    const text = answer.type === 'complete' ? answer.bytes.toString('utf8') : '';
    return readAnswer(text, response.statusCode ?? 0, call);
  } catch (cause) {
    signal?.throwIfAborted();
    if (isWxDevError(cause)) throw cause;
    const reason = limit.signal.aborted ? `${callTimeoutMs / 1000} s` : reasonOf(cause);
    throw new WxDevError('WXD3030', { target, reason }, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function send(
  { base, path, accessToken, body, agent }: ApiCall,
  signal: AbortSignal,
  onSocket: () => void,
): Promise<IncomingMessage> {
  const url = new URL(base + path);
  if (accessToken !== undefined) url.searchParams.set('access_token', accessToken);
  // Not escaped as \uXXXX: WeChat shows such escapes literally in some messages.
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'Content-Type': 'application/json', 'Content-Length': bytes.length };
  const options = { method: 'POST', headers, agent, signal };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    request.on('error', reject);
    request.on('socket', onSocket);
    request.on('response', resolve);
    request.end(bytes);
  });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function readAnswer(text: string, status: number, { base, path }: ApiCall): Fields {
  const fields = parse(text);
  const errcode = (fields && textOf(fields, 'errcode')) ?? '0';
  if (fields === undefined || !/^-?\d+$/u.test(errcode)) {
    const start = text.slice(0, quotedCharacters + 1);
    throw new WxDevError('WXD3031', { target: base + path, status, start });
  }
  if (errcode === '0') return fields;
  const errmsg = textOf(fields, 'errmsg') ?? '';
  throw new WxDevError('WXD2012', { path, errcode: Number(errcode), errmsg });
}

function parse(text: string): Fields | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return undefined;
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { WxDevError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import { pairHeaders, readBody, type BodyResult } from '../core/http-message.ts';
import type { Logger } from '../core/logger.ts';
import { maxBodyBytes } from '../wechat/envelope.ts';
import { authorizerOf, noticePath } from './authorizer-path.ts';
import { readPushQuery, type ReadQuery } from '../wechat/query-spelling.ts';
import { watchPresence, whenDone } from './departure.ts';
import { pathAtTarget } from './forward.ts';
import type { ForwardTarget } from './forward-target.ts';
import { lingerMs } from './limits.ts';
import { passOn } from './pass-on.ts';
import { recordOutcome, recordPassed, type Reception } from './record.ts';
import { isAtOrBelow, isSameRoute, splitTarget } from './request-target.ts';
import { plainAnswer, refusal, rejected, type Outcome, type Responder } from './responder.ts';
import { writeAnswer } from './write-answer.ts';

/** What the router needs to know of the server it serves. */
export interface RouterOptions {
  /** Callback path. */
  readonly path: string;
  /** A third-party platform: below the path, or where it has `$APPID$`, come the messages of each authoriser. */
  readonly perAuthorizer: boolean;
  /** Deals with what comes to the callback path. */
  readonly responder: Responder;
  /** Nothing unverified may reach the app by another spelling of the callback path or an odd method. */
  readonly strict: boolean;
  /** The app that gets everything else, when there is one. */
  readonly target: ForwardTarget | undefined;
  readonly ca: readonly string[] | undefined;
  readonly deadlineMs: number;
  /** An answer that takes longer, in milliseconds, is slow. */
  readonly slowMs: number;
  /** Fires when the server closes. */
  readonly closing: AbortSignal;
  /** Numbers the exchanges. */
  readonly nextId: () => number;
  readonly logger: Logger;
  readonly onExchange: (exchange: Exchange) => void;
}

/** Deals with one request; never rejects. */
export type Router = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Sends each request where it belongs, and records it when it is over. */
export function createRouter(options: RouterOptions): Router {
  return async (request, response) => {
    try {
      await route(request, response, options);
    } catch (error) {
      // Only a bug comes here: what peers, handlers and apps do wrong is an outcome.
      const stack = error instanceof Error ? error.stack : undefined;
      options.logger.error('internal error while answering a request', {
        stack: stack ?? String(error),
      });
      if (response.headersSent) response.destroy();
      else writeAnswer(response, plainAnswer(500, 'wx-dev failed; see its log'));
    }
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: RouterOptions,
): Promise<void> {
  const started = performance.now();
  const elapsedMs = (): number => performance.now() - started;
  const done = whenDone(request, response);
  const { method = 'GET' } = request;
  const { target, path, rawQuery } = splitTarget(request.url ?? '/');
  const headers = pairHeaders(request.rawHeaders);
  const reception: Reception = { startedAt: Date.now(), method, target, headers };
  const atCallback = isCallback(path, options);
  const query = readPushQuery(rawQuery);
  const exchange = { request, response, done, reception, elapsedMs, query, atCallback };
  if (atCallback && isPush(method, query, options)) await answer(exchange, options);
  else if (options.target) await pass(exchange, options.target, options);
  else await turnAway(exchange, path, options);
}

interface OpenExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The connection is done with it. */
  readonly done: Promise<void>;
  readonly reception: Reception;
  readonly elapsedMs: () => number;
  readonly query: ReadQuery;
  readonly atCallback: boolean;
}

/** Whether `path` leads to the callback, here or, where nothing unverified may pass, behind wx-dev. */
export function isCallback(
  path: string,
  options: Pick<RouterOptions, 'path' | 'perAuthorizer' | 'strict' | 'target'>,
): boolean {
  const { path: own, perAuthorizer } = options;
  if (path === own) return true;
  if (perAuthorizer && (path === noticePath(own) || authorizerOf(path, own) !== undefined)) {
    return true;
  }
  if (!options.strict) return false;
  if (perAuthorizer && isAtOrBelow(path, noticePath(own))) return true;
  const [appPath = options.path] = options.target?.path?.split('?', 1) ?? [];
  return isSameRoute(path, options.path) || isSameRoute(path, appPath);
}

/** Where an app stands behind, only what looks like WeChat's is taken; a browser may ask for a page at the same path. */
function isPush(method: string, query: ReadQuery, { target, strict }: RouterOptions): boolean {
  if (method === 'POST') return true;
  if (method === 'GET') return target === undefined || looksLikeWechat(query);
  return strict && method !== 'HEAD' && method !== 'OPTIONS';
}

/** Parameters that pages of an app hardly have. */
const wechatOnly = new Set(['signature', 'msg_signature', 'echostr']);

function looksLikeWechat({ query, ambiguity }: ReadQuery): boolean {
  const { signature, msgSignature, echostr } = query;
  if ((signature ?? msgSignature ?? echostr) !== undefined) return true;
  // Another spelling of them is no page of the app, but a way round the check.
  const parameter = ambiguity?.parameter;
  return parameter !== undefined && wechatOnly.has(parameter);
}

async function answer(exchange: OpenExchange, options: RouterOptions): Promise<void> {
  const { request, done, reception, query } = exchange;
  const presence = watchPresence(done, options.deadlineMs);
  const body = await readBody(request, maxBodyBytes, { signal: presence.signal });
  if (body.type !== 'complete') {
    const slow = presence.signal.reason === 'deadline';
    await finish(exchange, Buffer.alloc(0), unread(body, slow, exchange, options), options);
  } else {
    const arrival = { ...reception, ...query, body: body.bytes, departure: presence.signal };
    await finish(exchange, body.bytes, await options.responder(arrival), options);
  }
  presence.release();
}

/** The outcome of a request whose body did not come, or not in time. */
function unread(
  body: Exclude<BodyResult, { type: 'complete' }>,
  slow: boolean,
  { request }: OpenExchange,
  { nextId }: RouterOptions,
): Outcome {
  const known = { id: nextId(), type: 'unknown' };
  if (body.type === 'cut-off') {
    const error = new WxDevError('WXD3012', { receivedBytes: body.receivedBytes });
    return { ...rejected(error, known), answer: slow ? refusal(error, 408) : undefined };
  }
  const announced = Number(request.headers['content-length'] ?? 0);
  const sizeBytes = Math.max(announced, body.receivedBytes);
  const error = new WxDevError('WXD1204', { sizeBytes, limitBytes: maxBodyBytes });
  return { ...rejected(error, known), answer: refusal(error, 413) };
}

/** Sends the answer, or leaves as WeChat has left, and records both once the connection is done with them. */
async function finish(
  { request, response, done, reception, elapsedMs }: OpenExchange,
  body: Uint8Array,
  outcome: Outcome,
  { closing, slowMs, onExchange }: RouterOptions,
): Promise<void> {
  if (outcome.answer) writeAnswer(response, outcome.answer);
  else request.socket.destroy();
  if (!request.complete) dropRest(request);
  await done;
  // What was going on when the user ended the server is nobody's fault.
  if (closing.aborted && !response.writableFinished) return;
  const delivered = response.writableFinished;
  onExchange(recordOutcome(reception, body, outcome, { ms: elapsedMs(), delivered, slowMs }));
}

/** Reads on for a while without keeping anything: closing at once could destroy the answer on its way. */
function dropRest(request: IncomingMessage): void {
  const timer = setTimeout(() => request.destroy(), lingerMs);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

async function pass(
  { request, response, done, reception, elapsedMs, atCallback }: OpenExchange,
  target: ForwardTarget,
  { ca, closing, nextId, onExchange }: RouterOptions,
): Promise<void> {
  const path = pathAtTarget(reception.target, atCallback ? target.path : undefined);
  const passed = await passOn(request, response, path, { target, ca, done });
  if (closing.aborted && !response.writableFinished) return;
  onExchange(recordPassed(reception, passed, { id: nextId(), ms: elapsedMs() }));
}

/** Another path, or a method that WeChat does not use. */
async function turnAway(
  exchange: OpenExchange,
  path: string,
  options: RouterOptions,
): Promise<void> {
  const { atCallback, query } = exchange;
  const answered = atCallback
    ? withAllow(plainAnswer(405, 'wx-dev: the callback takes GET and POST'))
    : plainAnswer(404, `wx-dev: nothing here; the callback path is ${options.path}`);
  const misdirected = !atCallback && looksLikeWechat(query);
  const outcome: Outcome = {
    id: options.nextId(),
    type: 'http',
    attempt: 1,
    verdict: 'rejected',
    answer: answered,
    reply: `HTTP ${answered.status}`,
    error: misdirected
      ? new WxDevError('WXD3013', { received: path, path: options.path })
      : undefined,
  };
  await finish(exchange, Buffer.alloc(0), outcome, options);
}

function withAllow(answer: NonNullable<Outcome['answer']>): NonNullable<Outcome['answer']> {
  return { ...answer, headers: [...answer.headers, ['Allow', 'GET, POST']] };
}

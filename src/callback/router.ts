import { WxDevError, type SettingSource } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import type { BodyResult, HeaderList } from '../core/http-message.ts';
import type { Logger } from '../core/logger.ts';
import { maxBodyBytes } from '../wechat/envelope.ts';
import { authorizerOf, noticePath } from './authorizer-path.ts';
import type { PushQuery } from '../wechat/query.ts';
import { readPushQuery, type Ambiguity, type ReadQuery } from '../wechat/query-spelling.ts';
import { Presence } from './departure.ts';
import { pathAtTarget } from './forward.ts';
import type { ForwardTarget } from './forward-target.ts';
import type { HttpExchange } from './http-exchange.ts';
import { passOn } from './pass-on.ts';
import { recordOutcome, recordPassed, type Reception } from './record.ts';
import { isAtOrBelow, isSameRoute, splitTarget } from './request-target.ts';
import {
  plainAnswer,
  refusal,
  rejected,
  type Arrival,
  type Outcome,
  type Responder,
} from './responder.ts';

/** What the router needs to know of the server it serves. */
export interface RouterOptions {
  /** Callback path. */
  readonly path: string;
  /** Where it was set, for whoever has to change it. */
  readonly pathSource?: SettingSource | undefined;
  /** A third-party platform: below the path, or where it has `$APPID$`, come the messages of each authoriser. */
  readonly perAuthorizer: boolean;
  /** Deals with what comes to the callback path. */
  readonly responder: Responder;
  /** Nothing unverified may reach the app by another spelling of the callback path or an odd method. */
  readonly strict: boolean;
  /** The app that gets everything else, when there is one. */
  readonly target: ForwardTarget | undefined;
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

/** Deals with one request; never throws. */
export type Router = (exchange: HttpExchange) => void;

/** Sends each request where it belongs, and records it when it is over. */
export function createRouter(options: RouterOptions): Router {
  return (http) => {
    try {
      route(http, options);
    } catch (error) {
      onBug(error, http, options);
    }
  };
}

/** Only a bug comes here: what peers, handlers and apps do wrong is an outcome. */
function onBug(error: unknown, http: HttpExchange, { logger }: RouterOptions): void {
  const stack = error instanceof Error ? error.stack : undefined;
  logger.error('internal error while answering a request', { stack: stack ?? String(error) });
  if (http.status > 0) http.destroy();
  else http.answer(plainAnswer(500, 'wx-dev failed; see its log'));
}

function route(http: HttpExchange, options: RouterOptions): void {
  const { method } = http.head;
  const { target, path, rawQuery } = splitTarget(http.head.target);
  const reception = { startedAt: Date.now(), method, target, headers: http.headers };
  const atCallback = isCallback(path, options);
  const query = readPushQuery(rawQuery);
  const exchange = { http, reception, begun: performance.now(), query, atCallback };
  if (atCallback && isPush(method, query, options)) answer(exchange, options);
  else if (options.target) pass(exchange, options.target, options);
  else turnAway(exchange, path, options);
}

interface OpenExchange {
  readonly http: HttpExchange;
  readonly reception: Reception;
  /** When the request came, on the clock of `performance.now()`. */
  readonly begun: number;
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

function answer(exchange: OpenExchange, options: RouterOptions): void {
  const { http, reception, query } = exchange;
  const presence = new Presence(options.deadlineMs, http);
  http.mustFinish = true;
  http.collect(maxBodyBytes, (body) => {
    try {
      if (body.type !== 'complete') {
        presence.release();
        const slow = presence.reason === 'deadline';
        finish(exchange, emptyBody, unread(body, slow, exchange, options), options);
        return;
      }
      const arrival = new PushArrival(reception, query, body.bytes, presence);
      const outcome = options.responder(arrival);
      if (!(outcome instanceof Promise)) conclude(exchange, arrival, outcome, options);
      else
        outcome
          .then((settled) => conclude(exchange, arrival, settled, options))
          .catch((error: unknown) => onBug(error, http, options));
    } catch (error) {
      onBug(error, http, options);
    }
  });
  // Nearly always the body has come with its head, and needs no watching.
  if (http.isRequestRead) return;
  presence.onLeave((reason) => {
    if (reason === 'deadline') http.stopCollecting();
  });
}

function conclude(
  exchange: OpenExchange,
  { body, presence }: PushArrival,
  outcome: Outcome,
  options: RouterOptions,
): void {
  presence.release();
  finish(exchange, body, outcome, options);
}

const emptyBody = Buffer.alloc(0);

/** A push as it is handed on. Who does not wait costs no signal and no timer. */
class PushArrival implements Arrival {
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly startedAt: number;
  readonly query: PushQuery;
  readonly ambiguity: Ambiguity | undefined;
  readonly body: Buffer;
  readonly presence: Presence;

  constructor(reception: Reception, read: ReadQuery, body: Buffer, presence: Presence) {
    this.method = reception.method;
    this.target = reception.target;
    this.headers = reception.headers;
    this.startedAt = reception.startedAt;
    this.query = read.query;
    this.ambiguity = read.ambiguity;
    this.body = body;
    this.presence = presence;
  }

  get departure(): AbortSignal {
    return this.presence.signal;
  }
}

/** The outcome of a request whose body did not come, or not in time. */
function unread(
  body: Exclude<BodyResult, { type: 'complete' }>,
  slow: boolean,
  { http, begun }: OpenExchange,
  { nextId }: RouterOptions,
): Outcome {
  const known = { id: nextId(), type: 'unknown' };
  if (body.type === 'cut-off') {
    const { framing } = http.head;
    const error = new WxDevError('WXD3012', {
      receivedBytes: body.receivedBytes,
      expectedBytes: framing.type === 'length' ? framing.bytes : undefined,
      end: slow ? 'stalled' : 'left',
      ms: Math.round(performance.now() - begun),
    });
    return { ...rejected(error, known), answer: slow ? refusal(error, 408) : undefined };
  }
  const { framing } = http.head;
  const announced = framing.type === 'length' ? framing.bytes : 0;
  const sizeBytes = Math.max(announced, body.receivedBytes);
  const error = new WxDevError('WXD1204', { sizeBytes, limitBytes: maxBodyBytes });
  return { ...rejected(error, known), answer: refusal(error, 413) };
}

/** Sends the answer, or leaves as WeChat has left, and records both once the connection is done with them. */
function finish(
  { http, reception, begun }: OpenExchange,
  body: Uint8Array,
  outcome: Outcome,
  { closing, slowMs, onExchange }: RouterOptions,
): void {
  http.onEnd((delivered) => {
    // What was going on when the user ended the server is nobody's fault.
    if (closing.aborted && !delivered) return;
    const ms = performance.now() - begun;
    onExchange(recordOutcome(reception, body, outcome, { ms, delivered, slowMs }));
  });
  if (outcome.answer) http.answer(outcome.answer);
  else http.destroy();
}

function pass(
  { http, reception, begun, query, atCallback }: OpenExchange,
  target: ForwardTarget,
  options: RouterOptions,
): void {
  const { closing, nextId, onExchange } = options;
  const { path: receivedPath } = splitTarget(reception.target);
  const path = pathAtTarget(reception.target, atCallback ? target.path : undefined);
  passOn(http, path, { target }, (passed, delivered) => {
    if (closing.aborted && !delivered) return;
    const ms = performance.now() - begun;
    // An app may have several callbacks; only what it does not know itself was meant for this one.
    const isLost = !atCallback && passed.status === 404 && looksLikeWechat(query);
    const error = passed.error ?? (isLost ? misdirection(receivedPath, options) : undefined);
    onExchange(recordPassed(reception, { ...passed, error }, { id: nextId(), ms }));
  });
}

/** Another path, or a method that WeChat does not use. */
function turnAway(exchange: OpenExchange, path: string, options: RouterOptions): void {
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
    error: misdirected ? misdirection(path, options) : undefined,
  };
  finish(exchange, emptyBody, outcome, options);
}

/** WeChat asked for `received`, and nothing is there. */
function misdirection(
  received: string,
  { path, pathSource }: RouterOptions,
): WxDevError<'WXD3013'> {
  return new WxDevError('WXD3013', { received, path, source: pathSource });
}

function withAllow(answer: NonNullable<Outcome['answer']>): NonNullable<Outcome['answer']> {
  return { ...answer, headers: [...answer.headers, ['Allow', 'GET, POST']] };
}

import type { Socket } from 'node:net';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { formatErrorAnswer } from '../wire/error-answer.ts';
import {
  findHeadEnd,
  formatHead,
  headerField,
  parseRequestHead,
  type HeaderField,
  type RequestHead,
} from '../wire/head.ts';
import { sessionLimits } from '../wire/limits.ts';
import { TUNNEL_PATH } from '../wire/link.ts';
import { forwardedHead } from './forwarded.ts';
import {
  BODY_TIMEOUT_MS,
  HEAD_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  LINGER_BYTES,
  LINGER_MS,
  RETRY_AFTER_S,
  WRITE_STALL_MS,
} from './limits.ts';
import { PublicExchange, type ExchangeOwner } from './public-exchange.ts';
import type { NamedClient, Refusal, Router } from './routing.ts';

/** What public connections share. */
export interface PublicContext {
  readonly router: Router;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  now(): number;
  newRequestId(): string;
  /** Told about each request that was answered; undefined while nobody listens. */
  readonly onRequest: ((request: RelayRequest) => void) | undefined;
  /** Takes over a connection on which a client dials; `bytes` have been read from it. */
  handOver(socket: Socket, bytes: Buffer): void;
  /** The connection is gone or was handed over. */
  forget(connection: PublicConnection): void;
}

/** One request of the public side, when it is over. */
export interface RelayRequest {
  /** As the app and the answer's X-Request-Id have it. */
  readonly requestId: string;
  /** Subdomain, also one that nobody has; empty where the host is none of ours. */
  readonly name: string;
  readonly method: string;
  /** Without the query, which carries signatures and tokens. */
  readonly path: string;
  /** 0 when the public client left before an answer began. */
  readonly status: number;
  /** From the head of the request to the last byte of the answer. */
  readonly ms: number;
  /** Address of the public client. */
  readonly remote: string;
}

type Phase = 'head' | 'parked' | 'exchange' | 'draining' | 'linger' | 'gone';

const EMPTY = Buffer.alloc(0);

/**
 * One connection of the public side: reads one request after the other, finds the tunnel of each by its own Host, and reads
 * the next head only when the answer before it is complete.
 */
export class PublicConnection implements ExchangeOwner {
  readonly socket: Socket;
  readonly #context: PublicContext;
  #phase: Phase = 'head';
  /** Bytes read but not yet understood. */
  #held: Buffer = EMPTY;
  #exchange: PublicExchange | undefined;
  #request: RequestHead | undefined;
  #name = '';
  #requestId = '';
  #begunAt = 0;
  #deadline: number;
  #stalledSince: number | undefined;
  #lingeredBytes = 0;
  #inputEnded = false;
  #isLast = false;
  #mayBeginEmpty = true;
  #stopWaiting: (() => void) | undefined;

  constructor(socket: Socket, context: PublicContext) {
    this.socket = socket;
    this.#context = context;
    this.#deadline = context.now() + HEAD_TIMEOUT_MS;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    // 'close' follows and says all that is needed; without a listener a peer's reset would end the process.
    socket.on('error', ignore);
  }

  get name(): string {
    return this.#name;
  }

  get mayKeepAlive(): boolean {
    return this.#request?.keepAlive === true && !this.#isLast && !this.#inputEnded;
  }

  /** Whether a request is being answered. */
  get isBusy(): boolean {
    return this.#phase === 'exchange' || this.#phase === 'parked';
  }

  /** Enforces the deadlines. */
  sweep(now: number): void {
    if (this.#stalledSince !== undefined && now - this.#stalledSince > WRITE_STALL_MS) {
      this.abort();
      return;
    }
    if (now < this.#deadline) return;
    if (this.#phase === 'parked') this.#giveUpWaiting();
    else if (this.#phase === 'linger' || (this.#phase === 'head' && this.#held.length === 0))
      this.socket.destroy();
    else if (this.#phase === 'head')
      this.refuse(httpError(408, 'a request head that does not come to its end'), 408);
    else if (this.#exchange && !this.#exchange.hasAnswer) {
      this.#exchange.cancel();
      this.refuse(httpError(408, 'a request body that does not come to its end'), 408);
    } else this.abort();
  }

  /** Answers what is running, and nothing more. */
  finish(): void {
    this.#isLast = true;
    if (!this.isBusy && this.#phase !== 'linger') this.socket.destroy();
  }

  exchangeEnded(keepAlive: boolean): void {
    this.#report(this.#exchange?.status ?? 0);
    this.#exchange = undefined;
    this.#request = undefined;
    if (!keepAlive || this.#isLast) {
      this.#linger();
      return;
    }
    // Answers that nobody reads must not pile up behind a pipeline of requests.
    if (!this.socket.writableNeedDrain) {
      this.#next();
      return;
    }
    this.#phase = 'draining';
    this.#deadline = Infinity;
    this.setStalled(true);
    this.socket.pause();
  }

  #next(): void {
    this.#phase = 'head';
    const hasMore = this.#held.length > 0;
    this.#deadline = this.#context.now() + (hasMore ? HEAD_TIMEOUT_MS : KEEP_ALIVE_MS);
    this.#mayBeginEmpty = true;
    this.setReading(true);
    if (hasMore) this.#readHead(0);
    else if (this.#inputEnded) this.socket.end();
  }

  refuse(error: WxDevError, status: number, retryAfterS?: number): void {
    this.#exchange = undefined;
    const requestFields = this.#request?.fields;
    const answer = formatErrorAnswer(error, { status, requestFields, retryAfterS });
    const fields: HeaderField[] = [...answer.fields, headerField('Connection', 'close')];
    if (this.#request) fields.push(headerField('X-Request-Id', this.#requestId));
    const isHead = this.#request?.method === 'HEAD';
    this.#report(status);
    const head = formatHead(`HTTP/1.1 ${answer.status} ${answer.reason}`, fields);
    this.socket.write(isHead ? head : Buffer.concat([head, answer.body]));
    this.#linger();
  }

  abort(): void {
    const { socket } = this;
    // A plain FIN would end a body that lasts until close as if it were whole. Node 20 never frees a socket that is reset while
    // it writes or ends, and then spins on it; so those get the FIN.
    const canReset = socket.writableLength === 0 && !socket.writableEnded;
    if (this.#exchange?.endsWithConnection && canReset && !('encrypted' in socket))
      socket.resetAndDestroy();
    else socket.destroy();
  }

  upgraded(): void {
    this.#deadline = Infinity;
    const early = this.#held;
    this.#held = EMPTY;
    this.setReading(true);
    if (early.length > 0) this.#exchange?.feed(early);
    if (this.#inputEnded) this.#exchange?.inputEnded();
  }

  setReading(isReading: boolean): void {
    if (this.#phase === 'gone') return;
    if (isReading) this.socket.resume();
    else this.socket.pause();
    const isBodyExpected = this.#phase === 'exchange' && this.#exchange?.isRequestRead === false;
    if (this.#phase === 'exchange')
      this.#deadline =
        isReading && isBodyExpected ? this.#context.now() + BODY_TIMEOUT_MS : Infinity;
  }

  setStalled(isStalled: boolean): void {
    if (!isStalled) this.#stalledSince = undefined;
    else this.#stalledSince ??= this.#context.now();
  }

  readonly #onData = (bytes: Buffer): void => {
    switch (this.#phase) {
      case 'head': {
        const from = this.#held.length;
        if (from === 0) this.#deadline = this.#context.now() + HEAD_TIMEOUT_MS;
        this.#held = from === 0 ? bytes : Buffer.concat([this.#held, bytes]);
        this.#readHead(from);
        return;
      }
      case 'exchange':
        this.#feed(bytes);
        return;
      case 'parked':
      case 'draining':
        this.#hold(bytes);
        return;
      case 'linger':
        this.#lingeredBytes += bytes.length;
        if (this.#lingeredBytes > LINGER_BYTES) this.socket.destroy();
        return;
      case 'gone':
        return;
    }
  };

  #readHead(searched: number): void {
    try {
      // RFC 9112 §2.2: some old clients send an empty line after a body.
      if (this.#mayBeginEmpty && this.#held[0] === 13 && this.#held[1] === 10) {
        this.#mayBeginEmpty = false;
        this.#held = this.#held.subarray(2);
      }
      const end = findHeadEnd(this.#held, searched);
      if (end < 0) return;
      const bytes = this.#held;
      const request = parseRequestHead(bytes.subarray(0, end));
      this.#request = request;
      this.#requestId = this.#context.newRequestId();
      this.#begunAt = this.#context.now();
      this.#name = '';
      if (isDial(request)) {
        this.#handOver(bytes);
        return;
      }
      this.#held = bytes.subarray(end);
      this.#route(request);
    } catch (error) {
      this.#refuseMalformed(error);
    }
  }

  #route(request: RequestHead): void {
    const route = this.#context.router.route(request.host, this.#context.now());
    if (route.type === 'refusal') {
      this.#refuseWith(route);
      return;
    }
    this.#name = route.name;
    if (route.type === 'client') this.#begin(route.client);
    else this.#park(route.ms);
  }

  #begin(client: NamedClient): void {
    const request = this.#request;
    if (!request) return;
    this.#stopWaiting = undefined;
    if (!client.link.canOpen) {
      const { maxStreams } = sessionLimits;
      const error = new WxDevError('WXD4011', { limit: 'requests of one tunnel', max: maxStreams });
      this.refuse(error, 503, RETRY_AFTER_S);
      return;
    }
    this.#phase = 'exchange';
    const wireHead = forwardedHead(request, {
      remote: plainAddress(this.socket.remoteAddress),
      scheme: this.#context.scheme,
      port: this.#context.port,
      requestId: this.#requestId,
    });
    const outgoing = { head: wireHead, requestId: this.#requestId };
    this.#exchange = new PublicExchange(this, client.link, request, outgoing);
    this.setReading(true);
    const held = this.#held;
    this.#held = EMPTY;
    if (held.length > 0) this.#feed(held);
    if (this.#inputEnded) this.#exchange?.inputEnded();
  }

  #feed(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    try {
      if (!exchange.isRequestRead) this.#deadline = this.#context.now() + BODY_TIMEOUT_MS;
      const rest = exchange.feed(bytes);
      if (this.#exchange !== exchange) {
        // The answer had been complete before: the connection has gone on, and `rest` is its next request.
        if (rest.length > 0) this.#onData(rest);
        return;
      }
      if (exchange.isRequestRead) this.#deadline = Infinity;
      if (rest.length > 0) this.#hold(rest);
    } catch (error) {
      exchange.cancel();
      this.#refuseMalformed(error);
    }
  }

  /** Keeps what came too early: the next request of a pipeline, or a body while the client is awaited. */
  #hold(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.socket.pause();
  }

  #park(ms: number): void {
    this.#phase = 'parked';
    this.#deadline = this.#context.now() + ms;
    const stop = this.#context.router.wait(this.#name, (client) => this.#begin(client));
    if (typeof stop === 'function') this.#stopWaiting = stop;
    else this.#refuseWith(stop);
  }

  #giveUpWaiting(): void {
    this.#stopWaiting?.();
    const host = this.#request?.host ?? '';
    this.#refuseWith(this.#context.router.waitedInVain(this.#name, host, this.#context.now()));
  }

  #refuseWith({ error, status, retryAfterS }: Refusal): void {
    this.refuse(error, status, retryAfterS);
  }

  #refuseMalformed(error: unknown): void {
    if (!isWxDevError(error, 'WXD4012')) throw error;
    if (this.#exchange?.hasAnswer) this.abort();
    else this.refuse(error, error.details.status);
  }

  #handOver(bytes: Buffer): void {
    this.#leave();
    this.#context.handOver(this.socket, bytes);
  }

  /** Once for each request, whatever became of it. */
  #report(status: number): void {
    const request = this.#request;
    const { onRequest } = this.#context;
    this.#request = undefined;
    if (!request || !onRequest) return;
    onRequest({
      requestId: this.#requestId,
      name: this.#name,
      method: request.method,
      path: request.target.split('?', 1)[0] ?? '',
      status,
      ms: this.#context.now() - this.#begunAt,
      remote: plainAddress(this.socket.remoteAddress),
    });
  }

  /** Ends our side and reads on for a moment: closing with unread bytes would reset the answer away. */
  #linger(): void {
    if (this.#phase === 'gone') return;
    this.#phase = 'linger';
    this.#held = EMPTY;
    this.#deadline = this.#context.now() + LINGER_MS;
    this.socket.end();
    this.socket.resume();
  }

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    if (this.#phase === 'exchange') this.#exchange?.inputEnded();
    else if (this.#phase === 'head' && this.#held.length > 0) this.abort();
    else if (this.#phase === 'head') this.socket.end();
  };

  readonly #onDrain = (): void => {
    this.#stalledSince = undefined;
    if (this.#exchange) this.#exchange.drained();
    else if (this.#phase === 'draining') this.#next();
  };

  readonly #onClose = (): void => {
    this.#report(this.#exchange?.status ?? 0);
    this.#leave();
    this.#exchange?.cancel();
    this.#exchange = undefined;
  };

  #leave(): void {
    this.#stopWaiting?.();
    this.#phase = 'gone';
    this.socket.off('data', this.#onData);
    this.socket.off('end', this.#onEnd);
    this.socket.off('drain', this.#onDrain);
    this.socket.off('close', this.#onClose);
    this.#context.forget(this);
  }
}

function isDial(request: RequestHead): boolean {
  const [path] = request.target.split('?', 1);
  return path === TUNNEL_PATH && request.upgrade?.toLowerCase() === 'websocket';
}

/** IPv4 addresses without the `::ffff:` that a listener on `::` shows them with. */
function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/i, '');
}

function httpError(status: number, problem: string): WxDevError<'WXD4012'> {
  return new WxDevError('WXD4012', { status, problem });
}

function ignore(): void {
  // See the constructor.
}

import type { WebSocket } from 'ws';
import { isWxDevError } from '../core/errors.ts';
import { formatErrorAnswer } from '../wire/error-answer.ts';
import { closeCodes } from '../wire/handshake.ts';
import {
  formatHead,
  headerField,
  parseRequestHead,
  type HeaderField,
  type RequestHead,
} from '../wire/head.ts';
import { Link, PING_PATH } from '../wire/link.ts';
import { Session } from '../wire/session.ts';
import { CLOSE_TIMEOUT_MS } from './limits.ts';
import { LocalExchange, type ExchangeEnd } from './local-exchange.ts';
import type { LocalPool } from './local-pool.ts';

/** What one connection to the relay needs. */
export interface RelayConnectionOptions {
  readonly socket: WebSocket;
  readonly pool: LocalPool;
  /** Origin of the local server, for errors. */
  readonly target: string;
  readonly now: () => number;
  readonly onExchange: (
    request: RequestHead,
    startedAt: number,
    ms: number,
    end: ExchangeEnd,
  ) => void;
  /** Called once. `isSuperseded` says that a newer client has our name. */
  readonly onLost: (reason: string, isSuperseded: boolean) => void;
}

/** One accepted connection to the relay, from its first stream to its loss. */
export class RelayConnection {
  readonly #options: RelayConnectionOptions;
  readonly #link: Link;
  readonly #exchanges = new Set<LocalExchange>();
  #isSuperseded = false;
  #leaveAt: number | undefined;
  #reason: string | undefined;

  constructor(options: RelayConnectionOptions) {
    const { socket, now } = options;
    this.#options = options;
    this.#link = new Link({
      session: new Session({ role: 'client', now: now() }),
      sink: socket,
      listener: {
        open: (stream, head, end) => this.#open(stream, head, end),
        goAway: (reason, deadlineMs) => this.#prepareToLeave(reason, deadlineMs),
        dead: () => {
          this.#reason = 'the relay fell silent';
          socket.terminate();
        },
      },
      schedule: setImmediate,
    });
    socket.on('message', (message: Buffer) => this.#receive(message));
    socket.on('error', (error) => {
      this.#reason ??= error.message;
    });
    socket.once('close', (code) => this.#closed(code));
  }

  /** Round trip in milliseconds, once measured. */
  get rttMs(): number | undefined {
    return this.#link.rttMs;
  }

  /** Keepalive and deadlines; call it every `tickIntervalMs`. */
  tick(now: number): void {
    if (!this.#link.isOpen) return;
    this.#link.tick(now);
    for (const exchange of this.#exchanges) exchange.tick(now);
    if (this.#leaveAt !== undefined && (this.#link.size === 0 || now >= this.#leaveAt))
      this.#options.socket.close(closeCodes.goingAway);
  }

  /** Ends the tunnel: the relay forgets that it expects us. */
  async close(): Promise<void> {
    const { socket } = this.#options;
    if (socket.readyState === socket.CLOSED) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(closeCodes.normal);
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  }

  #receive(message: Buffer): void {
    try {
      this.#link.receive(message, this.#options.now());
    } catch (error) {
      if (!isWxDevError(error, 'WXD4009')) throw error;
      this.#reason = error.details.rule;
      this.#options.socket.close(closeCodes.violation);
    }
  }

  #open(stream: number, head: Buffer, isWhole: boolean): void {
    const { pool, target, now, onExchange } = this.#options;
    const request = this.#parse(stream, head);
    if (!request) return;
    if (request.method === 'GET' && request.target === PING_PATH) {
      this.#answer(stream, 'HTTP/1.1 204 No Content', [headerField('x-wx-dev-tunnel', 'up')]);
      return;
    }
    const startedAt = Date.now();
    // Not `now`, which counts the time that the computer slept.
    const begun = performance.now();
    const exchange = new LocalExchange({
      link: this.#link,
      stream,
      pool,
      target,
      request,
      isWhole,
      now,
      onEnd: (end) => {
        this.#exchanges.delete(exchange);
        onExchange(request, startedAt, performance.now() - begun, end);
      },
    });
    this.#exchanges.add(exchange);
    this.#link.accept(stream, exchange);
  }

  /** The relay has checked the head; but what our local server reads is decided here. */
  #parse(stream: number, head: Buffer): RequestHead | undefined {
    try {
      return parseRequestHead(head, 'tunnel');
    } catch (error) {
      if (!isWxDevError(error, 'WXD4012')) throw error;
      const answer = formatErrorAnswer(error, { status: error.details.status });
      const startLine = `HTTP/1.1 ${answer.status} ${answer.reason}`;
      this.#answer(stream, startLine, answer.fields, answer.body);
      return undefined;
    }
  }

  /** What this end says by itself. */
  #answer(stream: number, startLine: string, fields: readonly HeaderField[], body?: Buffer): void {
    this.#link.head(stream, formatHead(startLine, fields), false);
    if (body) this.#link.write(stream, body);
    this.#link.end(stream);
  }

  #prepareToLeave(reason: string, deadlineMs: number): void {
    if (reason === 'superseded') this.#isSuperseded = true;
    this.#reason ??= reason;
    this.#leaveAt = this.#options.now() + deadlineMs;
  }

  #closed(code: number): void {
    this.#link.lose('the connection to the relay was lost');
    const isSuperseded = this.#isSuperseded || code === closeCodes.superseded;
    this.#options.onLost(this.#reason ?? `the relay closed the connection (${code})`, isSuperseded);
  }
}

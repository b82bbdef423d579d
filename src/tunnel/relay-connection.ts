import type { WebSocket } from 'ws';
import { isWxDevError } from '../core/errors.ts';
import { formatErrorAnswer } from '../wire/error-answer.ts';
import {
  closeCodes,
  isLoss,
  linksFeature,
  resumeFeature,
  type Resumption,
  type Welcome,
} from '../wire/handshake.ts';
import {
  fieldValue,
  formatHead,
  headerField,
  parseRequestHead,
  type HeaderField,
  type RequestHead,
} from '../wire/head.ts';
import { Link, PING_PATH } from '../wire/link.ts';
import { Session } from '../wire/session.ts';
import type { Deliveries } from './deliveries.ts';
import { CLOSE_TIMEOUT_MS, LOCAL_HEAD_MS } from './limits.ts';
import { LocalExchange, type ExchangeEnd } from './local-exchange.ts';
import type { LocalPool } from './local-pool.ts';
import type { LocalTarget } from './local-target.ts';

/** What one connection to the relay needs. */
export interface RelayConnectionOptions {
  readonly socket: WebSocket;
  readonly welcome: Welcome;
  readonly pool: LocalPool;
  readonly local: LocalTarget;
  readonly deliveries: Deliveries;
  readonly now: () => number;
  readonly onExchange: (
    request: RequestHead,
    startedAt: number,
    ms: number,
    end: ExchangeEnd,
  ) => void;
  /** Called when a request comes. */
  readonly onRequest: () => void;
  /** The relay goes away soon, and takes this connection with it. */
  readonly onMove: (self: RelayConnection) => void;
  /** Called when the WebSocket is lost; `how` says whether the session can go on over another one. */
  readonly onLost: (self: RelayConnection, reason: string, how: LossKind) => void;
}

/** What becomes of a session whose WebSocket is lost. */
export type LossKind = 'suspended' | 'over' | 'superseded';

/** One session with the relay, from its first stream to its end, and the WebSocket over which it runs now. */
export class RelayConnection {
  readonly #options: RelayConnectionOptions;
  readonly #link: Link;
  readonly #exchanges = new Set<LocalExchange>();
  #socket: WebSocket | undefined;
  #isSuperseded = false;
  #receivedBefore = 0;
  /** When the relay gives the session up. */
  #forgottenAt = Infinity;
  #leaveAt: number | undefined;
  #reason: string | undefined;

  constructor(options: RelayConnectionOptions) {
    const { socket, welcome, now } = options;
    const isResumable = welcome.features.includes(resumeFeature);
    const hasLinks = welcome.features.includes(linksFeature);
    this.#options = options;
    this.#link = new Link({
      session: new Session({ role: 'client', now: now(), isResumable, hasLinks }),
      sink: socket,
      listener: {
        open: (stream, head, end) => this.#open(stream, head, end),
        goAway: (reason, deadlineMs) => this.#prepareToLeave(reason, deadlineMs),
        leaving: () => options.onMove(this),
        dead: () => {
          this.#reason = 'the relay fell silent';
          this.#socket?.terminate();
        },
      },
      schedule: setImmediate,
      resumablePeer: isResumable ? 'relay' : undefined,
    });
    this.#listen(socket);
  }

  get name(): string {
    return this.#options.welcome.name;
  }

  /** Whether its relay lets a client have several links. */
  get hasLinks(): boolean {
    return this.#options.welcome.features.includes(linksFeature);
  }

  get isUp(): boolean {
    return this.#link.isOpen && !this.#link.isSuspended;
  }

  /** Requests in work. */
  get busy(): number {
    return this.#link.size;
  }

  /** Where the session goes on after a loss; undefined when it cannot. */
  get resumption(): Resumption | undefined {
    if (!this.#link.isSuspended) return undefined;
    return { session: this.#options.welcome.session, received: this.#link.received };
  }

  /** Goes on over `socket`, when the relay has `received` bytes of ours; otherwise the session is over. */
  resume(socket: WebSocket, received: number): void {
    this.#reason = undefined;
    this.#receivedBefore = this.#link.received;
    this.#forgottenAt = Infinity;
    this.#listen(socket);
    if (this.#link.resume(socket, received, this.#options.now())) return;
    this.#reason = 'the relay came back with a wrong count';
    this.lose();
    socket.close(closeCodes.violation);
  }

  /** The session cannot go on: whoever waits for it is told. */
  lose(): void {
    this.#link.lose('the connection to the relay was lost');
  }

  /** Round trip in milliseconds, once measured. */
  get rttMs(): number | undefined {
    return this.#link.rttMs;
  }

  /** Bytes that came over the newest WebSocket. */
  get carried(): number {
    return this.#link.received - this.#receivedBefore;
  }

  /** Keepalive and deadlines; call it every `tickIntervalMs`. */
  tick(now: number): void {
    if (!this.#link.isOpen) return;
    if (now >= this.#forgottenAt) this.lose();
    this.#link.tick(now);
    for (const exchange of this.#exchanges) exchange.tick(now);
    if (this.#leaveAt !== undefined && (this.#link.size === 0 || now >= this.#leaveAt))
      this.#socket?.close(closeCodes.goingAway);
  }

  /** Ends the tunnel: the relay forgets that it expects us. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === socket.CLOSED) {
      this.lose();
      return;
    }
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
      this.#socket?.close(closeCodes.violation);
    }
  }

  #open(stream: number, head: Buffer, isWhole: boolean): void {
    this.#options.onRequest();
    const request = this.#parse(stream, head);
    if (!request) return;
    if (request.method === 'GET' && request.target === PING_PATH) {
      this.#answer(stream, 'HTTP/1.1 204 No Content', [headerField('x-wx-dev-tunnel', 'up')]);
      return;
    }
    const kept = fieldValue(request.fields, 'x-wx-dev-spooled');
    const outcome = kept === undefined ? false : this.#options.deliveries.find(kept);
    if (outcome === false) this.#ask(stream, request, isWhole, kept);
    else void this.#answerAgain(stream, outcome);
  }

  /** The app has been asked before, over a link that is lost: the relay is only to know that it was. */
  async #answerAgain(stream: number, outcome: true | Promise<boolean>): Promise<void> {
    const isAnswered = await withinTime(outcome, LOCAL_HEAD_MS);
    if (isAnswered) this.#answer(stream, 'HTTP/1.1 200 OK', [headerField('Content-Length', '0')]);
    else
      this.#answer(stream, 'HTTP/1.1 503 Service Unavailable', [
        headerField('x-wx-dev-error', 'WXD4008'),
        headerField('Content-Length', '0'),
      ]);
  }

  #ask(stream: number, request: RequestHead, isWhole: boolean, kept: string | undefined): void {
    const { pool, local, now, onExchange, deliveries } = this.#options;
    const delivered = kept === undefined ? undefined : deliveries.begin(kept);
    const startedAt = Date.now();
    // Not `now`, which counts the time that the computer slept.
    const begun = performance.now();
    const exchange = new LocalExchange({
      link: this.#link,
      stream,
      pool,
      local,
      request,
      isWhole,
      mustFinish: kept !== undefined,
      now,
      onEnd: (end) => {
        this.#exchanges.delete(exchange);
        delivered?.(end.status !== 0 && end.error === undefined);
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
      const answer = formatErrorAnswer(error, { status: error.details.status, hop: 'relay' });
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

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('message', (message: Buffer) => this.#receive(message));
    socket.on('error', (error) => {
      this.#reason ??= error.message;
    });
    socket.once('close', (code) => this.#closed(code));
  }

  #closed(code: number): void {
    const { welcome, now, onLost } = this.#options;
    this.#socket = undefined;
    const reason = this.#reason ?? `the relay closed the connection (${code})`;
    const isSuperseded = this.#isSuperseded || code === closeCodes.superseded;
    const isResumable = welcome.features.includes(resumeFeature) && this.#link.isOpen;
    if (isResumable && isLoss(code) && this.#leaveAt === undefined) {
      this.#link.suspend();
      this.#forgottenAt = now() + welcome.graceMs;
      onLost(this, reason, 'suspended');
      return;
    }
    this.lose();
    onLost(this, reason, isSuperseded ? 'superseded' : 'over');
  }
}

/** `outcome`, or false when it takes longer than `ms`. */
async function withinTime(outcome: true | Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms).unref();
  });
  const result = await Promise.race([outcome, late]);
  clearTimeout(timer);
  return result;
}

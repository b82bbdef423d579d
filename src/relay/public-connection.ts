import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { isWxDevError } from '../core/errors.ts';
import type { RequestHead } from '../wire/head.ts';
import { TUNNEL_PATH, type Link } from '../wire/link.ts';
import type { Seat } from './connection-budget.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { forwardedHead, originOf, type Arrival } from './forwarded.ts';
import { HEAD_TIMEOUT_MS, KEEP_ALIVE_MS, LAST_HEAD_MS, WRITE_STALL_MS } from './limits.ts';
import { HeadReader } from './head-reader.ts';
import { KeptRequest, type KeptRequestOwner } from './kept-request.ts';
import { linger } from './linger.ts';
import type { PublicContext } from './public-context.ts';
import { PublicExchange, type ExchangeOwner } from './public-exchange.ts';
import {
  clientLate,
  formatRefusal,
  malformedRequest,
  tooLarge,
  tooSlow,
  tunnelFull,
  type Refusal,
} from './refusals.ts';
import { LoggedRequest } from './request-log.ts';
import type { NamedClient } from './routing.ts';

type Phase = 'head' | 'parked' | 'keeping' | 'exchange' | 'draining' | 'gone';

/**
 * One connection of the public side: reads one request after the other, finds the tunnel of each by its own Host, and reads
 * the next head only when the answer before it is complete.
 */
export class PublicConnection implements ExchangeOwner, KeptRequestOwner {
  readonly socket: Socket;
  readonly #context: PublicContext<PublicConnection>;
  readonly #arrival: Arrival & {
    readonly servername: string | undefined;
    readonly seat: Seat | undefined;
  };
  readonly #reader = new HeadReader();
  #phase: Phase = 'head';
  #request: LoggedRequest | undefined;
  #exchange: PublicExchange | undefined;
  #clock: ExchangeClock | undefined;
  /** When the phase, unless it is an exchange, has lasted too long. */
  #deadline: number;
  #stalledSince: number | undefined;
  #inputEnded = false;
  #isLast = false;
  #hasAsked = false;
  #kept: KeptRequest | undefined;
  #stopWaiting: (() => void) | undefined;

  /** @param seat Its place among all connections, where those are counted */
  constructor(socket: Socket, context: PublicContext<PublicConnection>, peer: string, seat?: Seat) {
    this.socket = socket;
    this.#context = context;
    this.#arrival = {
      peer,
      isTrusted: context.proxies?.has(peer) ?? false,
      scheme: context.scheme,
      port: context.port,
      servername: socket instanceof TLSSocket ? socket.servername || undefined : undefined,
      seat,
    };
    this.#deadline = context.now() + HEAD_TIMEOUT_MS;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    // 'close' follows and says all that is needed; without a listener a peer's reset would end the process.
    socket.on('error', ignore);
  }

  get name(): string {
    return this.#request?.name ?? '';
  }

  get mayKeepAlive(): boolean {
    return this.#request?.head.keepAlive === true && !this.#isLast && !this.#inputEnded;
  }

  /** Whether a request is being answered. */
  get isBusy(): boolean {
    return this.#phase !== 'head' ? isWork(this.#phase) : this.#isAwaited;
  }

  /** Whether a request is on its way that is still answered. */
  get #isAwaited(): boolean {
    const isNew = !this.#hasAsked || this.#reader.bytes > 0;
    return this.#phase === 'head' && this.#isLast && isNew;
  }

  /** Enforces the deadlines. */
  sweep(now: number): void {
    if (this.#stalledSince !== undefined && now - this.#stalledSince > WRITE_STALL_MS) {
      this.abort();
      return;
    }
    const clock = this.#phase === 'exchange' ? this.#clock : undefined;
    const { deadline } = clock ?? this.#kept ?? { deadline: this.#deadline };
    if (now < deadline) return;
    if (clock) this.#giveUpExchange(clock);
    else if (this.#kept) this.#kept.giveUp();
    else if (this.#phase === 'parked') this.#giveUpWaiting();
    else if (this.#phase === 'head' && this.#reader.bytes === 0) this.socket.destroy();
    else if (this.#phase === 'head') this.refuse(tooSlow('head'));
    else this.abort();
  }

  /** Whether it waits for its next request, and none has begun. */
  get isIdle(): boolean {
    const isBetween = this.#hasAsked && this.#request === undefined;
    return this.#phase === 'head' && isBetween && this.#reader.bytes === 0;
  }

  /** Answers what is running, and nothing more. */
  finish(): void {
    this.#isLast = true;
    if (this.#isAwaited)
      this.#deadline = Math.min(this.#deadline, this.#context.now() + LAST_HEAD_MS);
    else if (!this.isBusy) this.socket.destroy();
  }

  exchangeEnded(keepAlive: boolean): void {
    this.#requestEnded(this.#exchange?.status ?? 0);
    this.#exchange = undefined;
    if (!keepAlive || this.#isLast) {
      this.#hangUp();
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
    const hasMore = this.#reader.bytes > 0;
    this.#deadline = this.#context.now() + (hasMore ? HEAD_TIMEOUT_MS : KEEP_ALIVE_MS);
    this.socket.resume();
    this.#readHead(undefined);
    if (!hasMore && this.#inputEnded) this.socket.end();
  }

  refuse(refusal: Refusal): void {
    this.#exchange = undefined;
    const { head, origin } = this.#request ?? {};
    const answer = formatRefusal(refusal, head, origin?.requestId ?? '');
    this.#requestEnded(refusal.status, refusal.error.code);
    this.socket.write(answer);
    this.#hangUp();
  }

  abort(): void {
    const { socket } = this;
    // A plain FIN would end a body that lasts until close as if it were whole. Node 20 never frees a socket that is reset while
    // it writes or ends, and then spins on it; so those get the FIN.
    const canReset = socket.writableLength === 0 && !socket.writableEnded;
    if (this.#exchange?.endsWithConnection && canReset && !(socket instanceof TLSSocket))
      socket.resetAndDestroy();
    else socket.destroy();
  }

  answered(isFinal: boolean): void {
    this.#clock?.answered(isFinal, this.#context.now());
  }

  upgraded(): void {
    this.#clock?.bodyEnded(this.#context.now());
    const early = this.#reader.take();
    this.setReading(true);
    if (early.length > 0) this.#exchange?.feed(early);
    if (this.#inputEnded) this.#exchange?.inputEnded();
  }

  setReading(isReading: boolean): void {
    if (this.#phase === 'gone') return;
    if (isReading) this.socket.resume();
    else this.socket.pause();
    this.#clock?.setReading(isReading, this.#context.now());
  }

  setStalled(isStalled: boolean): void {
    if (!isStalled) this.#stalledSince = undefined;
    else this.#stalledSince ??= this.#context.now();
  }

  readonly #onData = (bytes: Buffer): void => {
    switch (this.#phase) {
      case 'head':
        if (this.#reader.bytes === 0) this.#deadline = this.#context.now() + HEAD_TIMEOUT_MS;
        this.#readHead(bytes);
        return;
      case 'exchange':
        this.#feed(bytes);
        return;
      case 'parked':
      case 'draining':
        this.#hold(bytes);
        return;
      case 'keeping':
        this.#keep(bytes);
        return;
      case 'gone':
        return;
    }
  };

  /** @param bytes What came; undefined to look at what came too early. */
  #readHead(bytes: Buffer | undefined): void {
    try {
      const head = bytes === undefined ? this.#reader.restart() : this.#reader.push(bytes);
      if (!head) return;
      this.#hasAsked = true;
      const { ids, proxies, now } = this.#context;
      const origin = originOf(head, this.#arrival, ids, proxies);
      const time = now();
      const request = new LoggedRequest(head, origin, time);
      this.#request = request;
      if (isDial(head)) this.#handOver(origin.remote);
      else this.#route(request, time);
    } catch (error) {
      this.#refuseBad(error);
    }
  }

  #route(request: LoggedRequest, time: number): void {
    const { router, admission } = this.#context;
    const { head, origin } = request;
    const refused = admission.refuse(head, this.#arrival, origin.remote, time);
    if (refused) {
      this.refuse(refused);
      return;
    }
    const route = router.route(head.host, time);
    if (route.type === 'refusal') {
      this.#keepOrRefuse(route);
      return;
    }
    request.name = route.name;
    if (route.type === 'client') this.#open(route.client, time);
    else this.#park(route.ms);
  }

  #open(client: NamedClient, time: number): void {
    const request = this.#request;
    if (!request) return;
    this.#stopWaiting = undefined;
    const { admission, memory } = this.#context;
    const { link } = client;
    const refused = this.#enter(request, client, link, time);
    if (refused) {
      this.refuse(refused);
      return;
    }
    const { head, origin } = request;
    this.#phase = 'exchange';
    this.#clock = new ExchangeClock(time);
    this.#exchange = new PublicExchange(this, link, head, {
      head: forwardedHead(head, origin),
      requestId: origin.requestId,
      maxBodyBytes: admission.maxBodyBytes,
      share: memory.of(link),
      now: time,
    });
    if (this.#exchange.isRequestRead) this.#clock.bodyEnded(time);
    this.socket.resume();
    const held = this.#reader.take();
    if (held.length > 0) this.#feed(held);
    if (this.#inputEnded) this.#exchange?.inputEnded();
  }

  #enter(
    request: LoggedRequest,
    client: NamedClient,
    link: Link,
    time: number,
  ): Refusal | undefined {
    const entered = this.#context.admission.enter(request, client, time);
    if (entered !== undefined && typeof entered !== 'function') return entered;
    request.entered(entered);
    return link.canOpen ? undefined : tunnelFull();
  }

  #feed(bytes: Buffer): void {
    const exchange = this.#exchange;
    const clock = this.#clock;
    if (!exchange || !clock) return;
    try {
      const now = this.#context.now();
      if (!exchange.isRequestRead) clock.received(bytes.length, now);
      const rest = exchange.feed(bytes);
      if (this.#exchange !== exchange) {
        // The answer had been complete before: the connection has gone on, and `rest` is its next request.
        if (rest.length > 0) this.#onData(rest);
        return;
      }
      if (exchange.isRequestRead) clock.bodyEnded(now);
      if (rest.length > 0) this.#hold(rest);
    } catch (error) {
      exchange.cancel();
      this.#refuseBad(error);
    }
  }

  /** Keeps what came too early: the next request of a pipeline, or a body while the client is awaited. */
  #hold(bytes: Buffer): void {
    this.#reader.hold(bytes);
    this.socket.pause();
  }

  #park(ms: number): void {
    this.#phase = 'parked';
    this.#deadline = this.#context.now() + ms;
    const stop = this.#context.router.wait(this.name, (client) =>
      this.#open(client, this.#context.now()),
    );
    if (typeof stop === 'function') this.#stopWaiting = stop;
    else this.#keepOrRefuse(stop);
  }

  #giveUpWaiting(): void {
    this.#stopWaiting?.();
    const host = this.#request?.head.host ?? '';
    this.#keepOrRefuse(this.#context.router.waitedInVain(this.name, host, this.#context.now()));
  }

  /** Nobody serves the name: keeps the request for its client if that has asked for it. */
  #keepOrRefuse(refusal: Refusal): void {
    const kept = this.#request
      ? KeptRequest.begin(this, this.#request, refusal, this.#context)
      : refusal;
    if (!(kept instanceof KeptRequest)) {
      this.refuse(kept);
      return;
    }
    this.#phase = 'keeping';
    this.#kept = kept;
    this.socket.resume();
    this.#keep(this.#reader.take());
  }

  #keep(bytes: Buffer): void {
    try {
      this.#kept?.push(bytes);
    } catch (error) {
      this.#refuseBad(error);
    }
  }

  kept(answer: Buffer): void {
    this.#requestEnded(200);
    this.socket.write(answer);
    this.#hangUp();
  }

  #giveUpExchange({ waitsFor }: ExchangeClock): void {
    if (!this.#exchange || this.#exchange.hasAnswer) {
      this.abort();
      return;
    }
    this.#exchange.cancel();
    this.refuse(waitsFor === 'client' ? clientLate(this.name) : tooSlow('body'));
  }

  #refuseBad(error: unknown): void {
    const refusal = isWxDevError(error, 'WXD4012')
      ? malformedRequest(error)
      : isWxDevError(error, 'WXD4048') && tooLarge(error.details.maxBytes);
    if (!refusal) throw error;
    if (this.#exchange?.hasAnswer) this.abort();
    else this.refuse(refusal);
  }

  #handOver(remote: string): void {
    const { admission, now } = this.#context;
    const refused = admission.dial(remote, now()) ?? this.#arrival.seat?.dial();
    if (refused) {
      this.refuse(refused);
      return;
    }
    this.#request = undefined;
    this.#leave();
    this.#context.handOver(this.socket, this.#reader.unread(), remote);
  }

  /** Once for each request, whatever became of it. */
  #requestEnded(status: number, error?: string): void {
    const request = this.#request;
    this.#request = undefined;
    this.#clock = undefined;
    request?.end(this.#context.onRequest, { status, now: this.#context.now(), error });
  }

  #hangUp(): void {
    if (this.#phase === 'gone') return;
    this.#leave();
    linger(this.socket);
  }

  readonly #onEnd = (): void => {
    this.#inputEnded = true;
    if (this.#phase === 'exchange') this.#exchange?.inputEnded();
    else if (this.#phase === 'head' && this.#reader.bytes > 0) this.abort();
    else if (this.#phase === 'head') this.socket.end();
  };

  readonly #onDrain = (): void => {
    this.#stalledSince = undefined;
    if (this.#exchange) this.#exchange.drained();
    else if (this.#phase === 'draining') this.#next();
  };

  readonly #onClose = (): void => {
    if (this.#exchange && !this.#exchange.hasAnswer) this.#abandoned();
    this.#requestEnded(this.#exchange?.status ?? 0);
    this.#leave();
    this.#exchange?.cancel();
    this.#exchange = undefined;
  };

  #abandoned(): void {
    const { admission, now } = this.#context;
    const time = now();
    if (this.#request)
      admission.abandoned(this.#request.origin.remote, this.#request.ageMs(time), time);
  }

  #leave(): void {
    this.#kept?.leave();
    this.#kept = undefined;
    this.#stopWaiting?.();
    this.#phase = 'gone';
    this.socket.off('data', this.#onData);
    this.socket.off('end', this.#onEnd);
    this.socket.off('drain', this.#onDrain);
    this.socket.off('close', this.#onClose);
    this.#context.forget(this);
  }
}

function isWork(phase: Phase): boolean {
  return phase === 'exchange' || phase === 'parked' || phase === 'keeping';
}

function isDial(request: RequestHead): boolean {
  if (request.upgrade?.toLowerCase() !== 'websocket') return false;
  return request.target.split('?', 1)[0] === TUNNEL_PATH;
}

function ignore(): void {
  // See the constructor.
}

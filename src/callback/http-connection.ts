import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { isWxDevError } from '../core/errors.ts';
import { findHeadEnd, parseRequestHead, type RequestHead } from '../wire/head.ts';
import { HttpExchange } from './http-exchange.ts';
import {
  headersTimeoutMs,
  keepAliveMs,
  lingerBytes,
  lingerMs,
  maxHeaderBytes,
  requestTimeoutMs,
  writeStallMs,
} from './limits.ts';

/** A request to change the protocol, with the connection, which belongs to whoever takes it. */
export interface UpgradeRequest {
  readonly head: RequestHead;
  readonly socket: Socket;
  /** What came behind the head. */
  readonly early: Buffer;
}

/** What connections share. */
export interface ConnectionContext {
  /** Deals with one request. Must not throw. */
  readonly onExchange: (exchange: HttpExchange) => void;
  /** Takes requests that change the protocol; absent: they are requests like any other. */
  readonly onUpgrade: ((request: UpgradeRequest) => void) | undefined;
  /** The date of now, for the Date field. */
  readonly date: () => string;
  /** The server finishes what is under way, and nothing more. */
  readonly isDraining: () => boolean;
  /** The connection is gone, or was handed over. */
  readonly forget: (connection: HttpConnection) => void;
}

type Phase = 'head' | 'exchange' | 'linger' | 'gone';

const EMPTY = Buffer.alloc(0);

/**
 * One connection of the callback port: strict HTTP/1.1 (RFC 9112) right on the socket, because `node:http` takes longer for a request than
 * everything else that is done with a push. Reads one request after the other, and the next only when the answer before it is out.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  #phase: Phase = 'head';
  /** Bytes read but not yet understood. */
  #held: Buffer = EMPTY;
  /** How many of them hold no end of a head. */
  #searched = 0;
  #exchange: HttpExchange | undefined;
  #isReadingHeads = false;
  #isFirst = true;
  /** On the clock of `performance.now()`: when the time of day is set, no request is late, and none gets more time. */
  #deadline: number;
  #lingeredBytes = 0;
  #unwritten = 0;
  #stalledSince = 0;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#deadline = performance.now() + headersTimeoutMs;
    socket.on('data', this.#onData);
    socket.on('close', this.#onClose);
    // Without a listener a peer's reset would end the process; 'close' follows and says all that is needed.
    socket.on('error', ignore);
  }

  /** Whether a request is being answered, or has begun to arrive. */
  get isBusy(): boolean {
    if (this.#phase === 'exchange') return this.#exchange?.mustFinish === true;
    return (this.#phase === 'head' && this.#held.length > 0) || this.#phase === 'linger';
  }

  /** Closes now, whatever is under way. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Enforces the deadlines. */
  sweep(now: number): void {
    if (this.#isStalled(now)) return this.destroy();
    if (now < this.#deadline) return;
    const exchange = this.#exchange;
    if (this.#phase === 'head' && (this.#isFirst || this.#held.length > 0)) this.refuse(408);
    else if (exchange && exchange.status === 0 && !exchange.isRequestRead) {
      exchange.leave();
      this.refuse(408);
    } else this.destroy();
  }

  /** Gives what was read before to the exchange that now wants it. */
  pump(): void {
    const exchange = this.#exchange;
    if (!exchange || exchange.isRequestRead) return;
    const held = this.#held;
    this.#held = EMPTY;
    if (held.length > 0) this.#feed(exchange, held);
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  /** Stops reading while nobody takes what was read. */
  setReading(isReading: boolean): void {
    if (this.#phase === 'gone') return;
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Whether the next answer may leave the connection open. */
  get mayKeepAlive(): boolean {
    return !this.#context.isDraining();
  }

  date(): string {
    return this.#context.date();
  }

  /** Writes a part of an answer; `onFlushed` is told when the system has taken it, at once where that is so. */
  write(bytes: Buffer, onFlushed: (error?: Error | null) => void): void {
    if (this.#phase === 'gone' || !this.#socket.writable) {
      onFlushed(new Error('the connection is closed'));
      return;
    }
    let isFlushed = false;
    const once = (error?: Error | null): void => {
      if (isFlushed) return;
      isFlushed = true;
      onFlushed(error);
    };
    this.#socket.write(bytes, once);
    if (this.#socket.writableLength === 0) once();
  }

  /** The answer is out. A request that is not read to its end by then has some time for the rest, as its sender may not look before. */
  ended(keepAlive: boolean): void {
    const exchange = this.#exchange;
    if (this.#phase !== 'exchange' || !exchange) return;
    if (!keepAlive || this.#context.isDraining()) {
      this.#exchange = undefined;
      this.#linger();
    } else if (!exchange.isRequestRead) {
      this.#deadline = performance.now() + lingerMs;
      exchange.dropRest();
    } else this.#next();
  }

  /** The request has been read to its end after its answer was out. */
  restRead(): void {
    this.#next();
  }

  /** Answers what is no request that could be dealt with, in the words of `node:http`. */
  refuse(status: number): void {
    const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n`;
    this.#socket.write(line, 'latin1');
    this.#exchange = undefined;
    this.#linger();
  }

  readonly #onData = (bytes: Buffer): void => {
    switch (this.#phase) {
      case 'head':
        if (this.#held.length === 0) this.#deadline = performance.now() + headersTimeoutMs;
        this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
        this.#readHeads();
        return;
      case 'exchange':
        if (this.#exchange?.isTaken && !this.#exchange.isRequestRead) {
          this.#feed(this.#exchange, bytes);
          this.#readHeads();
        } else this.#hold(bytes);
        return;
      case 'linger':
        this.#lingeredBytes += bytes.length;
        if (this.#lingeredBytes > lingerBytes) this.destroy();
        return;
      case 'gone':
        return;
    }
  };

  /** A loop, not a recursion: a stranger may send thousands of small requests at once. */
  #readHeads(): void {
    if (this.#isReadingHeads) return;
    this.#isReadingHeads = true;
    while (this.#phase === 'head' && this.#held.length > 0 && this.#readHead());
    this.#isReadingHeads = false;
  }

  /** Whether a head was there. */
  #readHead(): boolean {
    let head: RequestHead;
    try {
      // RFC 9112 §2.2: some old clients send an empty line after a body.
      if (this.#held[0] === 13) {
        if (this.#held.length === 1) return false;
        if (this.#held[1] === 10) this.#held = this.#held.subarray(2);
      }
      const end = findHeadEnd(this.#held, this.#searched, maxHeaderBytes);
      if (end < 0) {
        this.#searched = this.#held.length;
        return false;
      }
      head = parseRequestHead(this.#held.subarray(0, end), 'last-hop');
      this.#held = this.#held.subarray(end);
      this.#searched = 0;
    } catch (error) {
      if (!isWxDevError(error, 'WXD4012')) throw error;
      this.refuse(error.details.status);
      return false;
    }
    this.#isFirst = false;
    this.#begin(head);
    return true;
  }

  #begin(head: RequestHead): void {
    if (this.#context.onUpgrade && asksForUpgrade(head)) return this.#handOver(head);
    this.#phase = 'exchange';
    this.#deadline = head.framing.type === 'none' ? Infinity : performance.now() + requestTimeoutMs;
    const expected = head.framing.type === 'none' ? undefined : expectation(head);
    if (expected !== undefined && expected !== '100-continue') return this.refuse(417);
    if (expected !== undefined) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
    const exchange = new HttpExchange(this, head);
    this.#exchange = exchange;
    this.#context.onExchange(exchange);
  }

  #handOver(head: RequestHead): void {
    const early = this.#held;
    this.#leave();
    this.#socket.pause();
    this.#context.onUpgrade?.({ head, socket: this.#socket, early });
  }

  #feed(exchange: HttpExchange, bytes: Buffer): void {
    try {
      const rest = exchange.receive(bytes);
      if (exchange.isRequestRead && this.#exchange === exchange) this.#deadline = Infinity;
      if (rest.length > 0) this.#hold(rest);
      exchange.settle();
    } catch (error) {
      if (!isWxDevError(error, 'WXD4012')) throw error;
      exchange.leave();
      if (exchange.status === 0) this.refuse(error.details.status);
      else this.destroy();
    }
  }

  /** Keeps what came too early: the next request of a pipeline. */
  #hold(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#phase === 'exchange') this.#socket.pause();
  }

  #next(): void {
    this.#exchange = undefined;
    if (this.#phase !== 'exchange') return;
    this.#phase = 'head';
    this.#deadline = performance.now() + (this.#held.length > 0 ? headersTimeoutMs : keepAliveMs);
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#context.isDraining() && this.#held.length === 0) this.destroy();
    else this.#readHeads();
  }

  /** Ends our side and reads on for a moment: closing with unread bytes would reset the answer away. */
  #linger(): void {
    if (this.#phase === 'gone') return;
    this.#phase = 'linger';
    this.#held = EMPTY;
    this.#deadline = performance.now() + lingerMs;
    this.#socket.end();
    this.#socket.resume();
  }

  #isStalled(now: number): boolean {
    const { writableLength } = this.#socket;
    if (writableLength === 0 || writableLength !== this.#unwritten) this.#stalledSince = now;
    this.#unwritten = writableLength;
    return now - this.#stalledSince > writeStallMs;
  }

  readonly #onClose = (): void => {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#leave();
    exchange?.leave();
  };

  #leave(): void {
    this.#phase = 'gone';
    this.#held = EMPTY;
    this.#socket.off('data', this.#onData);
    this.#socket.off('close', this.#onClose);
    this.#context.forget(this);
  }
}

function asksForUpgrade({ received }: RequestHead): boolean {
  let names = false;
  let means = false;
  for (const [, value, key] of received) {
    if (key === 'upgrade') names = true;
    else if (key === 'connection') means ||= /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(value);
  }
  return names && means;
}

/** What the sender waits for before it sends the body (RFC 9110 §10.1.1); HTTP/1.0 knows no such thing. */
function expectation({ received, version }: RequestHead): string | undefined {
  if (version === '1.0') return undefined;
  for (const [, value, key] of received) if (key === 'expect') return value.toLowerCase();
  return undefined;
}

function ignore(): void {
  // See the constructor.
}

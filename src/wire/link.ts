import { Buffer } from 'node:buffer';
import { ackEveryBytes, maxMessageBytes, maxUnackedBytes, quietAckBytes } from './limits.ts';
import type { ResetCode } from './payloads.ts';
import { SendLog } from './send-log.ts';
import type { Session, SessionEvent } from './session.ts';
import { StreamTable } from './stream-table.ts';
import { type Side, violation } from './violation.ts';

/** Path at which a relay takes the WebSocket of a client, on any host name. */
export const TUNNEL_PATH = '/_wx-dev/tunnel';

/** What the client end answers by itself under every public URL: proof that name, certificate, relay and tunnel work, without the app. */
export const PING_PATH = '/_wx-dev/ping';

/** A WebSocket, seen from here. */
export interface MessageSink {
  /** Bytes that were sent but not yet taken by the network. */
  readonly bufferedAmount: number;
  send(message: Uint8Array, sent: () => void): void;
}

/** Who handles what comes in for one stream. */
export interface StreamListener {
  /** The other end's head, status line included; only the relay gets one. */
  head(head: Buffer, end: boolean): void;
  /** An informational head (1xx). */
  info(head: Buffer): void;
  /** Return the bytes with `consumed` once they are out of our hands. */
  data(chunk: Buffer): void;
  end(trailers: Buffer): void;
  /** The stream is gone; nothing may be sent on it any more. Without `code` it is the whole connection that is gone. */
  reset(reason: string, code?: ResetCode): void;
  /** The peer is away for too long to go on waiting for an answer that has not begun. */
  abandon?(reason: string): void;
  /** `write` may be called again after it gave false. */
  writable(): void;
  /** All events of one message have been handled: time to write out what was held together. */
  flush(): void;
}

/** What concerns the connection as a whole. */
export interface LinkListener {
  open(stream: number, head: Buffer, end: boolean): void;
  goAway(reason: string, deadlineMs: number): void;
  /** The peer will go away, and still opens streams. */
  leaving?(reason: string): void;
  /** The peer has been silent for too long. */
  dead(): void;
}

/** Who counts what a link keeps until its peer has acknowledged it. */
export interface LogKeeper {
  /** Whether a link that keeps `bytes` may send more now. It has to say yes below `ackEveryBytes`: what changes its mind is an ACK. */
  mayKeep(bytes: number): boolean;
  /** It keeps so many bytes more, or fewer. */
  kept(change: number): void;
}

/** What a link needs from its surroundings. */
export interface LinkOptions {
  readonly session: Session;
  readonly sink: MessageSink;
  readonly listener: LinkListener;
  /** Who is at the other end, when the feature `resume` is in force: then the link outlives the loss of its WebSocket. */
  readonly resumablePeer?: Side | undefined;
  /** Bounds what is kept for that peer, below `maxUnackedBytes`. */
  readonly keeper?: LogKeeper | undefined;
  /** Runs `flush` once, after the events of this turn; so that many frames share one message and one system call. */
  readonly schedule: (flush: () => void) => void;
}

/**
 * Bytes that may wait in the WebSocket: beyond it frames stay in the session, where a small answer can still overtake a large
 * one. Four messages keep the network busy while the next turn comes.
 */
const MAX_BUFFERED_BYTES = 256 * 1024;

/**
 * One end of a connection: a session, the handlers of its streams, and the gate to its WebSocket. A resumable one can be suspended
 * when the WebSocket is lost, and goes on over another one with the very next byte: nothing is lost, nothing comes twice.
 */
export class Link {
  readonly #session: Session;
  #sink: MessageSink | undefined;
  readonly #listener: LinkListener;
  readonly #schedule: (flush: () => void) => void;
  /** None before the first stream: an idle connection should cost little. */
  #streams: StreamTable<StreamListener> | undefined;
  readonly #peer: Side | undefined;
  readonly #log: SendLog | undefined;
  readonly #keeper: LogKeeper | undefined;
  /** Bytes that the keeper knows of. */
  #kept = 0;
  #received = 0;
  #acknowledged = 0;
  #isScheduled = false;
  #isOpen = true;
  /** When the first stream was opened after which nothing was heard. */
  #waitingSince: number | undefined;

  constructor({ session, sink, listener, schedule, resumablePeer, keeper }: LinkOptions) {
    this.#session = session;
    this.#sink = sink;
    this.#listener = listener;
    this.#schedule = schedule;
    this.#peer = resumablePeer;
    this.#log = resumablePeer === undefined ? undefined : new SendLog();
    this.#keeper = keeper;
  }

  /** Whether streams can be opened and used. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the WebSocket was lost and another one is awaited. */
  get isSuspended(): boolean {
    return this.#isOpen && this.#sink === undefined;
  }

  /** Bytes of the session that have come: what a peer goes on after. */
  get received(): number {
    return this.#received;
  }

  /** Streams that have a listener. */
  get size(): number {
    return this.#streams?.size ?? 0;
  }

  /** Streams that carry so much that others had better go around them. */
  get bulkStreams(): number {
    return this.#session.bulkStreams;
  }

  /** For how long nothing has come, in ms, since a stream was opened. */
  waitedMs(now: number): number {
    return this.#waitingSince === undefined ? 0 : now - this.#waitingSince;
  }

  /** Round trip in milliseconds, once measured. */
  get rttMs(): number | undefined {
    return this.#session.rttMs;
  }

  /**
   * Takes one message from the WebSocket.
   *
   * @throws WXD4009 when the peer broke the protocol; then close the WebSocket and call `lose`
   */
  receive(message: Buffer, now: number): void {
    this.#received += message.length;
    this.#waitingSince = undefined;
    this.#dispatch(this.#session.receive(message, now));
    this.#acknowledge(ackEveryBytes);
  }

  /** The WebSocket is lost: holds everything until `resume` or `lose`. */
  suspend(): void {
    this.#sink = undefined;
  }

  /** Tells every stream that the peer stays away; those whose answer has begun go on waiting for it. */
  abandon(reason: string): void {
    for (const listener of this.#streams?.values() ?? []) listener.abandon?.(reason);
  }

  /**
   * Goes on over a new WebSocket, from the byte after the `peerReceived` that the peer has.
   * @returns false when the peer cannot have that many; then `lose` the link
   */
  resume(sink: MessageSink, peerReceived: number, now: number): boolean {
    if (!this.#isOpen || !this.#log?.rewind(peerReceived)) return false;
    this.#noteLog();
    this.#sink = sink;
    this.#acknowledged = this.#received;
    this.#session.resumed(now);
    this.#isScheduled = true;
    this.#schedule(this.#flush);
    return true;
  }

  /** The peer may be gone: it has to be heard as soon as if somebody waited for it. */
  suspect(): void {
    this.#session.suspect();
  }

  /** Keepalive; call it every `tickIntervalMs`. */
  tick(now: number): void {
    if (this.#sink === undefined) return;
    this.#acknowledge(quietAckBytes);
    this.#dispatch(this.#session.tick(now));
  }

  /** As `tick`, while nothing is read from the WebSocket. */
  tickDeaf(now: number): void {
    if (this.#sink === undefined) return;
    this.#session.tickDeaf(now);
    this.#wake();
  }

  /** Bytes that were written to `stream` and have not left. */
  queuedBytes(stream: number): number {
    return this.#session.queuedBytes(stream);
  }

  /** Whether the WebSocket takes less than it is given, or is away, or so much is not acknowledged that no more may leave. */
  get isHeldUp(): boolean {
    if (this.#sink === undefined || this.#sink.bufferedAmount >= MAX_BUFFERED_BYTES) return true;
    return this.#isLogFull;
  }

  /** Whether one more stream can be opened now. */
  get canOpen(): boolean {
    return this.#sink !== undefined && this.#isOpen && this.#session.canOpen;
  }

  /** Opens a stream towards the client, at the time `now` where silence after it counts. @throws RangeError when `canOpen` is false */
  open(head: Uint8Array, end: boolean, listener: StreamListener, now?: number): number {
    this.#waitingSince ??= now;
    const stream = this.#session.open(head, { end });
    this.#listen(stream, listener);
    this.#wake();
    return stream;
  }

  /** Handles a stream that the relay opened. */
  accept(stream: number, listener: StreamListener): void {
    this.#listen(stream, listener);
  }

  info(stream: number, head: Uint8Array): void {
    this.#session.sendInfo(stream, head);
    this.#wake();
  }

  head(stream: number, head: Uint8Array, end: boolean): void {
    this.#session.sendHead(stream, head, { end });
    this.#wake();
  }

  /** Gives false when the sender has to wait for `writable`. */
  write(stream: number, chunk: Uint8Array): boolean {
    const goOn = this.#session.write(stream, chunk);
    this.#wake();
    return goOn;
  }

  end(stream: number, trailers?: Uint8Array): void {
    this.#session.end(stream, trailers);
    this.#wake();
  }

  /** Gives up a stream; its listener hears nothing more. */
  reset(stream: number, code: ResetCode, message?: string): void {
    if (!this.#streams?.delete(stream) || !this.#isOpen) return;
    this.#session.reset(stream, code, message);
    this.#wake();
  }

  /** Stops listening to a stream that has ended, or of which only bytes nobody needs may come. */
  forget(stream: number): void {
    this.#streams?.delete(stream);
  }

  consumed(stream: number, bytes: number): void {
    if (!this.#isOpen) return;
    this.#session.consumed(stream, bytes);
    this.#wake();
  }

  announceGoAway(reason: string, deadlineMs: number): void {
    this.#session.announceGoAway(reason, deadlineMs);
    this.#wake();
  }

  goAway(reason: string, deadlineMs: number): void {
    this.#session.goAway(reason, deadlineMs);
    this.#wake();
  }

  /** The connection is gone: resets every stream. Idempotent. */
  lose(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#log?.clear();
    this.#noteLog();
    const listeners = this.#streams?.values() ?? [];
    this.#streams = undefined;
    for (const listener of listeners) listener.reset(reason);
  }

  #listen(stream: number, listener: StreamListener): void {
    this.#streams ??= new StreamTable();
    this.#streams.set(stream, listener);
  }

  #dispatch(events: readonly SessionEvent[]): void {
    const touched: StreamListener[] = [];
    for (const event of events) {
      if (event.type === 'open') {
        this.#listener.open(event.stream, view(event.head), event.end);
        const opened = this.#streams?.get(event.stream);
        if (opened) touched.push(opened);
        continue;
      }
      if (event.type === 'go-away') {
        this.#listener.goAway(event.reason, event.deadlineMs);
        continue;
      }
      if (event.type === 'leaving') {
        this.#listener.leaving?.(event.reason);
        continue;
      }
      if (event.type === 'acknowledged') {
        if (this.#peer !== undefined && !this.#log?.acknowledge(event.bytes))
          throw violation(this.#peer, 'ACK of bytes that were never sent');
        this.#noteLog();
        this.#wakeAnyhow();
        continue;
      }
      if (event.type === 'dead') {
        this.#listener.dead();
        continue;
      }
      const listener = this.#streams?.get(event.stream);
      if (!listener) {
        // Nobody waits for the rest of it, but its sender should come to its end.
        if (event.type === 'data') this.#session.consumed(event.stream, event.chunk.length);
        continue;
      }
      if (touched.at(-1) !== listener) touched.push(listener);
      if (event.type === 'reset') this.#streams?.delete(event.stream);
      tell(listener, event);
    }
    for (const listener of touched) listener.flush();
    this.#wake();
  }

  #acknowledge(atLeast: number): void {
    if (this.#log === undefined || this.#received - this.#acknowledged < atLeast) return;
    this.#acknowledged = this.#received;
    this.#session.acknowledge(this.#received);
    this.#wake();
  }

  /** Whether so much is not acknowledged that no more may leave. */
  get #isLogFull(): boolean {
    if (this.#log === undefined) return false;
    const { bytes } = this.#log;
    return bytes >= maxUnackedBytes || this.#keeper?.mayKeep(bytes) === false;
  }

  /** Tells the keeper; what every quiet connection keeps is not counted. */
  #noteLog(): void {
    if (this.#log === undefined || this.#keeper === undefined) return;
    const bytes = Math.max(0, this.#log.bytes - quietAckBytes);
    const change = bytes - this.#kept;
    this.#kept = bytes;
    if (change !== 0) this.#keeper.kept(change);
  }

  #wake(): void {
    if (this.#session.hasOutput) this.#wakeAnyhow();
  }

  #wakeAnyhow(): void {
    if (this.#isScheduled || !this.#isOpen || this.#sink === undefined) return;
    this.#isScheduled = true;
    this.#schedule(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    for (;;) {
      const sink = this.#sink;
      if (!this.#isOpen || sink === undefined || sink.bufferedAmount >= MAX_BUFFERED_BYTES) return;
      const again = this.#log?.again();
      if (again !== undefined) {
        sink.send(again, this.#onSent);
        continue;
      }
      if (this.#isLogFull) return;
      const pieces = this.#session.take(maxMessageBytes);
      if (pieces.length === 0) return;
      const [first] = pieces;
      const message = first && pieces.length === 1 ? first : Buffer.concat(pieces);
      this.#log?.append(message);
      this.#noteLog();
      sink.send(message, this.#onSent);
    }
  };

  readonly #onSent = (): void => this.#wakeAnyhow();
}

type StreamEvent = Extract<SessionEvent, { readonly stream: number }>;

function tell(listener: StreamListener, event: Exclude<StreamEvent, { type: 'open' }>): void {
  switch (event.type) {
    case 'info':
      return listener.info(view(event.head));
    case 'head':
      return listener.head(view(event.head), event.end);
    case 'data':
      listener.data(view(event.chunk));
      if (event.end) listener.end(EMPTY);
      return;
    case 'end':
      return listener.end(event.trailers ? view(event.trailers) : EMPTY);
    case 'reset':
      return listener.reset(event.message || String(event.code), event.code);
    case 'writable':
      return listener.writable();
    default:
      return event satisfies never;
  }
}

const EMPTY = Buffer.alloc(0);

/** The same bytes with Buffer's methods. */
function view(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

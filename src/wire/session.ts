import { Allowance } from './allowance.ts';
import { endFlag, frameTypes } from './frame.ts';
import { Inbox, type SessionEvent } from './inbox.ts';
import { Keepalive } from './keepalive.ts';
import {
  idleFrames,
  maxHeadBytes,
  maxInfoHeads,
  type SessionLimits,
  sessionLimits,
} from './limits.ts';
import { Outbox } from './outbox.ts';
import {
  encodeAck,
  encodeGoAway,
  encodePing,
  encodeReset,
  everyStream,
  type ResetCode,
} from './payloads.ts';
import { type Stream, Streams } from './streams.ts';
import type { Side } from './violation.ts';

export type { SessionEvent } from './inbox.ts';
export type { ResetCode } from './payloads.ts';

/** Shorter times cannot be told apart, in ms: the clock is told once for each message. */
const clockStepMs = 1;

/** What a session is made with. */
export interface SessionOptions {
  readonly role: Side;
  /** The clock, in ms; any origin, as long as it never runs backwards. */
  readonly now: number;
  readonly limits?: Partial<SessionLimits>;
  /** Whether the feature `resume` is in force. @default false */
  readonly isResumable?: boolean;
  /** Whether the feature `links` is in force. @default false */
  readonly hasLinks?: boolean;
}

/**
 * The tunnel protocol after the handshake, for both ends and without I/O: bytes in, events out; calls in, bytes out.
 * After anything that may have queued output (any call but `take`), send what `take` returns until `hasOutput` is false.
 *
 * A stream ends when each side has sent its last frame: one with the END flag, END, or RESET. Calls for a stream that
 * has ended or was reset do nothing: the caller may not have read that event yet.
 */
export class Session {
  readonly #role: Side;
  readonly #limits: SessionLimits;
  readonly #streams: Streams;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #keepalive: Keepalive;
  /** The time as the caller last told it. */
  #now: number;
  /** Whether the peer has to be heard soon, also without streams. */
  #isWordDue = false;

  constructor(options: SessionOptions) {
    const { role, now } = options;
    const limits = options.limits ? { ...sessionLimits, ...options.limits } : sessionLimits;
    const idle = new Allowance(now, idleFrames.burst, idleFrames.perSecond);
    const streams = new Streams(limits.windowBytes, idle);
    this.#role = role;
    this.#now = now;
    this.#limits = limits;
    this.#streams = streams;
    this.#outbox = new Outbox((stream) => {
      streams.endLocal(stream);
      // Somebody at the other end may still wait for the answer that ends here.
      if (role === 'client') this.#isWordDue = true;
    });
    this.#keepalive = new Keepalive(now, limits);
    this.#inbox = new Inbox({
      role,
      isResumable: options.isResumable ?? false,
      hasLinks: options.hasLinks ?? false,
      limits,
      streams,
      idle,
      outbox: this.#outbox,
      keepalive: this.#keepalive,
    });
  }

  /** Streams that have not ended on both sides, those among them that were reset but not yet confirmed. */
  get activeStreams(): number {
    return this.#streams.size;
  }

  /** Round trip as the newest PING measured it, in ms. */
  get rttMs(): number | undefined {
    return this.#keepalive.rttMs;
  }

  /** Streams that have carried more than `bulkBytes` and are not over. */
  get bulkStreams(): number {
    return this.#streams.bulk;
  }

  /** Bytes of the stream that wait for credit or for the connection. */
  queuedBytes(id: number): number {
    return this.#streams.get(id)?.queue.bytes ?? 0;
  }

  /** Whether `take` would return anything. */
  get hasOutput(): boolean {
    return this.#outbox.hasOutput;
  }

  /** Whether the relay may open one more stream now. */
  get canOpen(): boolean {
    return (
      !this.#streams.isGoingAway &&
      !this.#streams.isPeerGoingAway &&
      this.#streams.size < this.#limits.maxStreams &&
      this.#streams.lastId < this.#limits.maxStreamId
    );
  }

  /**
   * Takes bytes from the peer, cut in any way; the caller must not change them any more.
   * @throws WXD4009 when the peer broke the protocol; the session is of no use then: close the connection.
   */
  receive(bytes: Uint8Array, now: number): SessionEvent[] {
    this.#now = now;
    this.#isWordDue = false;
    this.#keepalive.heard(now);
    return this.#inbox.receive(bytes, now);
  }

  /** Keepalive; call it every `tickIntervalMs`. After `dead` close the connection. */
  tick(now: number): SessionEvent[] {
    this.#now = now;
    const isBusy = this.#streams.size > 0;
    if (!isBusy) this.#outbox.rest();
    const step = this.#keepalive.tick(now, isBusy || this.#isWordDue);
    if (step === 'dead') return [{ type: 'dead' }];
    if (step === 'ping') this.#outbox.ping(encodePing(this.#keepalive.count));
    return [];
  }

  /** The peer may be gone: from the next `tick` on it is asked, and given up, as with streams open. Its next bytes end that. */
  suspect(): void {
    this.#isWordDue = true;
  }

  /** As `tick`, while we do not read what the peer sends: it hears of us, and its silence means nothing. */
  tickDeaf(now: number): void {
    this.#now = now;
    if (this.#keepalive.tickDeaf(now)) this.#outbox.ping(encodePing(this.#keepalive.count));
  }

  /**
   * Relay: opens a stream with a request head.
   * @returns its id
   * @throws RangeError when `canOpen` is false or the head is larger than `maxHeadBytes`.
   */
  open(head: Uint8Array, options: { end: boolean }): number {
    this.#only('relay');
    checkHead(head);
    const stream = this.#begin();
    this.#sendHead(frameTypes.OPEN, stream, head, options.end);
    if (stream.id === this.#limits.maxStreamId) this.goAway('stream ids are used up', 0);
    return stream.id;
  }

  /** Client: sends a 1xx response head. Those over `maxInfoHeads` are left out: they are hints. */
  sendInfo(id: number, head: Uint8Array): void {
    this.#only('client');
    checkHead(head);
    const stream = this.#sending(id);
    if (stream === undefined || stream.hasHead || stream.infoHeads === maxInfoHeads) return;
    stream.infoHeads += 1;
    this.#outbox.control(frameTypes.INFO, 0, id, head);
  }

  /** Client: sends the final response head, also 101; comes before `write`. */
  sendHead(id: number, head: Uint8Array, options: { end: boolean }): void {
    this.#only('client');
    checkHead(head);
    const stream = this.#sending(id);
    if (stream === undefined) return;
    if (stream.hasHead) throw new Error(`stream ${id} has its head already`);
    stream.hasHead = true;
    this.#sendHead(frameTypes.HEAD, stream, head, options.end);
  }

  /**
   * Sends bytes of the body; they are not copied and must not change any more.
   * @returns `false` when the peer's credit is used up: write no more until `writable`, or they pile up here.
   */
  write(id: number, chunk: Uint8Array): boolean {
    const stream = this.#sendingBody(id);
    if (stream === undefined) return true;
    if (chunk.length > 0) {
      stream.queue.push(chunk);
      stream.written += chunk.length;
      this.#streams.carried(stream);
      this.#outbox.refresh(stream);
    }
    stream.isBlocked = stream.written >= stream.sendLimit;
    return !stream.isBlocked;
  }

  /** Ends our half after what was written. @param trailers Field lines of HTTP/1.1, each with CRLF. */
  end(id: number, trailers?: Uint8Array): void {
    const stream = this.#sendingBody(id);
    if (stream === undefined) return;
    if (trailers !== undefined) checkHead(trailers);
    stream.isEnding = true;
    stream.isBlocked = false;
    stream.trailers = trailers;
    this.#outbox.refresh(stream);
  }

  /** Cuts the stream off in both directions. No more events come for it. */
  reset(id: number, code: ResetCode, message = ''): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isReset) return;
    stream.isReset = true;
    stream.discard();
    this.#outbox.refresh(stream);
    this.#outbox.control(frameTypes.RESET, 0, id, encodeReset(code, message));
    this.#streams.endLocal(stream);
  }

  /** Returns credit for bytes that have left this end for good, for example after the socket has taken them. */
  consumed(id: number, bytes: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isReset) return;
    stream.consumed += bytes;
    if (stream.consumed > stream.received)
      throw new RangeError(`stream ${id}: more bytes consumed than received`);
    // A quarter of the window at a time: few frames, and the peer never stands still for want of news.
    if (stream.isRemoteDone || stream.owesWindow) return;
    if ((stream.consumed - stream.announced) * 4 < stream.window) return;
    this.#tuneWindow(stream);
    this.#outbox.oweWindow(stream);
  }

  /** Relay, with the feature `links`: asks the client to be elsewhere within `deadlineMs`. Streams may still be opened until `goAway`. */
  announceGoAway(reason: string, deadlineMs: number): void {
    this.#only('relay');
    const payload = encodeGoAway({ lastStream: everyStream, deadlineMs, reason });
    this.#outbox.control(frameTypes.GOAWAY, 0, 0, payload);
  }

  /** Announces the end of the session: streams in work may finish within `deadlineMs`, new ones are refused. */
  goAway(reason: string, deadlineMs: number): void {
    this.#streams.isGoingAway = true;
    const payload = encodeGoAway({ lastStream: this.#streams.lastId, deadlineMs, reason });
    this.#outbox.control(frameTypes.GOAWAY, 0, 0, payload);
  }

  /** Tells the peer how many bytes of this session have come, so that it keeps them no longer. */
  acknowledge(received: number): void {
    this.#outbox.ack(encodeAck(received));
  }

  /** A new connection takes the place of a lost one: the silence in between was nobody's. */
  resumed(now: number): void {
    this.#keepalive.heard(now);
  }

  /**
   * What to send next, as pieces that follow each other in one message of up to `maxBytes` (more only when a single
   * head is larger). Empty when nothing may be sent. Large pieces are what was passed to `write`, not copies.
   */
  take(maxBytes: number): Uint8Array[] {
    return this.#outbox.take(maxBytes);
  }

  #begin(): Stream {
    if (!this.canOpen) throw new RangeError('no stream can be opened now');
    return this.#streams.begin(this.#streams.lastId + 1, this.#now);
  }

  /**
   * What the reader takes in two round trips is the window with which its sender never waits: one for the news to arrive, one for
   * what was sent because of it. A sender that was held up by its window doubles it, until something else is what holds it up.
   */
  #tuneWindow(stream: Stream): void {
    const { rttMs } = this.#keepalive;
    const elapsedMs = Math.max(clockStepMs, this.#now - stream.announcedAt);
    stream.announcedAt = this.#now;
    if (rttMs === undefined) return;
    const bytesPerMs = (stream.consumed - stream.announced) / elapsedMs;
    this.#streams.grow(stream, Math.ceil(bytesPerMs * rttMs * 2));
  }

  #sendHead(type: number, stream: Stream, head: Uint8Array, end: boolean): void {
    this.#outbox.control(type, end ? endFlag : 0, stream.id, head);
    if (end) this.#streams.endLocal(stream);
  }

  /** The stream, when the caller may still send on it. */
  #sending(id: number): Stream | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isReset) return undefined;
    if (stream.isEnding || stream.isLocalDone) throw new Error(`stream ${id} was ended before`);
    return stream;
  }

  #sendingBody(id: number): Stream | undefined {
    const stream = this.#sending(id);
    if (stream !== undefined && this.#role === 'client' && !stream.hasHead)
      throw new Error(`stream ${id} has no head yet`);
    return stream;
  }

  #only(role: Side): void {
    if (this.#role !== role) throw new Error(`only the ${role} does this`);
  }
}

function checkHead(head: Uint8Array): void {
  if (head.length > maxHeadBytes)
    throw new RangeError(`head of ${head.length} bytes; at most ${maxHeadBytes}`);
}

import type { Allowance } from './allowance.ts';
import { endFlag, firstSkippableType, type Frame, frameTypes } from './frame.ts';
import { FrameDecoder } from './frame-decoder.ts';
import type { Keepalive } from './keepalive.ts';
import { maxInfoHeads, maxWindowBytes, type SessionLimits } from './limits.ts';
import type { Outbox } from './outbox.ts';
import {
  decodeAck,
  decodeGoAway,
  decodePing,
  decodeReset,
  decodeWindow,
  encodeReset,
  everyStream,
  type ResetCode,
} from './payloads.ts';
import type { Stream, Streams } from './streams.ts';
import { type Side, violation } from './violation.ts';

/**
 * What a session tells its owner, in the order it happened. Chunks and heads are views of the bytes received: who keeps a small one keeps
 * a whole message in memory, and copies it instead.
 */
export type SessionEvent =
  | {
      readonly type: 'open';
      readonly stream: number;
      readonly head: Uint8Array;
      readonly end: boolean;
    }
  | { readonly type: 'info'; readonly stream: number; readonly head: Uint8Array }
  | {
      readonly type: 'head';
      readonly stream: number;
      readonly head: Uint8Array;
      readonly end: boolean;
    }
  | {
      readonly type: 'data';
      readonly stream: number;
      readonly chunk: Uint8Array;
      readonly end: boolean;
    }
  | { readonly type: 'end'; readonly stream: number; readonly trailers?: Uint8Array }
  | {
      readonly type: 'reset';
      readonly stream: number;
      readonly code: ResetCode;
      readonly message: string;
    }
  | { readonly type: 'writable'; readonly stream: number }
  | { readonly type: 'go-away'; readonly reason: string; readonly deadlineMs: number }
  /** The peer will go away: streams may still be opened. */
  | { readonly type: 'leaving'; readonly reason: string; readonly deadlineMs: number }
  /** The peer has this many bytes, counted from the beginning of the session. */
  | { readonly type: 'acknowledged'; readonly bytes: number }
  | { readonly type: 'dead' };

/** What the receiving half of a session works on. */
export interface InboxParts {
  readonly role: Side;
  /** Whether the feature `resume` is in force. */
  readonly isResumable: boolean;
  /** Whether the feature `links` is in force. */
  readonly hasLinks: boolean;
  readonly limits: SessionLimits;
  readonly streams: Streams;
  readonly idle: Allowance;
  readonly outbox: Outbox;
  readonly keepalive: Keepalive;
}

/** The receiving half of a session: which frame may come when, and what follows from it. */
export class Inbox {
  readonly #peer: Side;
  readonly #parts: InboxParts;
  readonly #decoder: FrameDecoder;
  #failure: unknown;
  #acknowledged = 0;

  constructor(parts: InboxParts) {
    this.#peer = parts.role === 'client' ? 'relay' : 'client';
    this.#parts = parts;
    this.#decoder = new FrameDecoder(this.#peer);
  }

  /** @throws WXD4009, and the same again ever after. */
  receive(bytes: Uint8Array, now: number): SessionEvent[] {
    if (this.#failure !== undefined) throw this.#failure;
    const events: SessionEvent[] = [];
    try {
      for (const frame of this.#decoder.push(bytes)) this.#accept(frame, now, events);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    return events;
  }

  #accept(frame: Frame, now: number, events: SessionEvent[]): void {
    switch (frame.type) {
      case frameTypes.OPEN:
        return this.#open(frame, now, events);
      case frameTypes.INFO:
        return this.#info(frame, events);
      case frameTypes.HEAD:
        return this.#head(frame, events);
      case frameTypes.DATA:
        return this.#data(frame, events);
      case frameTypes.END:
        return this.#end(frame, events);
      case frameTypes.RESET:
        return this.#reset(frame, now, events);
      case frameTypes.WINDOW:
        return this.#window(frame, now, events);
      case frameTypes.PING:
        this.#spend(now);
        return this.#parts.outbox.pong(frame.payload);
      case frameTypes.PONG:
        return this.#pong(frame, now);
      case frameTypes.GOAWAY:
        return this.#goAway(frame, now, events);
      case frameTypes.ACK:
        return this.#ack(frame, now, events);
      default:
        if (frame.type < firstSkippableType) throw this.#broken('the handshake is over');
        return this.#spend(now);
    }
  }

  #open(frame: Frame, now: number, events: SessionEvent[]): void {
    const { streams, limits, role } = this.#parts;
    if (role === 'relay') throw this.#broken('only the relay opens streams');
    if (streams.isPeerGoingAway) throw this.#broken('OPEN after GOAWAY');
    if (frame.stream !== streams.lastId + 1)
      throw this.#broken(`OPEN of stream ${frame.stream}; the next is ${streams.lastId + 1}`);
    if (streams.size >= limits.maxStreams)
      throw this.#broken(`more than ${limits.maxStreams} streams are open`);
    const stream = streams.begin(frame.stream, now);
    const end = frame.flags === endFlag;
    if (end) streams.endRemote(stream);
    if (streams.isGoingAway) {
      stream.isReset = true;
      this.#answer(stream, 'refused');
    } else {
      events.push({ type: 'open', stream: stream.id, head: frame.payload, end });
    }
  }

  #info(frame: Frame, events: SessionEvent[]): void {
    const stream = this.#beforeHead(frame, 'INFO');
    stream.infoHeads += 1;
    if (stream.infoHeads > maxInfoHeads)
      throw this.#broken(`more than ${maxInfoHeads} INFO on stream ${stream.id}`);
    if (!stream.isReset) events.push({ type: 'info', stream: stream.id, head: frame.payload });
  }

  #head(frame: Frame, events: SessionEvent[]): void {
    const stream = this.#beforeHead(frame, 'HEAD');
    stream.hasHead = true;
    const end = frame.flags === endFlag;
    if (!stream.isReset) events.push({ type: 'head', stream: stream.id, head: frame.payload, end });
    if (end) this.#parts.streams.endRemote(stream);
  }

  #data(frame: Frame, events: SessionEvent[]): void {
    const stream = this.#inBody(frame, 'DATA');
    stream.received += frame.payload.length;
    if (stream.received > stream.receiveLimit)
      throw this.#broken(`DATA on stream ${stream.id} beyond its credit`);
    this.#parts.streams.carried(stream);
    const end = frame.flags === endFlag;
    if (!stream.isReset)
      events.push({ type: 'data', stream: stream.id, chunk: frame.payload, end });
    if (end) this.#parts.streams.endRemote(stream);
  }

  #end(frame: Frame, events: SessionEvent[]): void {
    const stream = this.#inBody(frame, 'END');
    const hasTrailers = frame.payload.length > 0;
    if (!stream.isReset)
      events.push({
        type: 'end',
        stream: stream.id,
        ...(hasTrailers && { trailers: frame.payload }),
      });
    this.#parts.streams.endRemote(stream);
  }

  #reset(frame: Frame, now: number, events: SessionEvent[]): void {
    const stream = this.#find(frame, 'RESET');
    if (stream === undefined) return this.#spend(now);
    const { code, message } = decodeReset(frame.payload);
    const isNews = !stream.isReset;
    stream.isReset = true;
    if (!stream.isLocalDone) {
      stream.discard();
      this.#parts.outbox.refresh(stream);
      this.#answer(stream, code);
    }
    this.#parts.streams.endRemote(stream);
    if (isNews) events.push({ type: 'reset', stream: stream.id, code, message });
  }

  #window(frame: Frame, now: number, events: SessionEvent[]): void {
    const stream = this.#find(frame, 'WINDOW');
    if (stream === undefined) return this.#spend(now);
    const { consumed, window } = decodeWindow(frame.payload);
    if (consumed < stream.acknowledged || consumed > stream.sent)
      throw this.#broken(`WINDOW on stream ${stream.id} for bytes that were never sent`);
    if (window > maxWindowBytes)
      throw this.#broken(`WINDOW of ${window} bytes; at most ${maxWindowBytes}`);
    if (consumed === stream.acknowledged) this.#spend(now);
    stream.acknowledged = consumed;
    stream.sendLimit = consumed + window;
    this.#parts.outbox.refresh(stream);
    if (!stream.isBlocked || stream.written >= stream.sendLimit) return;
    stream.isBlocked = false;
    events.push({ type: 'writable', stream: stream.id });
  }

  #pong(frame: Frame, now: number): void {
    if (!this.#parts.keepalive.answered(decodePing(frame.payload), now)) this.#spend(now);
  }

  #goAway(frame: Frame, now: number, events: SessionEvent[]): void {
    const { streams, hasLinks, role } = this.#parts;
    const { lastStream, reason, deadlineMs } = decodeGoAway(frame.payload);
    if (hasLinks && role === 'client' && lastStream === everyStream && !streams.isPeerGoingAway) {
      this.#spend(now);
      events.push({ type: 'leaving', reason, deadlineMs });
      return;
    }
    if (lastStream > streams.lastId)
      throw this.#broken(`GOAWAY names stream ${lastStream}, which was never opened`);
    if (streams.isPeerGoingAway) this.#spend(now);
    streams.isPeerGoingAway = true;
    events.push({ type: 'go-away', reason, deadlineMs });
  }

  #ack(frame: Frame, now: number, events: SessionEvent[]): void {
    if (!this.#parts.isResumable) throw this.#broken('ACK without the feature resume');
    const bytes = decodeAck(frame.payload);
    if (bytes < this.#acknowledged) throw this.#broken('ACK of fewer bytes than before');
    if (bytes === this.#acknowledged) this.#spend(now);
    this.#acknowledged = bytes;
    events.push({ type: 'acknowledged', bytes });
  }

  /** The stream of a frame that only a client sends, before or as its response head. */
  #beforeHead(frame: Frame, name: string): Stream {
    if (this.#parts.role === 'client') throw this.#broken(`${name} is for clients to send`);
    const stream = this.#receiving(frame, name);
    if (stream.hasHead) throw this.#broken(`${name} after HEAD on stream ${stream.id}`);
    return stream;
  }

  /** The stream of a frame that belongs to a body. */
  #inBody(frame: Frame, name: string): Stream {
    const stream = this.#receiving(frame, name);
    if (this.#parts.role === 'relay' && !stream.hasHead)
      throw this.#broken(`${name} before HEAD on stream ${stream.id}`);
    return stream;
  }

  #receiving(frame: Frame, name: string): Stream {
    const stream = this.#find(frame, name);
    if (stream === undefined || stream.isRemoteDone)
      throw this.#broken(`${name} after the end of stream ${frame.stream}`);
    return stream;
  }

  /** The stream, unless it has ended; then only what may have crossed our last frame is no fault: RESET and WINDOW. */
  #find(frame: Frame, name: string): Stream | undefined {
    const { streams } = this.#parts;
    if (frame.stream > streams.lastId)
      throw this.#broken(`${name} on stream ${frame.stream}, which was never opened`);
    return streams.get(frame.stream);
  }

  /** Ends our half because of what the peer did. */
  #answer(stream: Stream, code: ResetCode): void {
    if (!this.#parts.outbox.answer(stream.id, encodeReset(code, '')))
      throw this.#broken('it cuts off streams but does not read the answers');
    this.#parts.streams.endLocal(stream);
  }

  #spend(now: number): void {
    if (!this.#parts.idle.spend(now)) throw this.#broken('too many frames without effect');
  }

  #broken(rule: string): Error {
    return violation(this.#peer, rule);
  }
}

import { endFlag, frameTypes } from './frame.ts';
import { frameHeaderBytes, maxAnswerBytes, maxDataBytes, minDataBytes } from './limits.ts';
import { MessageWriter } from './message-writer.ts';
import { encodeWindow } from './payloads.ts';
import type { Stream } from './streams.ts';

/** Length of a WINDOW's payload. */
const windowBytes = 12;

const nothing = new Uint8Array(0);

interface ControlFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
  /** Whether the peer caused it: it can make us queue more of these by not reading. */
  readonly isAnswer: boolean;
}

/**
 * Decides what leaves next: control frames in the order they were asked for, then WINDOWs, then DATA of one stream
 * after the other, each for one frame, so that a bulk transfer never makes a small answer wait for more than its turn.
 */
export class Outbox {
  readonly #onSentEnd: (stream: Stream) => void;
  readonly #writer = new MessageWriter();
  #control: ControlFrame[] = [];
  #owing: Stream[] = [];
  #ready: Stream[] = [];
  /** PING, PONG and ACK that wait; a newer one takes the place of an older one. */
  #ping: Uint8Array | undefined;
  #pong: Uint8Array | undefined;
  #ack: Uint8Array | undefined;
  #answerBytes = 0;

  /** @param onSentEnd Told when the last frame of a stream's sending half was taken. */
  constructor(onSentEnd: (stream: Stream) => void) {
    this.#onSentEnd = onSentEnd;
  }

  /** Whether `take` would return anything. */
  get hasOutput(): boolean {
    return (
      this.#ready.length > 0 ||
      this.#control.length > 0 ||
      this.#owing.length > 0 ||
      this.#ping !== undefined ||
      this.#pong !== undefined ||
      this.#ack !== undefined
    );
  }

  /** Gives back what only a busy connection needs. */
  rest(): void {
    if (!this.hasOutput) this.#writer.rest();
  }

  /** Queues a frame that needs no credit; order among these is kept, and DATA never overtakes them. */
  control(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.#control.push({ type, flags, stream, payload, isAnswer: false });
  }

  /** Queues a RESET that answers the peer's; `false` when too many already wait for the peer to read. */
  answer(stream: number, payload: Uint8Array): boolean {
    const frame = { type: frameTypes.RESET, flags: 0, stream, payload, isAnswer: true };
    this.#control.push(frame);
    this.#answerBytes += frameHeaderBytes + payload.length;
    return this.#answerBytes <= maxAnswerBytes;
  }

  ping(payload: Uint8Array): void {
    this.#ping = payload;
  }

  pong(payload: Uint8Array): void {
    this.#pong = payload;
  }

  ack(payload: Uint8Array): void {
    this.#ack = payload;
  }

  /** Looks at `stream` again after its queue, its credit or its end changed. */
  refresh(stream: Stream): void {
    const isReady = stream.isReady;
    if (isReady === stream.isScheduled) return;
    stream.isScheduled = isReady;
    if (isReady) this.#ready.push(stream);
    else this.#ready.splice(this.#ready.indexOf(stream), 1);
  }

  /** Queues a WINDOW with what `stream` will have consumed by the time it leaves. */
  oweWindow(stream: Stream): void {
    if (stream.owesWindow) return;
    stream.owesWindow = true;
    this.#owing.push(stream);
  }

  /** The pieces of one message of up to `maxBytes`, which only a first frame that is larger exceeds. */
  take(maxBytes: number): Uint8Array[] {
    this.#writer.begin(maxBytes);
    this.#takeSigns();
    if (this.#takeControl() && this.#takeWindows()) this.#takeData();
    return this.#writer.finish();
  }

  #takeSigns(): void {
    if (this.#ack !== undefined) this.#write(frameTypes.ACK, 0, 0, this.#ack);
    if (this.#pong !== undefined) this.#write(frameTypes.PONG, 0, 0, this.#pong);
    if (this.#ping !== undefined) this.#write(frameTypes.PING, 0, 0, this.#ping);
    this.#ack = undefined;
    this.#pong = undefined;
    this.#ping = undefined;
  }

  /** Returns whether all fitted in. */
  #takeControl(): boolean {
    let taken = 0;
    for (const frame of this.#control) {
      if (!this.#writer.fits(frame.payload.length)) break;
      this.#write(frame.type, frame.flags, frame.stream, frame.payload);
      if (frame.isAnswer) this.#answerBytes -= frameHeaderBytes + frame.payload.length;
      taken += 1;
    }
    if (taken < this.#control.length) {
      this.#control.splice(0, taken);
      return false;
    }
    if (taken > 0) this.#control = [];
    return true;
  }

  /** Returns whether all fitted in. */
  #takeWindows(): boolean {
    for (;;) {
      const stream = this.#owing[0];
      if (stream === undefined) return true;
      if (!this.#writer.fits(windowBytes)) return false;
      this.#owing.shift();
      stream.owesWindow = false;
      // The peer forgets a stream that it has ended and that we have ended; it needs no more credit then either.
      if (stream.isRemoteDone || stream.isReset) continue;
      stream.announced = stream.consumed;
      stream.receiveLimit = Math.max(stream.receiveLimit, stream.consumed + stream.window);
      const payload = encodeWindow(stream.consumed, stream.window);
      this.#write(frameTypes.WINDOW, 0, stream.id, payload);
    }
  }

  #takeData(): void {
    for (;;) {
      const stream = this.#ready[0];
      if (stream === undefined) return;
      const bytes = Math.min(stream.sendable, maxDataBytes);
      if (bytes === 0) {
        if (!this.#writer.fits(stream.trailers?.length ?? 0)) return;
        this.#ready.shift();
        this.#writeEnd(stream);
        continue;
      }
      const room = Math.max(this.#writer.room, this.#writer.isEmpty ? minDataBytes : 0);
      const fitting = Math.min(bytes, room);
      if (fitting < Math.min(bytes, minDataBytes)) return;
      this.#ready.shift();
      this.#writeData(stream, fitting);
      if (stream.isReady) this.#ready.push(stream);
      else stream.isScheduled = false;
    }
  }

  #writeData(stream: Stream, bytes: number): void {
    const isLast = stream.isEnding && stream.trailers === undefined && bytes === stream.queue.bytes;
    this.#writer.header(frameTypes.DATA, isLast ? endFlag : 0, stream.id, bytes);
    for (let left = bytes; left > 0;) {
      const piece = stream.queue.shift(left);
      this.#writer.append(piece);
      left -= piece.length;
    }
    if (isLast) this.#onSentEnd(stream);
  }

  #writeEnd(stream: Stream): void {
    stream.isScheduled = false;
    this.#write(frameTypes.END, 0, stream.id, stream.trailers ?? nothing);
    this.#onSentEnd(stream);
  }

  #write(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.#writer.header(type, flags, stream, payload.length);
    if (payload.length > 0) this.#writer.append(payload);
  }
}

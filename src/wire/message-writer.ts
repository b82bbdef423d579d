import { writeFrameHeader } from './frame.ts';
import { frameHeaderBytes, smallChunkBytes } from './limits.ts';

/**
 * Size of the first and of the largest block that small frames are copied into, one after the other; a used part is never written
 * again. Each block is twice as large as the one before: a quiet connection sends a PING of 17 bytes now and then, a busy one thousands of frames.
 */
const firstBlockBytes = 64;
const maxBlockBytes = 65_536;

const nothing = new Uint8Array(0);

/**
 * Gathers the frames of one message: headers and small payloads are copied together, large payloads stay where they
 * are. The pieces, one after the other, are the message.
 */
export class MessageWriter {
  #block: Uint8Array = nothing;
  #nextBlockBytes = firstBlockBytes;
  /** Where the piece being copied together begins and ends in the block. */
  #start = 0;
  #end = 0;
  #pieces: Uint8Array[] = [];
  #room = 0;
  #isEmpty = true;

  /** Starts a message of up to `maxBytes`. */
  begin(maxBytes: number): void {
    this.#room = maxBytes;
    this.#isEmpty = true;
  }

  /** How large a payload still fits in; less than 0 when not even a header does. */
  get room(): number {
    return this.#room - frameHeaderBytes;
  }

  /** Whether nothing was added yet. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether a frame with this payload may be added; the first one always may, so that nothing gets stuck. */
  fits(payloadBytes: number): boolean {
    return this.#isEmpty || payloadBytes <= this.room;
  }

  /** Adds a header; `append` must follow with `length` bytes in all. */
  header(type: number, flags: number, stream: number, length: number): void {
    const at = this.#reserve(frameHeaderBytes);
    writeFrameHeader(this.#block, at, type, flags, stream, length);
    this.#room -= frameHeaderBytes + length;
    this.#isEmpty = false;
  }

  /** Adds bytes of a payload. */
  append(bytes: Uint8Array): void {
    if (bytes.length < smallChunkBytes) {
      const at = this.#reserve(bytes.length);
      this.#block.set(bytes, at);
    } else {
      this.#cut();
      this.#pieces.push(bytes);
    }
  }

  /** The pieces of the message. */
  finish(): Uint8Array[] {
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** Gives the block back: nothing much will be sent for a while. */
  rest(): void {
    if (this.#nextBlockBytes <= 2 * firstBlockBytes) return;
    this.#block = nothing;
    this.#start = 0;
    this.#end = 0;
    this.#nextBlockBytes = firstBlockBytes;
  }

  #reserve(bytes: number): number {
    if (this.#end + bytes > this.#block.length) this.#change(bytes);
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  /** Takes a new block with room for `bytes`. A piece that has only begun moves there: one more piece costs more than its copy. */
  #change(bytes: number): void {
    const begun = this.#block.subarray(this.#start, this.#end);
    const moves = begun.length < smallChunkBytes;
    if (!moves) this.#cut();
    const needed = moves ? begun.length + bytes : bytes;
    while (this.#nextBlockBytes < needed) this.#nextBlockBytes *= 2;
    this.#block = Buffer.allocUnsafeSlow(this.#nextBlockBytes);
    this.#nextBlockBytes = Math.min(this.#nextBlockBytes * 2, maxBlockBytes);
    if (moves) this.#block.set(begun);
    this.#start = 0;
    this.#end = moves ? begun.length : 0;
  }

  #cut(): void {
    if (this.#end === this.#start) return;
    this.#pieces.push(this.#block.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

import { writeFrameHeader } from './frame.ts';
import { frameHeaderBytes, smallChunkBytes } from './limits.ts';

/** Size of the blocks that small frames are copied into, one after the other; a used part is never written again. */
const blockBytes = 65_536;

/**
 * Gathers the frames of one message: headers and small payloads are copied together, large payloads stay where they
 * are. The pieces, one after the other, are the message.
 */
export class MessageWriter {
  #block = Buffer.alloc(0);
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

  #reserve(bytes: number): number {
    if (this.#end + bytes > this.#block.length) {
      this.#cut();
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
      this.#start = 0;
      this.#end = 0;
    }
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  #cut(): void {
    if (this.#end === this.#start) return;
    this.#pieces.push(this.#block.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

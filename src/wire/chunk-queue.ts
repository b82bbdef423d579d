import { maxDataBytes, smallChunkBytes } from './limits.ts';

/**
 * Bytes that wait, first in first out. Large chunks are kept as they are; small ones that have to wait are copied
 * together, so that a sender of single bytes cannot make the queue cost much more than the bytes in it.
 */
export class ChunkQueue {
  #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that have been taken. */
  #offset = 0;
  #bytes = 0;
  /** Buffer behind the last chunk while small chunks still fit in. */
  #tail: Uint8Array | undefined;

  /** Bytes in the queue. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends `chunk`, which must not change any more. */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    const last = this.#chunks.at(-1);
    if (chunk.length >= smallChunkBytes || last === undefined) {
      this.#chunks.push(chunk);
      this.#tail = undefined;
    } else if (this.#tail !== undefined && last.length + chunk.length <= this.#tail.length) {
      this.#tail.set(chunk, last.length);
      this.#chunks[this.#chunks.length - 1] = this.#tail.subarray(0, last.length + chunk.length);
    } else {
      this.#tail = Buffer.allocUnsafeSlow(maxDataBytes);
      this.#tail.set(chunk);
      this.#chunks.push(this.#tail.subarray(0, chunk.length));
    }
  }

  /** Removes and returns up to `max` bytes that lie together; the queue must not be empty. */
  shift(max: number): Uint8Array {
    const first = this.#chunks[0];
    if (first === undefined) throw new Error('the queue is empty');
    const end = Math.min(first.length, this.#offset + max);
    const taken =
      this.#offset === 0 && end === first.length ? first : first.subarray(this.#offset, end);
    this.#bytes -= taken.length;
    if (end < first.length) {
      this.#offset = end;
    } else {
      this.#chunks.shift();
      this.#offset = 0;
    }
    return taken;
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks = [];
    this.#offset = 0;
    this.#bytes = 0;
    this.#tail = undefined;
  }
}

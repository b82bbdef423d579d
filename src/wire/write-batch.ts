import { Buffer } from 'node:buffer';
import type { ByteSink } from './body-writer.ts';
import { smallChunkBytes } from './limits.ts';

/** A socket, seen from here. */
export interface BatchSink extends ByteSink {
  /** Bytes that wait in it, and from how many on it wants a pause. */
  readonly writableLength: number;
  readonly writableHighWaterMark: number;
  cork(): void;
  uncork(): void;
}

/** Most bytes that are copied together: a head and a body of which each is small. */
const maxJoinedBytes = 4 * smallChunkBytes;

/**
 * What is written to a socket during one turn of events. Small pieces are copied together: a system call with one piece costs half of
 * one with three, and none of them keeps alive what it is a small part of. Large ones go out in one call, uncopied.
 */
export class WriteBatch implements ByteSink {
  readonly #sink: BatchSink;
  #pieces: (Uint8Array | string)[] = [];
  /** Bytes in the pieces. */
  #bytes = 0;
  /** Pieces that were handed to the socket in this turn. */
  #handed = 0;
  #isCorked = false;

  constructor(sink: BatchSink) {
    this.#sink = sink;
  }

  /** Writes `data`, a string with one byte in each character; `flush` must follow in the same turn. */
  write(data: Uint8Array | string): boolean {
    if (data.length >= smallChunkBytes || this.#bytes + data.length > maxJoinedBytes) {
      if (!this.#isCorked) this.#sink.cork();
      this.#isCorked = true;
      this.#join();
      if (data.length >= smallChunkBytes) return this.#put(data);
    }
    this.#pieces.push(data);
    this.#bytes += data.length;
    return this.#sink.writableLength + this.#bytes < this.#sink.writableHighWaterMark;
  }

  /** Hands everything to the socket. @returns in how many pieces it has got what was written since the last time */
  flush(): number {
    this.#join();
    if (this.#isCorked) this.#sink.uncork();
    this.#isCorked = false;
    const handed = this.#handed;
    this.#handed = 0;
    return handed;
  }

  #join(): void {
    const [first, second] = this.#pieces;
    if (first === undefined) return;
    if (second === undefined && typeof first === 'string') this.#put(first);
    else this.#put(this.#joined());
    this.#pieces = [];
    this.#bytes = 0;
  }

  #joined(): Uint8Array {
    const all = Buffer.allocUnsafe(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') all.write(piece, at, 'latin1');
      else all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #put(data: Uint8Array | string): boolean {
    this.#handed += 1;
    return typeof data === 'string' ? this.#sink.write(data, 'latin1') : this.#sink.write(data);
  }
}

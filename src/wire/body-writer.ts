import { formatChunkSize, formatLastChunk } from './body.ts';
import type { BodyFraming, HeaderField } from './head.ts';

/** Where bytes go: a socket, seen from here. */
export interface ByteSink {
  /** Gives false when the sink wants a pause. */
  write(data: Uint8Array | string, encoding?: 'latin1'): boolean;
}

/** Writes one body to a connection so that it ends where the head said it would. Copies no body bytes. */
export class BodyWriter {
  readonly #sink: ByteSink;
  readonly #framing: BodyFraming;
  #left: number;

  constructor(sink: ByteSink, framing: BodyFraming) {
    this.#sink = sink;
    this.#framing = framing;
    this.#left = framing.type === 'length' ? framing.bytes : Infinity;
  }

  /** Whether as many bytes were written as the head announced; only a body of known length can fall short. */
  get isWhole(): boolean {
    return this.#left === Infinity || this.#left === 0;
  }

  /**
   * Writes one piece.
   *
   * @returns `overrun` when it would go beyond the announced length, and nothing was written; else whether the sink wants more
   */
  write(chunk: Uint8Array): boolean | 'overrun' {
    switch (this.#framing.type) {
      case 'none':
        return true;
      case 'chunked': {
        if (chunk.length === 0) return true;
        this.#sink.write(formatChunkSize(chunk.length), 'latin1');
        this.#sink.write(chunk);
        return this.#sink.write('\r\n', 'latin1');
      }
      case 'length':
      case 'until-close':
        if (chunk.length > this.#left) return 'overrun';
        this.#left -= chunk.length;
        return this.#sink.write(chunk);
    }
  }

  /** Ends the body. An `until-close` body is ended by whoever owns the connection. */
  end(trailers: readonly HeaderField[]): void {
    if (this.#framing.type === 'chunked') this.#sink.write(formatLastChunk(trailers), 'latin1');
  }
}

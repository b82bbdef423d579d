import { Writable } from 'node:stream';
import { formatChunkSize, formatLastChunk } from '../wire/body.ts';

/** How the end of an answer's body is found (RFC 9112 §6.3). */
export type ResponseFraming = 'none' | 'length' | 'chunked' | 'until-close';

/** Where the bytes of an answer go. */
interface Channel {
  write(bytes: Buffer, onFlushed: (error?: Error | null) => void): void;
  /** The last byte is out. */
  finished(): void;
  /** The answer does not come to its end. */
  destroy(): void;
}

const CRLF = Buffer.from('\r\n');

/** The body of an answer that streams. Takes as much as the connection does. */
export class ResponseBody extends Writable {
  readonly #framing: ResponseFraming;
  readonly #channel: Channel;

  constructor(framing: ResponseFraming, channel: Channel) {
    super({ decodeStrings: true });
    this.#framing = framing;
    this.#channel = channel;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#framing === 'none' || chunk.length === 0) done();
    else if (this.#framing === 'chunked') {
      const size = Buffer.from(formatChunkSize(chunk.length), 'latin1');
      this.#channel.write(Buffer.concat([size, chunk, CRLF]), done);
    } else this.#channel.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const end = (error?: Error | null): void => {
      if (!error) this.#channel.finished();
      done(error);
    };
    if (this.#framing === 'chunked')
      this.#channel.write(Buffer.from(formatLastChunk([]), 'latin1'), end);
    else end(); // Whatever was written before is out: Writable waits for it.
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.writableFinished) this.#channel.destroy();
    done(error);
  }
}

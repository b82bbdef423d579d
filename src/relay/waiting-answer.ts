import type { Socket } from 'node:net';
import { CHUNK_BYTES } from './limits.ts';
import type { MemoryShare, Waiting } from './memory.ts';

/** What of an answer waits in the buffer of a socket whose reader is slow, until it is taken or the socket is gone. */
export class WaitingAnswer implements Waiting {
  readonly #socket: Socket;
  readonly #share: MemoryShare;
  /** Whether all was taken; what waits later needs another one. */
  isOver = false;
  #bytes = 0;
  #chunks = 0;
  #waiting = 0;
  #since: number | undefined;

  constructor(socket: Socket, share: MemoryShare) {
    this.#socket = socket;
    this.#share = share;
    share.watch(this);
    socket.on('drain', this.#onTaken);
    socket.on('finish', this.#onTaken);
    socket.on('close', this.#onTaken);
  }

  get since(): number | undefined {
    return this.#since;
  }

  /** `chunks` more were written. */
  wrote(chunks: number): void {
    this.#chunks += chunks;
    this.update();
  }

  update(): void {
    const { destroyed, writableLength } = this.#socket;
    const waiting = destroyed ? 0 : writableLength;
    // Of those that were taken only the bytes are known.
    if (waiting < this.#waiting) this.#chunks = Math.ceil((this.#chunks * waiting) / this.#waiting);
    this.#waiting = waiting;
    const bytes = waiting === 0 ? 0 : waiting + this.#chunks * CHUNK_BYTES;
    const more = bytes - this.#bytes;
    this.#bytes = bytes;
    if (bytes === 0) this.#since = undefined;
    // Whoever takes some of it is slow, and not gone.
    else if (more < 0) this.#since = this.#share.now();
    else this.#since ??= this.#share.now();
    this.#share.addAnswer(more);
    if (bytes === 0) this.#settle();
  }

  cut(): void {
    this.#socket.destroy();
  }

  readonly #onTaken = (): void => {
    this.update();
  };

  #settle(): void {
    this.#share.unwatch(this);
    this.#socket.off('drain', this.#onTaken);
    this.#socket.off('finish', this.#onTaken);
    this.#socket.off('close', this.#onTaken);
    this.isOver = true;
  }
}

import type { Socket } from 'node:net';
import type { MemoryShare, Waiting } from './memory.ts';

/** What of an answer waits in the buffer of a socket whose reader is slow, until it is taken or the socket is gone. */
export class WaitingAnswer implements Waiting {
  readonly #socket: Socket;
  readonly #share: MemoryShare;
  /** Whether all was taken; what waits later needs another one. */
  isOver = false;
  #bytes = 0;
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

  update(): void {
    const { destroyed, writableLength } = this.#socket;
    const bytes = destroyed ? 0 : writableLength;
    const more = bytes - this.#bytes;
    this.#bytes = bytes;
    if (bytes === 0) this.#since = undefined;
    // Whoever takes some of it is slow, and not gone.
    else if (more < 0) this.#since = this.#share.now();
    else this.#since ??= this.#share.now();
    this.#share.addAnswer(more);
  }

  cut(): void {
    this.#socket.destroy();
  }

  readonly #onTaken = (): void => {
    this.update();
    if (this.#bytes > 0) return;
    this.#share.unwatch(this);
    this.#socket.off('drain', this.#onTaken);
    this.#socket.off('finish', this.#onTaken);
    this.#socket.off('close', this.#onTaken);
    this.isOver = true;
  };
}

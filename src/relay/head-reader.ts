import { findHeadEnd, parseRequestHead, type RequestHead } from '../wire/head.ts';

const EMPTY = Buffer.alloc(0);

/** Gathers the bytes of a connection until they hold a request head, and keeps what came too early. */
export class HeadReader {
  #held: Buffer = EMPTY;
  #head: Buffer = EMPTY;
  #mayBeginEmpty = true;

  /** Bytes that nobody has understood yet. */
  get bytes(): number {
    return this.#held.length;
  }

  /** Keeps bytes for later. */
  hold(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
  }

  /** Gives what is held, and holds nothing more. */
  take(): Buffer {
    const held = this.#held;
    this.#held = EMPTY;
    return held;
  }

  /** The message before is over: what is held now may be a head. */
  restart(): RequestHead | undefined {
    this.#mayBeginEmpty = true;
    return this.#read(0);
  }

  /** Takes more bytes. Gives the head once it is complete; what follows it is held. @throws WXD4012 */
  push(bytes: Buffer): RequestHead | undefined {
    const searched = this.#held.length;
    this.hold(bytes);
    return this.#read(searched);
  }

  /** The bytes of the head that `push` or `restart` gave, and all that follows: for another parser. */
  unread(): Buffer {
    return Buffer.concat([this.#head, this.take()]);
  }

  #read(searched: number): RequestHead | undefined {
    // RFC 9112 §2.2: some old clients send an empty line after a body.
    if (this.#mayBeginEmpty && this.#held[0] === 13 && this.#held[1] === 10) {
      this.#mayBeginEmpty = false;
      this.#held = this.#held.subarray(2);
    }
    const held = this.#held;
    if (held.length === 0) return undefined;
    const end = findHeadEnd(held, searched);
    if (end < 0) return undefined;
    const isAll = end === held.length;
    this.#head = isAll ? held : held.subarray(0, end);
    this.#held = isAll ? EMPTY : held.subarray(end);
    return parseRequestHead(this.#head);
  }
}

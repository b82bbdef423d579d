import { Buffer } from 'node:buffer';
import { BodyReader, type BodyPart } from './body.ts';
import {
  findHeadEnd,
  parseResponseHead,
  responseFraming,
  type HeaderField,
  type ResponseHead,
} from './head.ts';

/** What one piece of input gave. */
export interface ResponsePart extends BodyPart {
  /** Heads that were completed: informational ones, then the final one. A 101 is final, and what follows it is `rest`. */
  readonly heads: readonly ResponseHead[];
}

const EMPTY = Buffer.alloc(0);

/** Reads one response, with what may come before it, from the bytes of a connection. */
export class ResponseReader {
  readonly #method: string;
  #held: Buffer = EMPTY;
  #body: BodyReader | undefined;

  /** `method` is that of the request: it decides whether there is a body. */
  constructor(method: string) {
    this.#method = method;
  }

  /** Trailer fields, once the response is complete. */
  get trailers(): readonly HeaderField[] {
    return this.#body?.trailers ?? [];
  }

  /** Takes the next bytes. @throws WXD4012 when they are no response */
  push(bytes: Buffer): ResponsePart {
    if (this.#body) return { heads: [], ...this.#body.push(bytes) };
    const heads: ResponseHead[] = [];
    let searched = this.#held.length;
    this.#held = searched === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    while (!this.#body) {
      const end = findHeadEnd(this.#held, searched);
      if (end < 0) return { heads, chunks: [], end: false, rest: EMPTY };
      const head = parseResponseHead(this.#held.subarray(0, end));
      heads.push(head);
      this.#held = this.#held.subarray(end);
      searched = 0;
      if (head.status === 101) return { heads, chunks: [], end: false, rest: this.#takeHeld() };
      if (head.status >= 200) this.#body = new BodyReader(responseFraming(head, this.#method));
    }
    return { heads, ...this.#body.push(this.#takeHeld()) };
  }

  /** Says that the connection has ended. Gives whether the response is complete. */
  finish(): boolean {
    return this.#body?.finish() ?? false;
  }

  #takeHeld(): Buffer {
    const held = this.#held;
    this.#held = EMPTY;
    return held;
  }
}

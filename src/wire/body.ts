import { Buffer } from 'node:buffer';
import { WxDevError } from '../core/errors.ts';
import { MAX_HEAD_BYTES, parseTrailers, type BodyFraming, type HeaderField } from './head.ts';

/** What one piece of input gave. */
export interface BodyPart {
  /** Body bytes, views into the input, in order. */
  readonly chunks: readonly Buffer[];
  /** Whether the body is complete. */
  readonly end: boolean;
  /** What came after the end of the body: the next message. Empty before the end. */
  readonly rest: Buffer;
}

/** Longest chunk-size line in bytes, extensions included. */
const MAX_CHUNK_LINE_BYTES = 256;

// RFC 9112 §7.1; 13 hex digits hold every length a JavaScript number can count. The extensions' grammar is that of §7.1.1.
const CHUNK_LINE =
  /^([0-9A-Fa-f]{1,13})(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]*"))?)*$/;

const EMPTY = Buffer.alloc(0);
const CRLF = Buffer.from('\r\n');

type State = 'data' | 'size' | 'data-end' | 'trailers' | 'end';

/** Finds the end of one message body and takes the transfer coding off. Copies no body bytes. */
export class BodyReader {
  readonly #framing: BodyFraming;
  #state: State;
  #left: number;
  #line: Buffer = EMPTY;
  #trailers: readonly HeaderField[] = [];

  constructor(framing: BodyFraming) {
    this.#framing = framing;
    this.#left = framing.type === 'length' ? framing.bytes : Infinity;
    if (framing.type === 'none' || this.#left === 0) this.#state = 'end';
    else this.#state = framing.type === 'chunked' ? 'size' : 'data';
  }

  /** Whether the body is complete. */
  get isComplete(): boolean {
    return this.#state === 'end';
  }

  /** Trailer fields of a chunked body, once it is complete. */
  get trailers(): readonly HeaderField[] {
    return this.#trailers;
  }

  /**
   * Takes the next bytes of the connection.
   *
   * @throws WXD4012 (400) when a chunked body is malformed
   */
  push(bytes: Buffer): BodyPart {
    if (this.#framing.type === 'chunked') return this.#pushChunked(bytes);
    if (this.#state === 'end') return { chunks: [], end: true, rest: bytes };
    if (bytes.length < this.#left) {
      this.#left -= bytes.length;
      return { chunks: bytes.length === 0 ? [] : [bytes], end: false, rest: EMPTY };
    }
    const chunk = bytes.subarray(0, this.#left);
    const rest = bytes.subarray(this.#left);
    this.#state = 'end';
    return { chunks: [chunk], end: true, rest };
  }

  /** Says that the connection has ended. Gives whether the body is complete: only a body until close may end like this. */
  finish(): boolean {
    if (this.#framing.type === 'until-close') this.#state = 'end';
    return this.#state === 'end';
  }

  #pushChunked(bytes: Buffer): BodyPart {
    const chunks: Buffer[] = [];
    let at = 0;
    while (at < bytes.length && this.#state !== 'end') {
      if (this.#state === 'data') {
        const chunk = bytes.subarray(at, at + this.#left);
        chunks.push(chunk);
        at += chunk.length;
        this.#left -= chunk.length;
        if (this.#left === 0) this.#state = 'data-end';
      } else if (this.#state === 'trailers') {
        at = this.#readTrailers(bytes, at);
      } else {
        at = this.#readLine(bytes, at);
      }
    }
    const end = this.#state === 'end';
    return { chunks, end, rest: end ? bytes.subarray(at) : EMPTY };
  }

  /** The CRLF after chunk data, or a chunk-size line; gives where to go on. */
  #readLine(bytes: Buffer, at: number): number {
    const max = this.#state === 'data-end' ? CRLF.length : MAX_CHUNK_LINE_BYTES;
    const lf = bytes.indexOf(10, at);
    const end = lf < 0 ? bytes.length : lf + 1;
    const line = join(this.#line, bytes.subarray(at, end));
    if (line.length > max) throw malformed('a chunk line that does not end');
    this.#line = lf < 0 ? line : EMPTY;
    if (lf < 0) return end;
    if (line.length < 2 || line[line.length - 2] !== 13)
      throw malformed('a chunk line that ends in LF without CR');
    if (this.#state === 'data-end') this.#state = 'size';
    else this.#startChunk(line.toString('latin1', 0, line.length - 2));
    return end;
  }

  #startChunk(line: string): void {
    const size = CHUNK_LINE.exec(line)?.[1];
    if (size === undefined) throw malformed('a chunk size that is no hexadecimal number');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'data';
  }

  /** Collects lines until the empty one. */
  #readTrailers(bytes: Buffer, at: number): number {
    const held = this.#line.length;
    const line = join(this.#line, bytes.subarray(at));
    const end = line.length >= 2 && line[0] === 13 && line[1] === 10 ? 0 : trailersEnd(line);
    if (end < 0) {
      if (line.length > MAX_HEAD_BYTES) throw malformed('trailers without an end');
      this.#line = line;
      return bytes.length;
    }
    if (end > MAX_HEAD_BYTES) throw malformed('trailers over the limit of a head');
    this.#trailers = parseTrailers(line.subarray(0, end));
    this.#line = EMPTY;
    this.#state = 'end';
    return at + end + CRLF.length - held;
  }
}

/** What goes before `sizeBytes` bytes of body in chunked coding; `\r\n` goes after them. */
export function formatChunkSize(sizeBytes: number): string {
  return `${sizeBytes.toString(16)}\r\n`;
}

/** The end of a chunked body, with its trailers. */
export function formatLastChunk(trailers: readonly HeaderField[]): string {
  let text = '0\r\n';
  for (const [name, value] of trailers) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/** Index just behind the last field line when the empty line is there, else -1. */
function trailersEnd(bytes: Buffer): number {
  const at = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  return at < 0 ? -1 : at + CRLF.length;
}

function join(held: Buffer, bytes: Buffer): Buffer {
  return held.length === 0 ? bytes : Buffer.concat([held, bytes]);
}

function malformed(problem: string): WxDevError<'WXD4012'> {
  return new WxDevError('WXD4012', { status: 400, problem });
}

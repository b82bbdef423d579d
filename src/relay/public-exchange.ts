import type { Socket } from 'node:net';
import { WxDevError } from '../core/errors.ts';
import { BodyReader } from '../wire/body.ts';
import { BodyWriter } from '../wire/body-writer.ts';
import {
  fieldValue,
  formatTrailers,
  hasNoBody,
  passHead,
  parseResponseHead,
  parseTrailers,
  type BodyFraming,
  type HeaderField,
  type RequestHead,
  type ResponseHead,
} from '../wire/head.ts';
import type { Link, StreamListener } from '../wire/link.ts';
import type { ResetCode } from '../wire/payloads.ts';
import { WriteBatch } from '../wire/write-batch.ts';
import { withoutClaims } from './forwarded.ts';
import { FREE_CHUNKS, FREE_REQUEST_BYTES } from './limits.ts';
import type { MemoryShare } from './memory.ts';
import { cutOff, type Refusal } from './refusals.ts';
import { WaitingAnswer } from './waiting-answer.ts';
import { WaitingRequest } from './waiting-request.ts';

/** The connection that an exchange belongs to. */
export interface ExchangeOwner {
  readonly socket: Socket;
  /** Whether the connection may be used again after this exchange. */
  readonly mayKeepAlive: boolean;
  /** The tunnel's name, for errors. */
  readonly name: string;
  /** Both directions are complete. */
  exchangeEnded(keepAlive: boolean): void;
  /** Nothing was answered yet: answer so, then close. */
  refuse(refusal: Refusal): void;
  /** A head came out of the tunnel: the final one, or one that only says that the client is at work. */
  answered(isFinal: boolean): void;
  /** The answer cannot be completed: cut the connection so that nobody takes it for complete. */
  abort(): void;
  /** The connection now carries opaque bytes; hand over what was read too early. */
  upgraded(): void;
  /** Reading has to stop, or may go on. */
  setReading(isReading: boolean): void;
  /** The client takes nothing of what is written, or does again. */
  setStalled(isStalled: boolean): void;
}

/** What goes through the tunnel, and under which id it is found in both logs. */
export interface Outgoing {
  readonly head: Uint8Array;
  readonly requestId: string;
  /** Largest body; undefined: any. */
  readonly maxBodyBytes: number | undefined;
  /** What its link holds for slow readers. */
  readonly share: MemoryShare | undefined;
  /** When it is sent, in ms. */
  readonly now: number;
}

const EMPTY = Buffer.alloc(0);

/** Most requests have no body, and there is nothing to remember of it. */
const NO_BODY = new BodyReader({ type: 'none' });

/** Bytes kept in memory for each that waits, at most: a DATA frame in a message as this program fills it needs 4. */
const MAX_RETAINED = 5;

/** One request on a public connection and its answer, carried by one stream. */
export class PublicExchange implements StreamListener {
  readonly #request: RequestHead;
  readonly #owner: ExchangeOwner;
  readonly #link: Link;
  readonly #stream: number;
  readonly #reader: BodyReader;
  #writer: BodyWriter | undefined;
  readonly #requestId: string;
  readonly #share: MemoryShare | undefined;
  readonly #maxBodyBytes: number;
  #waitingAnswer: WaitingAnswer | undefined;
  #waitingRequest: WaitingRequest | undefined;
  #bodyLeft: number;
  #hasCredit = true;
  #hasRoom = true;
  #status = 0;
  #isUpgraded = false;
  #isAnswered = false;
  #isEventStream = false;
  #endsWithConnection = false;
  #keepAlive = false;
  #isOver = false;
  readonly #out: WriteBatch;
  /** Chunks that were written since the socket had taken everything, and are not counted yet. */
  #chunks = 0;
  /** Bytes whose credit has not been given back. */
  #held = 0;

  /** Opens the stream; the caller has asked whether the link can. */
  constructor(owner: ExchangeOwner, link: Link, request: RequestHead, outgoing: Outgoing) {
    const { head: wireHead, requestId, maxBodyBytes = Infinity, share } = outgoing;
    this.#share = share;
    this.#requestId = requestId;
    this.#maxBodyBytes = maxBodyBytes;
    this.#bodyLeft = maxBodyBytes;
    this.#owner = owner;
    this.#out = new WriteBatch(owner.socket);
    this.#link = link;
    this.#request = request;
    this.#reader = request.framing.type === 'none' ? NO_BODY : new BodyReader(request.framing);
    const isWhole = this.#reader.isComplete && request.upgrade === undefined;
    this.#stream = link.open(wireHead, isWhole, this, outgoing.now);
  }

  /** Whether the request has been read to its end. What an upgrade becomes is not known before the answer. */
  get isRequestRead(): boolean {
    return this.#reader.isComplete && !this.#isUpgraded;
  }

  /** Whether only the end of the connection tells where the answer ends. */
  get endsWithConnection(): boolean {
    return this.#endsWithConnection;
  }

  /** Status of the answer that has begun; 0 before. */
  get status(): number {
    return this.#status;
  }

  /** Whether a final answer has begun, so that no other can be given. */
  get hasAnswer(): boolean {
    return this.#writer !== undefined || this.#isUpgraded;
  }

  /** Takes bytes that the client sent; gives back those behind the end of the request. @throws WXD4012, WXD4048 */
  feed(bytes: Buffer): Buffer {
    if (this.#isUpgraded) {
      if (!this.#link.write(this.#stream, bytes)) this.#setReading({ hasCredit: false });
      this.#noteWaitingRequest();
      return bytes.subarray(bytes.length);
    }
    if (this.#reader.isComplete) return bytes;
    const part = this.#reader.push(bytes);
    let goOn = true;
    for (const chunk of part.chunks) {
      this.#bodyLeft -= chunk.length;
      if (this.#bodyLeft < 0) throw new WxDevError('WXD4048', { maxBytes: this.#maxBodyBytes });
      goOn = this.#link.write(this.#stream, chunk);
    }
    if (part.end) {
      // A server that joins trailers to the header fields must not find in them what was taken from those.
      this.#link.end(this.#stream, trailerBytes(withoutClaims(this.#reader.trailers)));
      this.#finishIfDone();
    } else if (!goOn) {
      this.#setReading({ hasCredit: false });
    }
    this.#noteWaitingRequest();
    return part.rest;
  }

  /** The client has sent its FIN. */
  inputEnded(): void {
    if (this.#isUpgraded) this.#link.end(this.#stream);
    // A reader of events has nothing to say and never half-closes: it has left.
    else if (!this.#reader.isComplete || this.#isEventStream) this.#owner.abort();
  }

  /** The socket took all that was written. */
  drained(): void {
    this.#owner.setStalled(false);
    this.#returnCredit();
  }

  /** The connection is gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#over();
    this.#link.reset(this.#stream, 'cancelled', 'the public client left');
  }

  info(bytes: Buffer): void {
    const head = this.#parse(bytes, 'informational');
    if (!head) return;
    this.#owner.answered(false);
    // RFC 9110 §15.2: a 1.0 client must not get one.
    if (this.#request.version === '1.0') return;
    const fields = head.fields.filter((field) => field[2] !== 'content-length');
    this.#out.write(passHead(statusLine(head), { fields, lines: undefined }));
  }

  head(bytes: Buffer, end: boolean): void {
    const head = this.#parse(bytes, 'final');
    if (!head) return;
    this.#status = head.status;
    this.#owner.answered(true);
    if (head.status === 101) {
      this.#upgrade(head);
      if (end) this.end(EMPTY);
      return;
    }
    const noBody = hasNoBody(head.status, this.#request.method);
    const framing = this.#framing(head, noBody, end);
    this.#writer = new BodyWriter(this.#out, framing);
    this.#endsWithConnection = framing.type === 'until-close';
    this.#keepAlive = this.#owner.mayKeepAlive && !this.#endsWithConnection;
    const type = fieldValue(head.fields, 'content-type');
    this.#isEventStream = type !== undefined && /^text\/event-stream\b/i.test(type);
    const more = linesFor(head, framing, this.#keepAlive) + idLine(head, this.#requestId);
    this.#out.write(passHead(statusLine(head), withoutLength(head), more));
    // An upgrade that was declined: the request had no body, and the tunnel still waits for its end.
    if (this.#request.upgrade !== undefined) this.#link.end(this.#stream);
    if (end) this.#answered([]);
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    const { socket } = this.#owner;
    // What waits must not keep a whole message in memory in which it is a small part.
    const isSmallPart = chunk.length * MAX_RETAINED < chunk.buffer.byteLength;
    if (socket.writableLength === 0) this.#chunks = 0;
    const bytes = isSmallPart && socket.writableNeedDrain ? Buffer.from(chunk) : chunk;
    const goOn = this.#isUpgraded ? this.#out.write(bytes) : this.#writer?.write(bytes);
    if (goOn === undefined || goOn === 'overrun') {
      this.#fail();
      return;
    }
    this.#held += chunk.length;
    if (goOn) this.#returnCredit();
    else this.#owner.setStalled(true);
  }

  end(trailers: Buffer): void {
    if (this.#isOver) return;
    if (this.#isUpgraded) {
      this.flush();
      this.#owner.socket.end();
      return;
    }
    try {
      this.#answered(trailers.length === 0 ? [] : parseTrailers(trailers));
    } catch {
      // WXD4012: what the tunnel's client sent as trailers is none. The answer must not look complete.
      this.#fail();
    }
  }

  reset(reason: string, code?: ResetCode): void {
    if (this.#isOver) return;
    this.#over();
    this.flush();
    if (this.#isAnswered) this.#owner.exchangeEnded(false);
    else if (this.hasAnswer) this.#owner.abort();
    else this.#owner.refuse(cutOff(this.#owner.name, reason, code));
  }

  abandon(reason: string): void {
    if (this.hasAnswer || this.#isOver) return;
    this.#link.reset(this.#stream, 'cancelled', 'its client was away for too long');
    this.reset(reason);
  }

  writable(): void {
    this.#setReading({ hasCredit: true });
  }

  flush(): void {
    this.#chunks += this.#out.flush();
    if (this.#owner.socket.writableNeedDrain || this.#chunks > FREE_CHUNKS)
      this.#noteWaitingAnswer();
  }

  #parse(bytes: Buffer, kind: 'informational' | 'final'): ResponseHead | undefined {
    if (this.#isOver) return undefined;
    try {
      const head = parseResponseHead(bytes, 'tunnel');
      // A final head among the informational ones would be the answer to this request, and the real one that to the next.
      const isInformational = head.status < 200 && head.status !== 101;
      // So would a switch of protocols that the request did not ask for.
      const isUnasked = head.status === 101 && this.#request.upgrade === undefined;
      if (isInformational !== (kind === 'informational') || isUnasked)
        throw new WxDevError('WXD4012', { status: 502, problem: `${head.status} out of place` });
      return head;
    } catch {
      // WXD4012: a client of ours parses what it sends, so this one is not ours, or hostile.
      this.#link.reset(this.#stream, 'malformed', 'the head is malformed');
      this.reset('it sent a malformed response head', 'malformed');
      return undefined;
    }
  }

  #upgrade(head: ResponseHead): void {
    this.#isUpgraded = true;
    const more = `Connection: Upgrade\r\n${idLine(head, this.#requestId)}`;
    this.#out.write(passHead(statusLine(head), withoutLength(head), more));
    this.#owner.upgraded();
  }

  /** How the body goes to the public client; the tunnel itself marks only its end. */
  #framing(head: ResponseHead, noBody: boolean, end: boolean): BodyFraming {
    if (noBody) return { type: 'none' };
    if (head.contentLength !== undefined) return { type: 'length', bytes: head.contentLength };
    if (end) return { type: 'length', bytes: 0 };
    return { type: this.#request.version === '1.1' ? 'chunked' : 'until-close' };
  }

  #answered(trailers: readonly HeaderField[]): void {
    if (!this.#writer?.isWhole) {
      this.#fail();
      return;
    }
    this.#writer.end(trailers);
    this.#isAnswered = true;
    this.#finishIfDone();
  }

  /** Also a request may end after its answer: an app that answers early may still want the rest. */
  #finishIfDone(): void {
    if (!this.#isAnswered || !this.#reader.isComplete || this.#isOver) return;
    this.#returnCredit();
    this.#over();
    this.#link.forget(this.#stream);
    this.flush();
    this.#owner.exchangeEnded(this.#keepAlive);
  }

  #fail(): void {
    this.#over();
    this.#link.reset(this.#stream, 'malformed', 'the body does not fit its head');
    this.#owner.abort();
  }

  #over(): void {
    this.#isOver = true;
    this.#waitingRequest?.end();
    this.#waitingRequest = undefined;
  }

  #noteWaitingAnswer(): void {
    if (!this.#share) return;
    if (this.#waitingAnswer?.isOver !== false)
      this.#waitingAnswer = new WaitingAnswer(this.#owner.socket, this.#share);
    this.#waitingAnswer.wrote(this.#chunks);
    this.#chunks = 0;
  }

  #noteWaitingRequest(): void {
    if (!this.#share || this.#isOver) return;
    if (!this.#waitingRequest && !this.#isBehind) return;
    this.#waitingRequest ??= new WaitingRequest(this.#link, this.#stream, this.#share, (hasRoom) =>
      this.#setReading({ hasRoom }),
    );
    this.#waitingRequest.update();
  }

  /** Reads on only while the client grants credit and the relay has room: neither gives what the other one denies. */
  #setReading({ hasCredit = this.#hasCredit, hasRoom = this.#hasRoom }): void {
    this.#hasCredit = hasCredit;
    this.#hasRoom = hasRoom;
    this.#owner.setReading(hasCredit && hasRoom);
  }

  /** Whether the request comes faster than it leaves, or so much of it in one turn of the loop that nobody could have seen it. */
  get #isBehind(): boolean {
    return this.#link.isHeldUp || this.#link.queuedBytes(this.#stream) > FREE_REQUEST_BYTES;
  }

  #returnCredit(): void {
    if (this.#held === 0 || this.#isOver) return;
    this.#link.consumed(this.#stream, this.#held);
    this.#held = 0;
  }
}

/** An id of the app's own stays. */
function idLine({ fields }: ResponseHead, id: string): string {
  for (const field of fields) if (field[2] === 'x-request-id') return '';
  return `X-Request-Id: ${id}\r\n`;
}

function statusLine(head: ResponseHead): string {
  return `HTTP/1.1 ${head.status} ${head.reason}`;
}

/** What the public client is told about the body, besides what the app says, and about the connection. */
function linesFor(head: ResponseHead, framing: BodyFraming, keepAlive: boolean): string {
  const close = keepAlive ? '' : 'Connection: close\r\n';
  if (framing.type === 'chunked') return `Transfer-Encoding: chunked\r\n${close}`;
  const isUnsaid = framing.type === 'length' && head.contentLength === undefined;
  return isUnsaid ? `Content-Length: 0\r\n${close}` : close;
}

/** RFC 9110 §8.6: a 101 or 204 has none, whatever it says; a HEAD or 304 may say how long the body would be. */
function withoutLength(head: ResponseHead): Pick<ResponseHead, 'fields' | 'lines'> {
  const mayHave = head.status !== 204 && head.status !== 101;
  if (mayHave || head.contentLength === undefined) return head;
  return { fields: head.fields.filter(([, , key]) => key !== 'content-length'), lines: undefined };
}

function trailerBytes(trailers: readonly HeaderField[]): Uint8Array | undefined {
  return trailers.length === 0 ? undefined : formatTrailers(trailers);
}

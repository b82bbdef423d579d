import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { BodyResult, HeaderList } from '../core/http-message.ts';
import { BodyReader } from '../wire/body.ts';
import { ChunkQueue } from '../wire/chunk-queue.ts';
import type { RequestHead } from '../wire/head.ts';
import { ResponseBody, type ResponseFraming } from './http-response-body.ts';
import { keepAliveMs } from './limits.ts';
import type { Answer } from './responder.ts';

/** What an exchange needs of its connection. */
export interface ExchangeConnection {
  readonly mayKeepAlive: boolean;
  /** For the Date field. */
  date(): string;
  write(bytes: Buffer, onFlushed: (error?: Error | null) => void): void;
  setReading(isReading: boolean): void;
  pump(): void;
  ended(keepAlive: boolean): void;
  restRead(): void;
  destroy(): void;
}

/** Where the body of the request goes. */
type Sink =
  | { readonly type: 'held' }
  | {
      readonly type: 'collect';
      readonly limitBytes: number;
      readonly done: (r: BodyResult) => void;
    }
  | { readonly type: 'stream'; readonly body: Readable }
  | { readonly type: 'drop' };

const HELD: Sink = { type: 'held' };
const DROP: Sink = { type: 'drop' };

/** One request and its answer. */
export class HttpExchange {
  readonly head: RequestHead;
  /** Field lines as received. */
  readonly headers: HeaderList;
  /** A push: it is answered even while the server closes. */
  mustFinish = false;
  readonly #connection: ExchangeConnection;
  readonly #reader: BodyReader;
  #sink: Sink = HELD;
  readonly #chunks = new ChunkQueue();
  #receivedBytes = 0;
  #status = 0;
  #keepAlive = false;
  #end: 'delivered' | 'left' | undefined;
  #onEnd: ((delivered: boolean) => void)[] = [];
  #response: ResponseBody | undefined;

  constructor(connection: ExchangeConnection, head: RequestHead) {
    this.head = head;
    this.headers = head.received.map(([name, value]) => [name, value] as const);
    this.#connection = connection;
    this.#reader = new BodyReader(head.framing);
  }

  /** Whether the whole request has come. */
  get isRequestRead(): boolean {
    return this.#reader.isComplete;
  }

  /** Whether somebody wants the body. */
  get isTaken(): boolean {
    return this.#sink.type !== 'held';
  }

  /** Status of the answer; 0 before it begins. */
  get status(): number {
    return this.#status;
  }

  /** Reads the whole body, up to `limitBytes`; `done` may be called at once. */
  collect(limitBytes: number, done: (result: BodyResult) => void): void {
    this.#sink = { type: 'collect', limitBytes, done };
    if (this.isRequestRead) this.settle();
    else if (this.#end) this.#cutOff();
    else this.#connection.pump();
  }

  /** Ends `collect` with what there is. */
  stopCollecting(): void {
    if (this.#sink.type === 'collect') this.#cutOff();
  }

  /** The body as a stream; its end comes only when the whole body has come. */
  stream(): Readable {
    const body = new Readable({
      read: () => {
        if (!this.isRequestRead) this.#connection.setReading(true);
      },
    });
    this.#sink = { type: 'stream', body };
    if (this.isRequestRead) body.push(null);
    else this.#connection.pump();
    return body;
  }

  /** Writes a complete answer, in one piece. */
  answer(answer: Answer): void {
    const { status, headers, body, verbatim } = answer;
    const isBare = this.#framing(answer) === 'none';
    const head = this.#head(answer, headers, verbatim !== true);
    const bytes = Buffer.allocUnsafe(head.length + (isBare ? 0 : body.length));
    bytes.write(head, 0, 'latin1');
    if (!isBare) bytes.set(body, head.length);
    this.#status = status;
    this.#connection.write(bytes, (error) => {
      if (!error) this.#finished();
    });
  }

  /** Begins an answer with exactly these field lines; its body follows. The head goes out at once: event streams wait for it. */
  respond(answer: Pick<Answer, 'status' | 'reason' | 'headers'>): ResponseBody {
    let framing = this.#framing(answer);
    const { version } = this.head;
    // HTTP/1.0 knows no chunks; its connections are not kept.
    if (framing === 'chunked' && version === '1.0') framing = 'until-close';
    const headers: HeaderList =
      framing === 'chunked'
        ? [...answer.headers, ['Transfer-Encoding', 'chunked']]
        : answer.headers;
    const head = Buffer.from(this.#head(answer, headers, false), 'latin1');
    this.#status = answer.status;
    this.#connection.write(head, () => undefined);
    const body = new ResponseBody(framing, {
      write: (bytes, done) => this.#connection.write(bytes, done),
      finished: () => this.#finished(),
      destroy: () => this.destroy(),
    });
    // Why it could not be written is seen from the end of the exchange.
    body.on('error', () => undefined);
    this.#response = body;
    return body;
  }

  /** Closes the connection: nobody waits, or the answer cannot go on. */
  destroy(): void {
    this.#connection.destroy();
  }

  /** Tells `listener`, once, that the connection is done with this exchange: the answer is out, or the peer has left. */
  onEnd(listener: (delivered: boolean) => void): void {
    if (this.#end) listener(this.#end === 'delivered');
    else this.#onEnd.push(listener);
  }

  /** Takes the next bytes of the connection, and gives back what belongs to the next request. */
  receive(bytes: Buffer): Buffer {
    const { chunks, rest } = this.#reader.push(bytes);
    for (const chunk of chunks) this.#take(chunk);
    return rest;
  }

  /** Deals with a request that has been read to its end. */
  settle(): void {
    if (!this.isRequestRead) return;
    const sink = this.#sink;
    switch (sink.type) {
      case 'collect': {
        this.#sink = DROP;
        const bytes = this.#collected();
        return sink.done({ type: 'complete', bytes });
      }
      case 'stream':
        this.#sink = DROP;
        sink.body.push(null);
        return;
      case 'drop':
        // Before the answer is out this is no news.
        if (this.#end === 'delivered') this.#connection.restRead();
        return;
      case 'held':
        return;
    }
  }

  /** Reads what is left of the request without keeping it. */
  dropRest(): void {
    if (this.#sink.type === 'stream') this.#sink.body.destroy();
    this.#sink = DROP;
    this.#chunks.clear();
    this.#connection.setReading(true);
    this.#connection.pump();
  }

  /** The connection is gone. */
  leave(): void {
    if (this.#end) return;
    const sink = this.#sink;
    this.#finish('left');
    if (sink.type === 'collect') this.#cutOff();
    if (sink.type === 'stream') sink.body.destroy();
    this.#response?.destroy();
  }

  /** The whole answer is out. */
  #finished(): void {
    if (this.#end) return;
    this.#finish('delivered');
    this.#connection.ended(this.#keepAlive);
  }

  #finish(end: 'delivered' | 'left'): void {
    this.#end = end;
    const listeners = this.#onEnd;
    this.#onEnd = [];
    for (const listener of listeners) listener(end === 'delivered');
  }

  #take(chunk: Buffer): void {
    const sink = this.#sink;
    this.#receivedBytes += chunk.length;
    if (sink.type === 'stream') {
      if (!sink.body.push(chunk)) this.#connection.setReading(false);
    } else if (sink.type === 'collect') {
      // What fills a packet, or a part of a large one, is not worth a copy: it is gone with the push. Single bytes are joined.
      this.#chunks.push(chunk);
      if (this.#receivedBytes <= sink.limitBytes) return;
      this.#sink = DROP;
      this.#chunks.clear();
      sink.done({ type: 'too-large', receivedBytes: this.#receivedBytes });
    }
  }

  #collected(): Buffer {
    const parts: Uint8Array[] = [];
    while (this.#chunks.bytes > 0) parts.push(this.#chunks.shift(Infinity));
    const [first] = parts;
    return parts.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(parts);
  }

  #cutOff(): void {
    const sink = this.#sink;
    if (sink.type !== 'collect') return;
    this.#sink = HELD;
    this.#chunks.clear();
    sink.done({ type: 'cut-off', receivedBytes: this.#receivedBytes });
  }

  /** How the end of the answer's body is found. */
  #framing({ status, headers }: Pick<Answer, 'status' | 'headers'>): ResponseFraming {
    if (this.head.method === 'HEAD' || status === 204 || status === 304) return 'none';
    return headers.some(([name]) => name.toLowerCase() === 'content-length') ? 'length' : 'chunked';
  }

  #head(
    { status, reason = STATUS_CODES[status] ?? 'unknown' }: Pick<Answer, 'status' | 'reason'>,
    headers: HeaderList,
    withDate: boolean,
  ): string {
    this.#keepAlive = this.head.keepAlive && this.#connection.mayKeepAlive;
    let text = `HTTP/1.1 ${status} ${reason}\r\n`;
    for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
    if (withDate) text += `Date: ${this.#connection.date()}\r\n`;
    return text + (this.#keepAlive ? keepAliveLines : 'Connection: close\r\n\r\n');
  }
}

const keepAliveLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveMs / 1000}\r\n\r\n`;

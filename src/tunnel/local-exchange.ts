import { isWxDevError, WxDevError } from '../core/errors.ts';
import { BodyWriter } from '../wire/body-writer.ts';
import { formatErrorAnswer } from '../wire/error-answer.ts';
import {
  formatHead,
  formatTrailers,
  passHead,
  headerField,
  parseTrailers,
  responseFraming,
  type BodyFraming,
  type HeaderField,
  type RequestHead,
  type ResponseHead,
} from '../wire/head.ts';
import type { Link, StreamListener } from '../wire/link.ts';
import { ResponseReader, type ResponsePart } from '../wire/response-reader.ts';
import { WriteBatch } from '../wire/write-batch.ts';
import { isCertificateError } from './certificate-error.ts';
import { CLOCK_JUMP_MS, LOCAL_HEAD_MS, LOCAL_IDLE_MS } from './limits.ts';
import type { LocalConnection, LocalPool, LocalUser } from './local-pool.ts';
import type { LocalTarget } from './local-target.ts';

/** How an exchange ended. */
export interface ExchangeEnd {
  /** 0 when the public client left before an answer began. */
  readonly status: number;
  readonly error?: WxDevError | undefined;
  /** With an error: whether the local server was there, and may have done what was asked. */
  readonly wasReached?: boolean | undefined;
}

/** What an exchange needs. */
export interface LocalExchangeOptions {
  readonly link: Link;
  readonly stream: number;
  readonly pool: LocalPool;
  readonly local: LocalTarget;
  readonly request: RequestHead;
  /** Whether the request has no body. */
  readonly isWhole: boolean;
  /** Whether the app is to finish it also when nobody waits for the answer any more. */
  readonly mustFinish?: boolean | undefined;
  now(): number;
  onEnd(end: ExchangeEnd): void;
}

/** One request that came through the tunnel, and the local server's answer to it. */
export class LocalExchange implements StreamListener, LocalUser {
  readonly #options: LocalExchangeOptions;
  readonly #head: string;
  readonly #requestFraming: BodyFraming;
  #connection: LocalConnection | undefined;
  #out: WriteBatch | undefined;
  #writer: BodyWriter | undefined;
  #response: ResponseReader;
  #status = 0;
  #error: WxDevError | undefined;
  #wasReached = false;
  #keepMs = 0;
  #isRequestDone: boolean;
  #isAnswered = false;
  #isUpgraded = false;
  /** Nobody takes the answer. */
  #isOrphan = false;
  #isOver = false;
  #hasSentBody = false;
  #hasHeard = false;
  #activeAt: number;
  #tickedAt: number;
  /** Bytes whose credit has not been given back. */
  #unreturned = 0;

  constructor(options: LocalExchangeOptions) {
    const { request, isWhole } = options;
    this.#options = options;
    this.#isRequestDone = isWhole;
    this.#response = new ResponseReader(request.method);
    this.#activeAt = options.now();
    this.#tickedAt = this.#activeAt;
    this.#requestFraming = framingToLocal(request, isWhole);
    this.#head = headToLocal(request, options.local, this.#requestFraming);
    this.#send(options.pool.acquire(this, this.#activeAt));
  }

  /** Enforces the time to the response head. */
  tick(now: number): void {
    // After a sleep of the machine or a stop of this process the silence is not the server's.
    if (now - this.#tickedAt > CLOCK_JUMP_MS) this.#activeAt = now;
    this.#tickedAt = now;
    if (this.#status !== 0 || this.#isOver || now - this.#activeAt < LOCAL_HEAD_MS) return;
    const { origin: target } = this.#options.local;
    this.#refuse(new WxDevError('WXD4013', { target, waitedMs: LOCAL_HEAD_MS }), 504);
  }

  // What comes through the tunnel.

  head(): void {
    // Only a client sends response heads; the session refuses a relay that tries.
  }

  info(): void {
    // As `head`.
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    const { link, stream } = this.#options;
    const socket = this.#connection?.socket;
    if (!socket?.writable) {
      // The local server is gone or wants no more; its answer, or ours, is what counts now.
      link.consumed(stream, chunk.length);
      return;
    }
    this.#hasSentBody = true;
    this.#activeAt = this.#options.now();
    const goOn = this.#isUpgraded ? this.#out?.write(chunk) : this.#writer?.write(chunk);
    if (goOn === undefined || goOn === 'overrun') {
      this.#cut('malformed', 'the request body is longer than its head says');
      return;
    }
    this.#unreturned += chunk.length;
    if (goOn) this.#returnCredit();
  }

  end(trailers: Buffer): void {
    if (this.#isOver) return;
    this.#isRequestDone = true;
    if (this.#isUpgraded) {
      this.flush();
      this.#connection?.socket.end();
      this.#finishIfDone();
      return;
    }
    if (this.#connection && this.#writer) {
      if (!this.#writer.isWhole) {
        this.#cut('malformed', 'the request body is shorter than its head says');
        return;
      }
      // The end of a chunked body is a part of it too.
      this.#hasSentBody ||= this.#requestFraming.type !== 'none';
      this.#writer.end(readTrailers(trailers));
    }
    this.#finishIfDone();
  }

  reset(): void {
    if (this.#isOver) return;
    if (this.#options.mustFinish === true && this.#isRequestDone) {
      this.#isOrphan = true;
      this.flush();
      this.#connection?.socket.resume();
      return;
    }
    this.#finish();
    this.#connection?.socket.destroy();
  }

  writable(): void {
    this.#connection?.socket.resume();
  }

  flush(): void {
    this.#out?.flush();
  }

  // What the local server does.

  received(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#hasHeard = true;
    if (this.#isUpgraded) {
      this.#pass(bytes);
      return;
    }
    try {
      const part = this.#response.push(bytes);
      // RFC 9110 §15.5.9: said to a quiet connection, just when it was used again.
      if (part.heads[0]?.status === 408 && this.#isRepeatable) this.#sendAgain();
      else this.#passPart(part);
    } catch (error) {
      if (!isWxDevError(error, 'WXD4012')) throw error;
      const reason = `its answer is malformed: ${error.details.problem}`;
      const explained = new WxDevError('WXD4008', { target: this.#options.local.origin, reason });
      if (this.#status === 0) this.#refuse(explained, 502);
      else this.#cut('malformed', reason, explained);
    }
  }

  ended(): void {
    const { link, stream } = this.#options;
    if (this.#isOver) return;
    if (this.#isUpgraded) {
      this.#isAnswered = true;
      link.end(stream);
      this.#finishIfDone();
      return;
    }
    if (!this.#isAnswered && this.#response.finish()) {
      link.end(stream);
      this.#answered();
    }
    // Nobody uses half a connection for requests: 'close' follows and tells what became of it.
    this.#connection?.socket.destroy();
  }

  closed(reason: string, cause?: Error): void {
    if (this.#isOver) return;
    this.#returnCredit();
    if (this.#isRepeatable && !this.#hasHeard && IDEMPOTENT.has(this.#options.request.method)) {
      // It died while it was quiet; or else with the request, which then only these methods allow to be done again.
      this.#sendAgain();
      return;
    }
    this.#wasReached = this.#connection?.isReady === true;
    this.#connection = undefined;
    if (this.#isAnswered) {
      this.#finish();
      return;
    }
    const { origin: target } = this.#options.local;
    const code = isCertificateError(cause) ? 'WXD4060' : 'WXD4008';
    const error = new WxDevError(code, { target, reason });
    if (this.#status === 0) this.#refuse(error, 502);
    else this.#cut('unreachable', reason, error);
  }

  drained(): void {
    this.#activeAt = this.#options.now();
    this.#returnCredit();
  }

  #send(connection: LocalConnection): void {
    this.#connection = connection;
    this.#out = new WriteBatch(connection.socket);
    this.#writer = new BodyWriter(this.#out, this.#requestFraming);
    this.#out.write(this.#head);
  }

  /** Whether another connection may be tried: this one had been quiet, and no body has been given to it. */
  get #isRepeatable(): boolean {
    return this.#connection?.isReused === true && !this.#hasSentBody;
  }

  /** On a new connection, and so at most once. */
  #sendAgain(): void {
    this.#dropConnection();
    this.#response = new ResponseReader(this.#options.request.method);
    this.#send(this.#options.pool.open(this));
    this.flush();
  }

  #dropConnection(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#out = undefined;
    if (!connection) return;
    this.#wasReached = connection.isReady;
    connection.user = undefined;
    connection.socket.destroy();
  }

  #passPart({ heads, chunks, end, rest }: ResponsePart): void {
    for (const head of heads) this.#passHead(head);
    if (this.#isUpgraded) {
      this.#pass(rest);
      return;
    }
    // Bytes behind the answer belong to no request.
    if (rest.length > 0) this.#keepMs = 0;
    if (this.#isAnswered) return;
    for (const chunk of chunks) this.#pass(chunk);
    if (!end) return;
    const { link, stream } = this.#options;
    const { trailers } = this.#response;
    link.end(stream, trailers.length === 0 ? undefined : formatTrailers(trailers));
    this.#answered();
  }

  #passHead(head: ResponseHead): void {
    const { link, stream, request } = this.#options;
    const bytes = Buffer.from(passHead(`HTTP/1.1 ${head.status} ${head.reason}`, head), 'latin1');
    if (head.status === 101) {
      if (request.upgrade === undefined)
        throw new WxDevError('WXD4012', { status: 502, problem: 'a 101 that nobody asked for' });
      this.#isUpgraded = true;
    } else if (head.status < 200) {
      this.#activeAt = this.#options.now();
      link.info(stream, bytes);
      return;
    }
    this.#status = head.status;
    const framing = responseFraming(head, request.method);
    this.#keepMs = head.keepAlive && framing.type !== 'until-close' ? keepAliveMs(head) : 0;
    link.head(stream, bytes, false);
  }

  #pass(bytes: Buffer): void {
    const { link, stream } = this.#options;
    if (this.#isOrphan) return;
    if (bytes.length > 0 && !link.write(stream, bytes)) this.#connection?.socket.pause();
  }

  #answered(): void {
    this.#isAnswered = true;
    // An upgrade that the local server declined ends with its answer.
    if (this.#options.request.upgrade !== undefined) this.#isRequestDone = true;
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    if (!this.#isAnswered || !this.#isRequestDone || this.#isOver) return;
    this.flush();
    const connection = this.#connection;
    const now = this.#options.now();
    this.#finish();
    if (!connection) return;
    if (this.#isUpgraded) return;
    if (this.#keepMs > 0 && connection.socket.writable) {
      connection.socket.resume();
      this.#options.pool.release(connection, now, this.#keepMs);
    } else connection.socket.destroy();
  }

  /** Answers in place of the local server, which has not begun to. */
  #refuse(error: WxDevError, status: number): void {
    const { link, stream, request } = this.#options;
    const answer = formatErrorAnswer(error, { status, hop: 'app', requestFields: request.fields });
    this.#status = status;
    this.#dropConnection();
    const isHead = request.method === 'HEAD';
    const startLine = `HTTP/1.1 ${answer.status} ${answer.reason}`;
    link.head(stream, formatHead(startLine, answer.fields), isHead);
    if (!isHead) {
      link.write(stream, answer.body);
      link.end(stream);
    }
    this.#error = error;
    this.#finish();
  }

  /** The answer cannot be completed. What was sent of it is dropped, so that it cannot be taken for whole. */
  #cut(code: 'malformed' | 'unreachable', reason: string, error?: WxDevError): void {
    const { link, stream } = this.#options;
    link.reset(stream, code, reason);
    this.#error = error;
    this.#finish();
    this.#connection?.socket.destroy();
  }

  #finish(): void {
    this.#isOver = true;
    this.#returnCredit();
    this.#options.link.forget(this.#options.stream);
    const wasReached = this.#wasReached || this.#connection?.isReady === true;
    this.#options.onEnd({ status: this.#status, error: this.#error, wasReached });
  }

  #returnCredit(): void {
    if (this.#unreturned === 0) return;
    this.#options.link.consumed(this.#options.stream, this.#unreturned);
    this.#unreturned = 0;
  }
}

/** RFC 9110 §9.2.2: nothing else may be sent again by itself. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'TRACE',
]);

/** The head as the local server gets it. */
function headToLocal(request: RequestHead, local: LocalTarget, framing: BodyFraming): string {
  const startLine = `${request.method} ${request.target} HTTP/1.1`;
  const more = request.upgrade === undefined ? '' : 'Connection: Upgrade\r\n';
  if (local.keepsFields && framing.type !== 'chunked') return passHead(startLine, request, more);
  const fields = local.rewrite(request.fields);
  if (framing.type === 'chunked') {
    // Only a relay that is not ours sends a body after a head that says there is none.
    const length = fields.findIndex(([, , key]) => key === 'content-length');
    if (length >= 0) fields.splice(length, 1);
    fields.push(headerField('Transfer-Encoding', 'chunked'));
  }
  return passHead(startLine, { fields, lines: undefined }, more);
}

function framingToLocal(request: RequestHead, isWhole: boolean): BodyFraming {
  if (request.framing.type === 'length') return request.framing;
  return isWhole || request.upgrade !== undefined ? { type: 'none' } : { type: 'chunked' };
}

/** How long the server keeps a quiet connection, less a second for the race. */
function keepAliveMs({ keepAliveS }: ResponseHead): number {
  return keepAliveS === undefined ? LOCAL_IDLE_MS : keepAliveS * 1000 - 1000;
}

function readTrailers(bytes: Buffer): readonly HeaderField[] {
  if (bytes.length === 0) return [];
  try {
    return parseTrailers(bytes);
  } catch {
    // WXD4012: our relay checked them; from another one, a request without its trailers is still the request.
    return [];
  }
}

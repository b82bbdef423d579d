import { isWxDevError } from '../core/errors.ts';
import { formatErrorAnswer } from '../wire/error-answer.ts';
import {
  fieldValue,
  formatHead,
  headerField,
  parseRequestHead,
  type HeaderField,
  type RequestHead,
} from '../wire/head.ts';
import { PING_PATH, type Link } from '../wire/link.ts';
import { StreamTable } from '../wire/stream-table.ts';
import type { Deliveries, DeliveryEnd } from './deliveries.ts';
import { LOCAL_HEAD_MS } from './limits.ts';
import { LocalExchange, type ExchangeEnd } from './local-exchange.ts';
import type { LocalPool } from './local-pool.ts';
import type { LocalTarget } from './local-target.ts';

/** What is needed to answer the requests of one session. */
export interface IncomingOptions {
  readonly link: Link;
  readonly pool: LocalPool;
  readonly local: LocalTarget;
  readonly deliveries: Deliveries;
  readonly now: () => number;
  readonly onExchange: (
    request: RequestHead,
    startedAt: number,
    ms: number,
    end: ExchangeEnd,
  ) => void;
  /** Called when a request comes. */
  readonly onRequest: () => void;
}

/** Requests that the relay hands over: the local server is asked, or this end answers by itself. */
export class IncomingRequests {
  readonly #options: IncomingOptions;
  readonly #exchanges = new StreamTable<LocalExchange>();

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** Deadlines of the local server. */
  tick(now: number): void {
    for (const exchange of this.#exchanges.values()) exchange.tick(now);
  }

  /** The relay has opened a stream. */
  open(stream: number, head: Buffer, isWhole: boolean): void {
    this.#options.onRequest();
    const request = this.#parse(stream, head);
    if (!request) return;
    if (request.method === 'GET' && request.target === PING_PATH) {
      this.#answer(stream, 'HTTP/1.1 204 No Content', [headerField('x-wx-dev-tunnel', 'up')]);
      return;
    }
    const kept = fieldValue(request.fields, 'x-wx-dev-spooled');
    const outcome = kept === undefined ? false : this.#options.deliveries.find(kept);
    if (outcome === false) this.#ask(stream, request, isWhole, kept);
    else void this.#answerAgain(stream, outcome);
  }

  /** The app has been asked before, over a link that is lost: the relay is only to know that it was. */
  async #answerAgain(stream: number, outcome: true | Promise<boolean>): Promise<void> {
    const isAnswered = await withinTime(outcome, LOCAL_HEAD_MS);
    if (isAnswered) this.#answer(stream, 'HTTP/1.1 200 OK', [headerField('Content-Length', '0')]);
    else
      this.#answer(stream, 'HTTP/1.1 503 Service Unavailable', [
        headerField('x-wx-dev-error', 'WXD4008'),
        headerField('Content-Length', '0'),
      ]);
  }

  #ask(stream: number, request: RequestHead, isWhole: boolean, kept: string | undefined): void {
    const { pool, local, now, onExchange, deliveries } = this.#options;
    const delivered = kept === undefined ? undefined : deliveries.begin(kept);
    const startedAt = Date.now();
    // Not `now`, which counts the time that the computer slept.
    const begun = performance.now();
    const exchange = new LocalExchange({
      link: this.#options.link,
      stream,
      pool,
      local,
      request,
      isWhole,
      mustFinish: kept !== undefined,
      now,
      onEnd: (end) => {
        this.#exchanges.delete(stream);
        delivered?.(deliveryEnd(end));
        onExchange(request, startedAt, performance.now() - begun, end);
      },
    });
    this.#exchanges.set(stream, exchange);
    this.#options.link.accept(stream, exchange);
  }

  /** The relay has checked the head; but what our local server reads is decided here. */
  #parse(stream: number, head: Buffer): RequestHead | undefined {
    try {
      return parseRequestHead(head, 'tunnel');
    } catch (error) {
      if (!isWxDevError(error, 'WXD4012')) throw error;
      const answer = formatErrorAnswer(error, { status: error.details.status, hop: 'relay' });
      const startLine = `HTTP/1.1 ${answer.status} ${answer.reason}`;
      this.#answer(stream, startLine, answer.fields, answer.body);
      return undefined;
    }
  }

  /** What this end says by itself. */
  #answer(stream: number, startLine: string, fields: readonly HeaderField[], body?: Buffer): void {
    this.#options.link.head(stream, formatHead(startLine, fields), false);
    if (body) this.#options.link.write(stream, body);
    this.#options.link.end(stream);
  }
}

/**
 * An app that has had a request and says nothing in time may still work on it, at a breakpoint for example: to ask again would have it
 * done twice.
 */
function deliveryEnd({ status, error, wasReached }: ExchangeEnd): DeliveryEnd {
  if ((status !== 0 && error === undefined) || error?.code === 'WXD4013') return 'had';
  return wasReached === true ? 'cut' : 'absent';
}

/** `outcome`, or false when it takes longer than `ms`. */
async function withinTime(outcome: true | Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms).unref();
  });
  const result = await Promise.race([outcome, late]);
  clearTimeout(timer);
  return result;
}

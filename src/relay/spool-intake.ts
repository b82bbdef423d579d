import { WxDevError } from '../core/errors.ts';
import { BodyReader } from '../wire/body.ts';
import { formatHead, headerField, type RequestHead } from '../wire/head.ts';
import { MAX_SPOOLED_BODY_BYTES } from './limits.ts';

/** Gathers the body of a request that is kept. */
export class SpoolIntake {
  readonly #reader: BodyReader;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor({ framing }: RequestHead) {
    this.#reader = new BodyReader(framing);
  }

  /**
   * Takes more of the connection. @returns the body, once it is complete
   * @throws WXD4012 when it is malformed, WXD4048 when it is larger than what is kept
   */
  push(bytes: Buffer): Buffer | undefined {
    for (const chunk of this.#reader.push(bytes).chunks) {
      this.#bytes += chunk.length;
      if (this.#bytes > MAX_SPOOLED_BODY_BYTES)
        throw new WxDevError('WXD4048', { maxBytes: MAX_SPOOLED_BODY_BYTES });
      // A copy: a view would keep a whole read alive for each small push.
      this.#chunks.push(Buffer.from(chunk));
    }
    return this.#reader.isComplete ? Buffer.concat(this.#chunks) : undefined;
  }
}

/** What WeChat is told of a request that is kept: 回复 success, and it does not send it again. */
export function keptAnswer(requestId: string): Buffer {
  const head = formatHead('HTTP/1.1 200 OK', [
    headerField('Content-Type', 'text/plain; charset=utf-8'),
    headerField('Content-Length', '7'),
    headerField('X-Request-Id', requestId),
    headerField('x-wx-dev-spooled', 'kept'),
    headerField('Connection', 'close'),
  ]);
  return Buffer.concat([head, Buffer.from('success')]);
}

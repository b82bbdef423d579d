import { fieldValue, parseResponseHead } from '../wire/head.ts';
import type { Link, StreamListener } from '../wire/link.ts';
import type { SpooledRequest } from './spool-store.ts';

/** What became of a delivery: the app answered; the client says that it could not be asked; the client is gone. */
export type DeliveryResult = 'answered' | 'failed' | 'lost';

/** Asks the client's app what was kept for it; resolves when the whole answer is here, and never rejects. */
export function deliver(
  link: Link,
  { head, body }: SpooledRequest,
  now: number,
): Promise<DeliveryResult> {
  return new Promise((resolve) => {
    const delivery = new Delivery(link, resolve);
    delivery.begin(head, body, now);
  });
}

class Delivery implements StreamListener {
  readonly #link: Link;
  readonly #resolve: (result: DeliveryResult) => void;
  #stream = 0;
  #result: DeliveryResult = 'failed';

  constructor(link: Link, resolve: (result: DeliveryResult) => void) {
    this.#link = link;
    this.#resolve = resolve;
  }

  begin(head: Buffer, body: Buffer, now: number): void {
    this.#stream = this.#link.open(head, body.length === 0, this, now);
    if (body.length === 0) return;
    // At most a megabyte: what has no credit yet waits in the session.
    this.#link.write(this.#stream, body);
    this.#link.end(this.#stream);
  }

  head(bytes: Buffer, end: boolean): void {
    try {
      const { fields } = parseResponseHead(bytes, 'tunnel');
      // The client's own words, not the app's: the app has not heard of it.
      if (fieldValue(fields, 'x-wx-dev-error') === undefined) this.#result = 'answered';
    } catch {
      // WXD4012: something has answered, and would not do better the next time.
      this.#result = 'answered';
    }
    if (end) this.end();
  }

  info(): void {
    // Nobody waits for hints.
  }

  data(chunk: Buffer): void {
    this.#link.consumed(this.#stream, chunk.length);
  }

  end(): void {
    this.#link.forget(this.#stream);
    this.#resolve(this.#result);
  }

  reset(): void {
    // Cut off in the middle of an answer, it was answered.
    this.#resolve(this.#result === 'answered' ? 'answered' : 'lost');
  }

  writable(): void {
    // All of it was written at once.
  }

  flush(): void {
    // Nothing is held together.
  }
}

import type { Link } from '../wire/link.ts';
import type { MemoryShare, Waiting } from './memory.ts';

/** What of a request waits for a client that takes it more slowly than it comes. */
export class WaitingRequest implements Waiting {
  readonly #link: Link;
  readonly #stream: number;
  readonly #share: MemoryShare;
  readonly #setReading: (isReading: boolean) => void;
  #bytes = 0;
  #hasStopped = false;
  /** The client is slow, not the visitor: nobody is given up for it but by the clocks of both. */
  readonly since = undefined;

  constructor(
    link: Link,
    stream: number,
    share: MemoryShare,
    setReading: (isReading: boolean) => void,
  ) {
    this.#link = link;
    this.#stream = stream;
    this.#share = share;
    this.#setReading = setReading;
    share.watch(this);
  }

  update(): void {
    const bytes = this.#link.queuedBytes(this.#stream);
    this.#share.addRequest(bytes - this.#bytes);
    this.#bytes = bytes;
    const mustStop = bytes > 0 && this.#share.isFull;
    if (mustStop === this.#hasStopped) return;
    this.#hasStopped = mustStop;
    this.#setReading(!mustStop);
  }

  cut(): void {
    // See `since`.
  }

  /** The request is over. */
  end(): void {
    this.#share.addRequest(-this.#bytes);
    this.#bytes = 0;
    this.#share.unwatch(this);
  }
}

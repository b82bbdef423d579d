/** Why a long-lived thing ended: asked to, or by an error. */
export type CloseReason =
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: unknown };

/** The one shape of everything that runs on: ready when its promise resolved, `closed` says why it ended. */
export interface Service extends AsyncDisposable {
  /** Settles once, never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Idempotent; resolves when every port, process, file and listener is released. */
  close(): Promise<void>;
}

type Release = () => unknown;

/**
 * A stack of things to close, last opened first. Push each thing as soon as it exists, so that a failure half-way
 * through start-up releases what had been opened.
 */
export class Resources implements AsyncDisposable {
  #releases: Release[] = [];
  #closing: Promise<void> | undefined;

  /** Registers `release`, and returns nothing: keep the thing itself in a variable. */
  defer(release: Release): void {
    this.#releases.push(release);
  }

  /** Registers anything with `close()` and hands it back. */
  use<T extends { close(): unknown }>(thing: T): T {
    this.defer(() => thing.close());
    return thing;
  }

  /** Closes all in reverse order, each also when an earlier one failed; then throws what failed. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#releases.pop(); release; release = this.#releases.pop()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1)
      throw new AggregateError(failures, 'several resources failed to close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

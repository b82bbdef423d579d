import type { RequestHead } from '../wire/head.ts';
import type { Origin } from './forwarded.ts';

/** One request of the public side, when it is over. */
export interface RelayRequest {
  /** As the app and the answer's X-Request-Id have it. */
  readonly requestId: string;
  /** Trace id of the request's traceparent, under which other programs' logs have it too. */
  readonly traceId: string;
  /** Subdomain, also one that nobody has; empty where the host is none of ours. */
  readonly name: string;
  readonly method: string;
  /** Without the query, which carries signatures and tokens. */
  readonly path: string;
  /** 0 when the public client left before an answer began. */
  readonly status: number;
  /** From the head of the request to the last byte of the answer. */
  readonly ms: number;
  /** Address of the public client. */
  readonly remote: string;
  /** Code of the error that the relay itself answered with. */
  readonly error?: string | undefined;
}

/** A request from its head on: what the log says of it, and its share of the tunnel. */
export class LoggedRequest {
  readonly head: RequestHead;
  readonly origin: Origin;
  /** The tunnel it is for, once that is known. */
  name = '';
  readonly #begunAt: number;
  #leaveTunnel: (() => void) | undefined;

  constructor(head: RequestHead, origin: Origin, now: number) {
    this.head = head;
    this.origin = origin;
    this.#begunAt = now;
  }

  /** Milliseconds since its head came. */
  ageMs(now: number): number {
    return now - this.#begunAt;
  }

  /** It has a share of its tunnel until its end; `leave` gives it back. */
  entered(leave: (() => void) | undefined): void {
    this.#leaveTunnel = leave;
  }

  /** It is over, whatever became of it; call it once. @param tell Undefined while nobody listens */
  end(
    tell: ((request: RelayRequest) => void) | undefined,
    { status, now, error }: { status: number; now: number; error?: string | undefined },
  ): void {
    this.#leaveTunnel?.();
    if (!tell) return;
    const { method, target } = this.head;
    const { requestId, traceId, remote } = this.origin;
    tell({
      requestId,
      traceId,
      name: this.name,
      method,
      path: target.split('?', 1)[0] ?? '',
      status,
      ms: this.ageMs(now),
      remote,
      error,
    });
  }
}

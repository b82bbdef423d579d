import { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import type { WxDevError } from '../core/errors.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import { Resources, type CloseReason, type Service } from '../core/resources.ts';
import { fieldValue, type RequestHead } from '../wire/head.ts';
import { linksFeature } from '../wire/handshake.ts';
import { maxLinks, tickIntervalMs } from '../wire/limits.ts';
import { traceIdOf } from '../wire/trace-context.ts';
import { AwakeClock } from './awake-clock.ts';
import { Deliveries } from './deliveries.ts';
import type { Dialled } from './dial.ts';
import type { Dialler } from './dialler.ts';
import { LINKS, QUIET_LINK_MS } from './limits.ts';
import { LinkSlot, type LostLink } from './link-slot.ts';
import type { ExchangeEnd } from './local-exchange.ts';
import { LocalPool } from './local-pool.ts';
import type { LocalTarget } from './local-target.ts';
import { RelayConnection } from './relay-connection.ts';

/** An open tunnel. It reconnects by itself; only `close()`, a takeover of its name, or a relay that wants it no more ends it. */
export interface Tunnel extends Service {
  /** Public URL, without a path. Stays the same across reconnects. */
  readonly url: string;
  readonly subdomain: string;
  readonly relay: string;
  /** Round trip to the relay in milliseconds, once measured. */
  readonly rttMs: number | undefined;
  /** Requests that the relay had kept when the tunnel was opened. */
  readonly waiting: number;
  readonly events: EventEmitter<TunnelEvents>;
}

/** What happens on a tunnel while it runs. */
export interface TunnelEvents {
  reconnecting: [LostLink];
  reconnected: [{ downMs: number; url: string }];
  exchange: [TunnelExchange];
}

/** One request that came through the tunnel, reported when it ended. */
export interface TunnelExchange {
  /** Counts from 1 within one tunnel. */
  readonly id: number;
  readonly method: string;
  /** Path and query as the public client sent them. */
  readonly target: string;
  /** Status that was answered; 0 when the public client left first. */
  readonly status: number;
  /** Milliseconds from the request head to the last byte of the answer. */
  readonly ms: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** As the relay's log and the app have it, when the relay names requests. */
  readonly requestId?: string | undefined;
  /** Trace id of its traceparent, when it has one. */
  readonly traceId?: string | undefined;
  /** Why the local server did not answer, when it did not. */
  readonly error?: WxDevError | undefined;
}

/** What a running tunnel needs besides its first connection. */
interface RunningOptions extends AbortableOptions {
  /** Links to the relay, where it allows several. @default 2 */
  readonly links?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** A tunnel from its first connection to its end: its links, what they share, and what is told of them. */
export class RunningTunnel implements Tunnel {
  readonly events = new EventEmitter<TunnelEvents>();
  readonly relay: string;
  readonly closed: Promise<CloseReason>;
  readonly waiting: number;
  url = '';
  subdomain = '';
  readonly #dialler: Dialler;
  readonly #target: LocalTarget;
  readonly #pool: LocalPool;
  readonly #logger: Logger;
  readonly #resources = new Resources();
  readonly #ending = new AbortController();
  readonly #slots: LinkSlot[] = [];
  readonly #links: number;
  readonly #deliveries = new Deliveries();
  #exchanges = 0;
  #isUp = true;
  #lostAt = 0;
  /** When the newest request came, or was still in work. */
  #busyAt = 0;
  readonly #clock = new AwakeClock();
  #closing: Promise<void> | undefined;
  #onClosed: (reason: CloseReason) => void = () => undefined;

  constructor(options: RunningOptions, target: LocalTarget, dialler: Dialler, first: Dialled) {
    this.#dialler = dialler;
    this.#links = Math.min(options.links ?? LINKS, maxLinks);
    this.#target = target;
    this.#logger = options.logger ?? silentLogger;
    this.relay = dialler.relay.origin;
    this.waiting = first.welcome.waiting ?? 0;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    this.#pool = this.#resources.use(new LocalPool(target));
    const tick = setInterval(() => this.#tick(), tickIntervalMs);
    this.#resources.defer(() => clearInterval(tick));
    const onAbort = (): void => void this.close();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    this.#resources.defer(() => options.signal?.removeEventListener('abort', onAbort));
    this.#addSlot().attach(first);
  }

  get rttMs(): number | undefined {
    return this.#slots.find(({ isUp }) => isUp)?.connection?.rttMs;
  }

  close(): Promise<void> {
    return this.#end({ type: 'closed' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #end(reason: CloseReason): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: CloseReason): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#slots.map((slot) => slot.close()));
    await this.#resources.close();
    this.#onClosed(reason);
  }

  #addSlot(): LinkSlot {
    const slot = new LinkSlot({
      dial: (resume, accept) => this.#dialler.dial(this.#ending.signal, resume, accept),
      open: (dialled, self) => this.#open(dialled, self),
      now: () => this.#clock.now(),
      logger: this.#logger,
      onChange: () => this.#noteChange(),
      onRetry: (retry) => {
        // While another link is there nobody misses this one.
        if (!this.#isUp) this.events.emit('reconnecting', retry);
      },
      onFinal: (error) => void this.#end({ type: 'failed', error }),
    });
    this.#slots.push(slot);
    return slot;
  }

  #open({ socket, welcome }: Dialled, slot: LinkSlot): RelayConnection {
    this.url = welcome.url;
    this.subdomain = welcome.name;
    // A relay of an older release takes a second link for another client, which has the name from then on.
    if (!welcome.features.includes(linksFeature)) this.#keepOnly(slot);
    return new RelayConnection({
      socket,
      welcome,
      relay: this.relay,
      pool: this.#pool,
      local: this.#target,
      deliveries: this.#deliveries,
      now: () => this.#clock.now(),
      onRequest: () => this.#noteRequest(),
      onExchange: (request, startedAt, ms, end) => this.#report(request, startedAt, ms, end),
      onMove: (connection) => slot.move(connection),
      onLost: (connection, error, kind) => {
        slot.lost(connection, error, kind);
        // What has befallen one link has probably befallen the others.
        if (error.details.how === 'silent')
          for (const other of this.#slots) if (other !== slot) other.connection?.suspect();
      },
    });
  }

  #noteChange(): void {
    const isUp = this.#slots.some((slot) => slot.isUp);
    if (this.#closing || isUp === this.#isUp) return;
    this.#isUp = isUp;
    if (!isUp) {
      this.#lostAt = this.#clock.now();
      return;
    }
    const downMs = Math.round(this.#clock.now() - this.#lostAt);
    this.events.emit('reconnected', { downMs, url: this.url });
  }

  /** The other links are made when there is something to carry: a tunnel that nobody uses costs its relay one. */
  #noteRequest(): void {
    this.#busyAt = this.#clock.now();
    if (this.#slots.length >= this.#links || this.#closing) return;
    if (this.#slots[0]?.connection?.hasLinks !== true) return;
    while (this.#slots.length < this.#links) this.#addSlot().start();
  }

  #tick(): void {
    const hasSlept = this.#clock.tick();
    // A connection that saw the time go by asks at once whether its relay is still there.
    for (const slot of this.#slots) slot.tick();
    this.#pool.sweep(this.#clock.now());
    this.#dropQuietLinks();
    // The computer has woken up: the network is back, or will say that it is not.
    if (hasSlept) for (const slot of this.#slots) slot.wake();
  }

  #dropQuietLinks(): void {
    if (this.#slots.some(({ busy }) => busy > 0)) this.#busyAt = this.#clock.now();
    const up = this.#slots.find(({ isUp }) => isUp);
    if (up && this.#clock.now() - this.#busyAt >= QUIET_LINK_MS) this.#keepOnly(up);
  }

  #keepOnly(slot: LinkSlot): void {
    for (const other of this.#slots.splice(0)) if (other !== slot) void other.close();
    this.#slots.push(slot);
  }

  #report(request: RequestHead, startedAt: number, ms: number, end: ExchangeEnd): void {
    const id = ++this.#exchanges;
    if (this.events.listenerCount('exchange') === 0) return;
    this.events.emit('exchange', {
      id,
      method: request.method,
      target: request.target,
      status: end.status,
      ms: Math.round(ms * 10) / 10,
      startedAt,
      requestId: fieldValue(request.fields, 'x-request-id'),
      traceId: traceIdOf(request.fields),
      error: end.error,
    });
  }
}

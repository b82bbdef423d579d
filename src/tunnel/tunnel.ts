import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import { Resources, type CloseReason, type Service } from '../core/resources.ts';
import { accessFeature, hashLogin, type AccessPolicy } from '../wire/access-policy.ts';
import { fieldValue, type RequestHead } from '../wire/head.ts';
import {
  closeCodes,
  linksFeature,
  resumeFeature,
  spoolFeature,
  type Resumption,
} from '../wire/handshake.ts';
import { maxLinks, tickIntervalMs } from '../wire/limits.ts';
import { checkTunnelName } from '../wire/tunnel-name.ts';
import { traceIdOf } from '../wire/trace-context.ts';
import { Deliveries } from './deliveries.ts';
import { dial, type ClientCertificate, type Dialled } from './dial.ts';
import { CLOCK_JUMP_MS, LINKS, QUIET_LINK_MS } from './limits.ts';
import { LinkSlot, type LostLink } from './link-slot.ts';
import type { ExchangeEnd } from './local-exchange.ts';
import { LocalPool } from './local-pool.ts';
import { parseTarget, type LocalOptions, type LocalTarget } from './local-target.ts';
import type { Proxy } from './proxy.ts';
import { RelayConnection } from './relay-connection.ts';

/** What a tunnel is made of. */
export interface TunnelOptions extends AbortableOptions {
  /** Origin of the relay: `https://relay.example.com` or `http://127.0.0.1:8787`. */
  readonly relay: string;
  /** Origin of the local server: `http://127.0.0.1:3000`. */
  readonly target: string;
  /** How the local server is spoken to; with `https:` its certificate is checked unless this says otherwise. */
  readonly local?: LocalOptions | undefined;
  /** Name to ask for; absent: the relay picks one, and it is kept across reconnects. */
  readonly subdomain?: string | undefined;
  /** Secret that owns the name: who knows it may have the name again. */
  readonly owner: string;
  /** Token of the relay, when it asks for one. */
  readonly token?: string | undefined;
  /** PEM certificates trusted for the relay besides the public roots. */
  readonly ca?: readonly string[] | undefined;
  /** Certificate and key (PEM) for a relay that lets in only clients of its authority. */
  readonly client?: ClientCertificate | undefined;
  /** The proxy through which the relay is reached, as `openProxy` gives it. */
  readonly proxy?: Proxy | undefined;
  /**
   * Callback path: POSTs to it are answered with `success` by the relay while this computer is away, kept there, and delivered later.
   * @throws WXD4062 where the relay does not do that
   */
  readonly spool?: string | undefined;
  /** Links to the relay, from 1 to 4, where it allows several. @default 2 */
  readonly links?: number | undefined;
  /** Who may use the public URL. @default everybody */
  readonly access?: TunnelAccess | undefined;
  readonly logger?: Logger | undefined;
}

/** Who may use a public URL: the relay asks each request, before anything of it comes here. */
export interface TunnelAccess {
  /** `user:password` each; one of them is asked for. */
  readonly logins?: readonly string[] | undefined;
  /** Addresses and ranges, `10.0.0.0/8`, from which requests may come. */
  readonly allowIp?: readonly string[] | undefined;
  /** Paths that are open to everybody all the same; `*` at the end: all that begin so. WeChat sends no password. */
  readonly openPaths?: readonly string[] | undefined;
}

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

/**
 * Opens a tunnel from a relay to a local server; resolves when the public URL is served. A connection lost later is
 * dialled again for ever, unless the relay says that this is of no use: then `closed` tells why.
 *
 * @throws when the first connection fails: WXD4001 unreachable, WXD4002 other protocol version, WXD4003 token, WXD4004 and
 * WXD4005 name, WXD4040 access, WXD4046 too many tokens, WXD4014 certificate, WXD4016 not a relay, WXD4030 the proxy. WXD6001 when `relay` or `target` is not an origin
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  options.signal?.throwIfAborted();
  const target = parseTarget(options.target, options.local);
  const relay = parseRelay(options.relay);
  // What a header or a line could not carry is no token; the relay would only say that the message is malformed.
  if (options.token !== undefined && !/^[\x21-\x7e]{1,512}$/.test(options.token))
    throw new WxDevError('WXD4003', { relay: relay.origin, sent: true });
  const dialler = new Dialler(options, relay);
  return dialler.dial(options.signal, undefined, (first) => {
    if (options.spool !== undefined && !first.welcome.features.includes(spoolFeature)) {
      first.socket.close(closeCodes.normal);
      throw new WxDevError('WXD4062', { relay: relay.origin });
    }
    return new RunningTunnel(options, target, dialler, first);
  });
}

/** Dials with the same name and owner again and again. */
class Dialler {
  readonly relay: URL;
  readonly #options: TunnelOptions;
  /** Names this tunnel among all, for the relay to tell which links are its. */
  readonly #id = randomUUID();
  readonly #access: AccessPolicy | undefined;
  #name: string | undefined;

  constructor(options: TunnelOptions, relay: URL) {
    this.#options = options;
    this.relay = relay;
    this.#name = options.subdomain === undefined ? undefined : checkTunnelName(options.subdomain);
    this.#access = options.access && policyOf(options.access);
  }

  dial<T>(
    signal: AbortSignal | undefined,
    resume: Resumption | undefined,
    accept: (dialled: Dialled) => T,
  ): Promise<T> {
    const { owner, token, ca, client, proxy, spool } = this.#options;
    const name = this.#name;
    const access = this.#access;
    const features = [
      resumeFeature,
      linksFeature,
      ...(access ? [accessFeature] : []),
      ...(spool === undefined ? [] : [spoolFeature]),
    ];
    const who = { protocol: 1, agent: 'wx-dev', name, owner, token } as const;
    const hello = { ...who, features, tunnel: this.#id, spool, resume, access };
    return dial({ relay: this.relay, ca, client, proxy, signal, hello }, (dialled) => {
      // It would let everybody through.
      if (access && !dialled.welcome.features.includes(accessFeature))
        throw new WxDevError('WXD4040', { relay: this.relay.origin });
      // Also a name that the relay chose is ours from now on.
      this.#name = dialled.welcome.name;
      return accept(dialled);
    });
  }
}

/** What the relay is told; undefined when it is asked to keep nobody out. */
function policyOf({
  logins = [],
  allowIp = [],
  openPaths = [],
}: TunnelAccess): AccessPolicy | undefined {
  if (logins.length === 0 && allowIp.length === 0) return undefined;
  const salt = (): string => randomBytes(16).toString('hex');
  return { basicAuth: logins.map((login) => hashLogin(login, salt())), allowIp, openPaths };
}

class RunningTunnel implements Tunnel {
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
  #wallClock = Date.now();
  /** Milliseconds that the computer has slept, which the monotonic clock leaves out. */
  #sleptMs = 0;
  #closing: Promise<void> | undefined;
  #onClosed: (reason: CloseReason) => void = () => undefined;

  constructor(options: TunnelOptions, target: LocalTarget, dialler: Dialler, first: Dialled) {
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
      now: () => this.#now(),
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
      pool: this.#pool,
      local: this.#target,
      deliveries: this.#deliveries,
      now: () => this.#now(),
      onRequest: () => this.#noteRequest(),
      onExchange: (request, startedAt, ms, end) => this.#report(request, startedAt, ms, end),
      onMove: (connection) => slot.move(connection),
      onLost: (connection, reason, how) => slot.lost(connection, reason, how),
    });
  }

  #noteChange(): void {
    const isUp = this.#slots.some((slot) => slot.isUp);
    if (this.#closing || isUp === this.#isUp) return;
    this.#isUp = isUp;
    if (!isUp) {
      this.#lostAt = this.#now();
      return;
    }
    const downMs = Math.round(this.#now() - this.#lostAt);
    this.events.emit('reconnected', { downMs, url: this.url });
  }

  /** The other links are made when there is something to carry: a tunnel that nobody uses costs its relay one. */
  #noteRequest(): void {
    this.#busyAt = this.#now();
    if (this.#slots.length >= this.#links || this.#closing) return;
    if (this.#slots[0]?.connection?.hasLinks !== true) return;
    while (this.#slots.length < this.#links) this.#addSlot().start();
  }

  #tick(): void {
    const wallClock = Date.now();
    const aheadMs = wallClock - this.#wallClock - tickIntervalMs;
    this.#wallClock = wallClock;
    const hasSlept = aheadMs > CLOCK_JUMP_MS;
    if (hasSlept) this.#sleptMs += aheadMs;
    // A connection that saw the time go by asks at once whether its relay is still there.
    for (const slot of this.#slots) slot.tick();
    this.#pool.sweep(this.#now());
    this.#dropQuietLinks();
    // The computer has woken up: the network is back, or will say that it is not.
    if (hasSlept) for (const slot of this.#slots) slot.wake();
  }

  #dropQuietLinks(): void {
    if (this.#slots.some(({ busy }) => busy > 0)) this.#busyAt = this.#now();
    const up = this.#slots.find(({ isUp }) => isUp);
    if (up && this.#now() - this.#busyAt >= QUIET_LINK_MS) this.#keepOnly(up);
  }

  #keepOnly(slot: LinkSlot): void {
    for (const other of this.#slots.splice(0)) if (other !== slot) void other.close();
    this.#slots.push(slot);
  }

  #now(): number {
    return performance.now() + this.#sleptMs;
  }

  #report(request: RequestHead, startedAt: number, ms: number, end: ExchangeEnd): void {
    this.events.emit('exchange', {
      id: ++this.#exchanges,
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

function parseRelay(relay: string): URL {
  const url = URL.canParse(relay) ? new URL(relay) : undefined;
  if (url && /^(?:https?|wss?):$/.test(url.protocol)) return url;
  throw new WxDevError('WXD6001', {
    source: { name: '--relay' },
    received: relay,
    expected: 'a URL such as https://relay.example.com or http://127.0.0.1:8787',
  });
}

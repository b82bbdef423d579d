import { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import { Resources, type CloseReason, type Service } from '../core/resources.ts';
import type { RequestHead } from '../wire/head.ts';
import { resumeFeature, type Resumption } from '../wire/handshake.ts';
import { tickIntervalMs } from '../wire/limits.ts';
import { checkTunnelName } from '../wire/tunnel-name.ts';
import { backoffMs } from './backoff.ts';
import { dial, type ClientCertificate, type Dialled } from './dial.ts';
import { CLOCK_JUMP_MS, STABLE_MS, USEFUL_BYTES } from './limits.ts';
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
  readonly logger?: Logger | undefined;
}

/** An open tunnel. It reconnects by itself; only `close()`, a takeover of its name, or a relay that wants it no more ends it. */
export interface Tunnel extends Service {
  /** Public URL, without a path. Stays the same across reconnects. */
  readonly url: string;
  readonly subdomain: string;
  readonly relay: string;
  /** Round trip to the relay in milliseconds, once measured. */
  readonly rttMs: number | undefined;
  readonly events: EventEmitter<TunnelEvents>;
}

/** What happens on a tunnel while it runs. */
export interface TunnelEvents {
  reconnecting: [{ attempt: number; delayMs: number; reason: string }];
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
  /** Why the local server did not answer, when it did not. */
  readonly error?: WxDevError | undefined;
}

/**
 * Opens a tunnel from a relay to a local server; resolves when the public URL is served. A connection lost later is
 * dialled again for ever, unless the relay says that this is of no use: then `closed` tells why.
 *
 * @throws when the first connection fails: WXD4001 unreachable, WXD4002 other protocol version, WXD4003 token, WXD4004 and
 * WXD4005 name, WXD4014 certificate, WXD4016 not a relay, WXD4030 the proxy. WXD6001 when `relay` or `target` is not an origin
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  options.signal?.throwIfAborted();
  const target = parseTarget(options.target, options.local);
  const relay = parseRelay(options.relay);
  // What a header or a line could not carry is no token; the relay would only say that the message is malformed.
  if (options.token !== undefined && !/^[\x21-\x7e]{1,512}$/.test(options.token))
    throw new WxDevError('WXD4003', { relay: relay.origin, sent: true });
  const dialler = new Dialler(options, relay);
  return dialler.dial(
    options.signal,
    undefined,
    (first) => new RunningTunnel(options, target, dialler, first),
  );
}

/** Dials with the same name and owner again and again. */
class Dialler {
  readonly relay: URL;
  readonly #options: TunnelOptions;
  #name: string | undefined;

  constructor(options: TunnelOptions, relay: URL) {
    this.#options = options;
    this.relay = relay;
    this.#name = options.subdomain === undefined ? undefined : checkTunnelName(options.subdomain);
  }

  dial<T>(
    signal: AbortSignal | undefined,
    resume: Resumption | undefined,
    accept: (dialled: Dialled) => T,
  ): Promise<T> {
    const { owner, token, ca, client, proxy } = this.#options;
    const name = this.#name;
    const features = [resumeFeature];
    const hello = { protocol: 1, agent: 'wx-dev', name, owner, token, features, resume } as const;
    return dial({ relay: this.relay, ca, client, proxy, signal, hello }, (dialled) => {
      // Also a name that the relay chose is ours from now on.
      this.#name = dialled.welcome.name;
      return accept(dialled);
    });
  }
}

/**
 * What a relay says that dialling again does not change: other version, token refused or revoked, name of somebody else or not
 * covered, certificate refused.
 */
const FINAL: ReadonlySet<string> = new Set(['WXD4002', 'WXD4003', 'WXD4004', 'WXD4031', 'WXD5029']);

class RunningTunnel implements Tunnel {
  readonly events = new EventEmitter<TunnelEvents>();
  readonly relay: string;
  readonly closed: Promise<CloseReason>;
  url = '';
  subdomain = '';
  readonly #dialler: Dialler;
  readonly #target: LocalTarget;
  readonly #pool: LocalPool;
  readonly #logger: Logger;
  readonly #resources = new Resources();
  readonly #ending = new AbortController();
  #connection: RelayConnection | undefined;
  #exchanges = 0;
  #connectedAt = 0;
  #lostAt = 0;
  /** Since when no connection has lasted. */
  #unstableSince = 0;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #wallClock = Date.now();
  /** Milliseconds that the computer has slept, which the monotonic clock leaves out. */
  #sleptMs = 0;
  #closing: Promise<void> | undefined;
  #onClosed: (reason: CloseReason) => void = () => undefined;

  constructor(options: TunnelOptions, target: LocalTarget, dialler: Dialler, first: Dialled) {
    this.#dialler = dialler;
    this.#target = target;
    this.#logger = options.logger ?? silentLogger;
    this.relay = dialler.relay.origin;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    this.#pool = this.#resources.use(new LocalPool(target));
    const tick = setInterval(() => this.#tick(), tickIntervalMs);
    this.#resources.defer(() => clearInterval(tick));
    const onAbort = (): void => void this.close();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    this.#resources.defer(() => options.signal?.removeEventListener('abort', onAbort));
    this.#attach(first);
  }

  get rttMs(): number | undefined {
    return this.#connection?.rttMs;
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
    clearTimeout(this.#retry);
    await this.#connection?.close();
    await this.#resources.close();
    this.#onClosed(reason);
  }

  #attach({ socket, welcome }: Dialled): void {
    this.url = welcome.url;
    this.subdomain = welcome.name;
    this.#connectedAt = this.#now();
    if (this.#connection && welcome.received !== undefined) {
      this.#connection.resume(socket, welcome.received);
      return;
    }
    this.#connection?.lose();
    this.#connection = new RelayConnection({
      socket,
      welcome,
      pool: this.#pool,
      local: this.#target,
      now: () => this.#now(),
      onExchange: (request, startedAt, ms, end) => this.#report(request, startedAt, ms, end),
      onLost: (reason, how) => this.#lost(reason, how),
    });
  }

  #lost(reason: string, how: 'suspended' | 'over' | 'superseded'): void {
    const wasUseful = (this.#connection?.carried ?? 0) >= USEFUL_BYTES;
    if (how !== 'suspended') this.#connection = undefined;
    if (this.#closing) return;
    if (how === 'superseded') {
      // Coming back would take the name from the newer client, which would take it back, without end.
      const error = new WxDevError('WXD4017', { name: this.subdomain });
      void this.#end({ type: 'failed', error });
      return;
    }
    this.#lostAt = this.#now();
    if (this.#attempt === 0 || wasUseful || this.#lostAt - this.#connectedAt >= STABLE_MS) {
      this.#unstableSince = this.#lostAt;
      this.#attempt = 0;
    }
    this.#waitAndDial(reason);
  }

  #waitAndDial(reason: string): void {
    this.#attempt++;
    const delayMs = backoffMs(this.#now() - this.#unstableSince, Math.random());
    this.events.emit('reconnecting', { attempt: this.#attempt, delayMs, reason });
    this.#retry = setTimeout(() => void this.#redial(), delayMs);
  }

  async #redial(): Promise<void> {
    this.#retry = undefined;
    try {
      const resume = this.#connection?.resumption;
      await this.#dialler.dial(this.#ending.signal, resume, (dialled) => this.#attach(dialled));
      const downMs = Math.round(this.#now() - this.#lostAt);
      this.events.emit('reconnected', { downMs, url: this.url });
    } catch (error) {
      if (this.#closing) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (isWxDevError(error) && FINAL.has(error.code)) {
        void this.#end({ type: 'failed', error });
        return;
      }
      const code = isWxDevError(error) ? error.code : undefined;
      this.#logger.debug('cannot reach the relay', { code, reason });
      this.#waitAndDial(reason);
    }
  }

  #tick(): void {
    const wallClock = Date.now();
    const aheadMs = wallClock - this.#wallClock - tickIntervalMs;
    this.#wallClock = wallClock;
    const hasSlept = aheadMs > CLOCK_JUMP_MS;
    if (hasSlept) this.#sleptMs += aheadMs;
    // A connection that saw the time go by asks at once whether its relay is still there.
    this.#connection?.tick(this.#now());
    this.#pool.sweep(this.#now());
    if (!hasSlept || !this.#retry) return;
    // The computer has woken up: the network is back, or will say that it is not.
    clearTimeout(this.#retry);
    void this.#redial();
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

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { sleep, type AbortableOptions } from '../core/abort.ts';
import { AddressList, plainAddress } from '../core/addresses.ts';
import { WxDevError } from '../core/errors.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import { Resources, type CloseReason, type Service } from '../core/resources.ts';
import type { RefusesClient, ServerTls } from '../core/server-tls.ts';
import { tickIntervalMs } from '../wire/limits.ts';
import { Access, type GrantLookup } from './access.ts';
import { Admission } from './admission.ts';
import { Clients } from './clients.ts';
import { ConnectionBudget, type ConnectionRoom, type Seat } from './connection-budget.ts';
import { startHealth, type Health } from './health.ts';
import { publicUrls } from './hosts.ts';
import {
  ACCEPT_LAST_MS,
  ADDRESS_QUOTA,
  DRAIN_MS,
  MEMORY_BYTES,
  NAME_QUOTA,
  REVIEW_MS,
  SERVED_MS,
  SWEEP_MS,
} from './limits.ts';
import { listen, type Listener, type ListenOptions } from './listener.ts';
import { RelayMemory } from './memory.ts';
import type { Quota } from './meters.ts';
import { NameRegistry, type NameStore } from './names.ts';
import { PublicConnection } from './public-connection.ts';
import type { PublicContext } from './public-context.ts';
import { reachOf } from './reach.ts';
import { formatRefusal } from './refusals.ts';
import type { RelayRequest } from './request-log.ts';
import { Router } from './routing.ts';
import { Spool } from './spool.ts';
import type { SpoolLimits } from './spool-store.ts';
import type { TunnelLinks } from './tunnel-links.ts';
import { chooseCertificate, type Certificate } from './sni.ts';
import { TraceIds } from './trace.ts';
import { Visitors } from './visitors.ts';

/** What a relay may be told. At least one of `httpPort` and `httpsPort` is needed. */
export interface RelayOptions extends AbortableOptions {
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Port for plain HTTP; 0 takes a free one; absent: no plain listener. */
  readonly httpPort?: number | undefined;
  /** Port for HTTPS; 0 takes a free one; needs `tls`. */
  readonly httpsPort?: number | undefined;
  /** Certificate chain and key, PEM, valid for `domain` and `*.domain`. */
  readonly tls?: RelayTls | undefined;
  /** Tunnels get `<subdomain>.<domain>`. @default 'localhost' */
  readonly domain?: string | undefined;
  /** What to announce when something else terminates TLS, for example `https://*.example.com`. */
  readonly publicUrl?: string | undefined;
  /**
   * Tokens that clients must know one of. None, no `clientCa` and never one of `grants`: everybody may connect, and only a relay that
   * nobody else can reach starts: on a loopback `host`, with no other `domain`, `publicUrl` or `trustProxy`.
   */
  readonly tokens?: readonly string[] | undefined;
  /**
   * Tokens besides those, which may be created and revoked while the relay runs. With the first one ever made clients need one, those too that
   * came without.
   */
  readonly grants?: GrantLookup | undefined;
  /** Addresses and ranges of proxies in front, which may say who their visitors are. @default nobody */
  readonly trustProxy?: readonly string[] | undefined;
  readonly limits?: RelayLimits | undefined;
  /** Keeps names for their owners beyond this run; closed with the relay. @default only this run knows them */
  readonly names?: NameStore | undefined;
  /** Port on 127.0.0.1 for /healthz and /readyz; 0 takes a free one; absent: none. */
  readonly healthPort?: number | undefined;
  readonly logger?: Logger | undefined;
  /** Folder in which requests are kept for clients that ask for it and are away; absent: none are. Needs tokens or `clientCa`. */
  readonly spoolDir?: string | undefined;
  readonly spoolLimits?: Partial<SpoolLimits> | undefined;
  /** Milliseconds that running requests have when the relay is closed. @default 1000 */
  readonly drainMs?: number | undefined;
}

/**
 * What a relay lets its users do. A relay that only its own machine reaches has no quotas unless they are given; another one has
 * `ADDRESS_QUOTA` and `NAME_QUOTA`. Addresses of the machine itself are held to quotas only where they are given.
 */
export interface RelayLimits {
  /** For each address; for IPv6, each /64. 0: no limit. */
  readonly perAddress?: Quota | undefined;
  /** For each tunnel whose token says nothing else. 0: no limit. */
  readonly perName?: Quota | undefined;
  /** Connections at once, all together. @default `CONNECTION_ROOM` */
  readonly connections?: Partial<ConnectionRoom> | undefined;
  /** Largest request body in bytes. @default any */
  readonly maxBodyBytes?: number | undefined;
  /** Bytes held for slow readers and clients, all together. @default 256 MB */
  readonly memoryBytes?: number | undefined;
}

/** TLS of a relay. With `clientCa`, tunnels are opened to its clients only; public requests never need a certificate. */
export interface RelayTls extends ServerTls {
  /** Makes a certificate for the host of a tunnel that there is, where the relay has an authority at hand and needs no wildcard. */
  readonly certificateFor?: ((host: string) => Promise<Certificate>) | undefined;
}

/** A relay that listens. */
export interface Relay extends Service {
  /** `http://host:port`, when there is a plain listener. */
  readonly httpUrl?: string | undefined;
  /** `https://host:port`, when there is a TLS listener. */
  readonly httpsUrl?: string | undefined;
  /** `http://127.0.0.1:port`, when there is a health port. */
  readonly healthUrl?: string | undefined;
  readonly domain: string;
  /**
   * Serves another certificate, and checks clients anew, from the next connection on; cuts the clients that `refuses` names.
   * @throws Error from OpenSSL when it cannot be used; the old one then stays
   */
  renewTls(tls: ServerTls, refuses?: RefusesClient): void;
  /** Bytes that it holds now for slow readers and clients. */
  readonly heldBytes: number;
  /** The public URL of the tunnel `name`, without a path. */
  urlOf(name: string): string;
  readonly events: EventEmitter<RelayEvents>;
}

/** What happens on a relay while it runs. */
export interface RelayEvents {
  'tunnel-open': [{ name: string; url: string; remote: string }];
  'tunnel-closed': [{ name: string; reason: string }];
  /** A request was kept for a client that is away. */
  spooled: [{ name: string; requestId: string; waiting: number }];
  /** A kept request was answered by the app. */
  delivered: [{ name: string; waiting: number }];
  /** A request of the public side is over. */
  request: [RelayRequest];
}

/**
 * Starts the public end of tunnels; resolves when every port listens.
 *
 * @throws WXD4010 without tokens where others can reach it, directly or through a proxy, WXD6003 when a port is taken, WXD6001 when `host` is not
 * an address of this machine
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { tokens = [], signal } = options;
  signal?.throwIfAborted();
  const access = new Access(tokens, options.grants);
  const isOpen = options.tls?.clientCa === undefined && !(await access.asksToken());
  const reach = reachOf(options);
  // Whoever comes first has a name there: what is kept for it might be given to anybody.
  if (isOpen && options.spoolDir !== undefined)
    throw new WxDevError('WXD6002', {
      name: '--relay-token-file',
      need: '--spool-dir',
      run: 'wx-dev relay token create',
    });
  if (isOpen && reach !== undefined) throw new WxDevError('WXD4010', reach);
  const relay = new RunningRelay(options, access);
  try {
    await relay.open();
    signal?.throwIfAborted();
  } catch (error) {
    await relay.close();
    throw error;
  }
  return relay;
}

class RunningRelay implements Relay {
  readonly events = new EventEmitter<RelayEvents>();
  readonly domain: string;
  readonly closed: Promise<CloseReason>;
  readonly #options: RelayOptions;
  readonly #resources = new Resources();
  readonly #connections = new Set<PublicConnection>();
  readonly #router: Router;
  readonly #names: NameRegistry<TunnelLinks>;
  readonly #clients: Clients;
  readonly #admission: Admission;
  readonly #memory: RelayMemory;
  readonly #proxies: AddressList | undefined;
  readonly #traceIds = new TraceIds();
  readonly #requestIdPrefix = randomBytes(6).toString('hex');
  readonly #budget: ConnectionBudget;
  #cutIdleAfter = 0;
  #requests = 0;
  #spool: Spool | undefined;
  #http: Listener | undefined;
  #https: Listener | undefined;
  #tls: ServerTls | undefined;
  #health: Health | undefined;
  #isListening = false;
  #closing: Promise<void> | undefined;
  #onClosed: (reason: CloseReason) => void = () => undefined;

  constructor(options: RelayOptions, access: Access) {
    this.#options = options;
    this.domain = (options.domain ?? 'localhost').toLowerCase().replace(/^\*?\.|\.$/g, '');
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    const names = new NameRegistry<TunnelLinks>({
      relay: this.domain,
      now: now(),
      epochNow: Date.now(),
      store: options.names,
    });
    this.#names = names;
    this.#router = new Router(this.domain, names);
    const { trustProxy = [], limits = {} } = options;
    this.#memory = new RelayMemory(limits.memoryBytes ?? MEMORY_BYTES, now);
    this.#budget = new ConnectionBudget(limits.connections, () => this.#cutIdle());
    const isReachable = reachOf(options) !== undefined;
    const visitors = new Visitors(
      { ...(isReachable ? ADDRESS_QUOTA : {}), ...limits.perAddress },
      limits.perAddress !== undefined,
    );
    this.#proxies = trustProxy.length > 0 ? new AddressList(trustProxy) : undefined;
    this.#admission = new Admission({
      domain: this.domain,
      visitors,
      perName: { ...(isReachable ? NAME_QUOTA : {}), ...limits.perName },
      maxBodyBytes: limits.maxBodyBytes,
    });
    this.#clients = new Clients({
      names,
      visitors,
      memory: this.#memory,
      access,
      needsCertificate: options.tls?.clientCa !== undefined,
      events: this.events,
      logger: options.logger ?? silentLogger,
      urlOf: (name) => this.urlOf(name),
      now,
      spool: () => this.#spool,
    });
  }

  get httpUrl(): string | undefined {
    return this.#http?.url;
  }

  get httpsUrl(): string | undefined {
    return this.#https?.url;
  }

  get heldBytes(): number {
    return this.#memory.heldBytes;
  }

  get healthUrl(): string | undefined {
    return this.#health?.url;
  }

  urlOf(name: string): string {
    return publicUrls({
      publicUrl: this.#options.publicUrl,
      domain: this.domain,
      httpsPort: this.#https?.port,
      httpPort: this.#http?.port,
    })(name);
  }

  /** Binds the ports and starts the clocks. */
  async open(): Promise<void> {
    const { httpPort, httpsPort, tls, signal, names, healthPort } = this.#options;
    if (names) this.#names.restore(await this.#resources.use(names).load());
    await this.#openSpool();
    if (healthPort !== undefined) {
      const isReady = (): boolean => this.#isListening && !this.#closing;
      this.#health = this.#resources.use(await startHealth(healthPort, isReady));
    }
    if (httpPort !== undefined) this.#http = await this.#listen('http', httpPort);
    if (httpsPort !== undefined && tls) this.#https = await this.#listen('https', httpsPort);
    this.#isListening = true;
    const sweep = setInterval(() => this.#sweep(), SWEEP_MS);
    const tick = setInterval(() => this.#clients.tick(now()), tickIntervalMs);
    this.#resources.defer(() => clearInterval(sweep));
    const served = setInterval(() => this.#names.noteServed(now()), SERVED_MS);
    this.#resources.defer(() => clearInterval(served));
    const review = setInterval(() => {
      void this.#clients.review();
      void this.#spool?.review();
    }, REVIEW_MS);
    this.#resources.defer(() => clearInterval(tick));
    this.#resources.defer(() => clearInterval(review));
    const onAbort = (): void => void this.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#resources.defer(() => signal?.removeEventListener('abort', onAbort));
  }

  async #openSpool(): Promise<void> {
    const { spoolDir: dir, spoolLimits: limits, logger = silentLogger } = this.#options;
    if (dir === undefined) return;
    this.#spool = this.#resources.use(
      await Spool.open({ dir, limits, events: this.events, logger, memory: this.#memory }),
    );
  }

  renewTls(tls: ServerTls, refuses?: RefusesClient): void {
    this.#https?.renewTls(tls, refuses);
    this.#tls = tls;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { drainMs = DRAIN_MS } = this.#options;
    this.#clients.announceGoAway(drainMs);
    // To the system those are connected that nobody has accepted yet: it would cut them.
    await sleep(ACCEPT_LAST_MS);
    // Refused from now on, so that whatever is in front goes to another relay of the same address.
    this.#http?.stop();
    this.#https?.stop();
    for (const connection of this.#connections) connection.finish();
    const giveUpAt = now() + drainMs;
    while ([...this.#connections].some(({ isBusy }) => isBusy) && now() < giveUpAt) await sleep(20);
    this.#clients.goAway(0);
    // So that it is written before the connections are cut.
    await sleep(0);
    try {
      await this.#clients.close();
      await this.#resources.close();
      this.#onClosed({ type: 'closed' });
    } catch (error) {
      this.#onClosed({ type: 'failed', error });
      throw error;
    }
  }

  async #listen(scheme: 'http' | 'https', port: number): Promise<Listener> {
    const { host = '127.0.0.1', tls, publicUrl, logger = silentLogger } = this.#options;
    const listener = await listen({
      host,
      port,
      tls: scheme === 'https' && tls ? this.#withNames(tls) : undefined,
      admit: (socket) => this.#admit(socket),
      onConnection: (socket, seat) => this.#accept(socket, context, seat),
      logger,
    });
    this.#resources.use(listener);
    // What terminates TLS in front of us is what the client saw.
    const seen = publicUrl === undefined ? undefined : new URL(publicUrl.replace('*.', ''));
    const isHttps = seen ? seen.protocol === 'https:' : scheme === 'https';
    const { events } = this;
    const report = (request: RelayRequest): void => {
      events.emit('request', request);
    };
    const context: PublicContext<PublicConnection> = {
      router: this.#router,
      scheme: isHttps ? 'https' : 'http',
      port: seen ? Number(seen.port) || (isHttps ? 443 : 80) : listener.port,
      admission: this.#admission,
      memory: this.#memory,
      proxies: this.#proxies,
      ids: {
        newRequestId: () => `${this.#requestIdPrefix}-${(++this.#requests).toString(36)}`,
        traceIds: this.#traceIds,
      },
      now,
      spool: () => this.#spool,
      get onRequest() {
        return events.listenerCount('request') > 0 ? report : undefined;
      },
      handOver: (socket, bytes, remote) => this.#clients.accept(socket, bytes, remote),
      forget: (connection) => this.#connections.delete(connection),
    };
    return listener;
  }

  #withNames({ certificateFor, ...tls }: RelayTls): ListenOptions['tls'] {
    this.#tls = tls;
    if (!certificateFor) return tls;
    const sni = chooseCertificate({
      domain: this.domain,
      isKnown: (name) => this.#names.find(name, now()).type !== 'unknown',
      certificateFor,
      current: () => this.#tls ?? tls,
    });
    return { ...tls, sni };
  }

  /** Counts a connection for as long as it lasts; gives the answer to one that is too many. */
  #admit(socket: Socket): Seat | Buffer {
    const peer = plainAddress(socket.remoteAddress);
    const seat = this.#budget.open(socket);
    if (this.#proxies?.has(peer)) return seat;
    const admitted = this.#admission.connect(peer);
    if (typeof admitted !== 'function') return formatRefusal(admitted, undefined, '');
    socket.on('close', admitted);
    return seat;
  }

  /** Hangs up on the visitor that has been here longest of those that are idle, so that another one finds room. */
  #cutIdle(): boolean {
    const time = now();
    // Where nobody was idle, somebody is again only after a while; and all are looked at each time.
    if (time < this.#cutIdleAfter) return false;
    for (const { isIdle, socket } of this.#connections) {
      if (!isIdle || socket.destroyed) continue;
      socket.destroy();
      return true;
    }
    this.#cutIdleAfter = time + SWEEP_MS;
    return false;
  }

  #accept(socket: Socket, context: PublicContext<PublicConnection>, seat: Seat): void {
    const peer = plainAddress(socket.remoteAddress);
    const connection = new PublicConnection(socket, context, peer, seat);
    this.#connections.add(connection);
    // Accepted before we stopped listening: what it asks is still answered.
    if (this.#closing) connection.finish();
  }

  #sweep(): void {
    const time = now();
    for (const connection of this.#connections) connection.sweep(time);
    this.#memory.sweep();
  }
}

function now(): number {
  return performance.now();
}

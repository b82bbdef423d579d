import { EventEmitter } from 'node:events';
import { sleep } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { silentLogger } from '../core/logger.ts';
import { Resources, type CloseReason } from '../core/resources.ts';
import type { RefusesClient, ServerTls } from '../core/server-tls.ts';
import { tickIntervalMs } from '../wire/limits.ts';
import { Access } from './access.ts';
import { Admission } from './admission.ts';
import { Clients } from './clients.ts';
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
import type { Listener } from './listener.ts';
import { RelayMemory } from './memory.ts';
import { NameRegistry } from './names.ts';
import { PublicPorts } from './public-ports.ts';
import { reachOf } from './reach.ts';
import type { Relay, RelayEvents, RelayOptions } from './relay-options.ts';
import { Spool } from './spool.ts';
import type { TunnelLinks } from './tunnel-links.ts';
import { Visitors } from './visitors.ts';

export type { Relay, RelayEvents, RelayOptions, RelayTls } from './relay-options.ts';

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
  readonly #names: NameRegistry<TunnelLinks>;
  readonly #clients: Clients;
  readonly #memory: RelayMemory;
  readonly #ports: PublicPorts;
  #spool: Spool | undefined;
  #http: Listener | undefined;
  #https: Listener | undefined;
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
    const { limits = {} } = options;
    this.#memory = new RelayMemory(limits.memoryBytes ?? MEMORY_BYTES, now);
    const isReachable = reachOf(options) !== undefined;
    const visitors = new Visitors(
      { ...(isReachable ? ADDRESS_QUOTA : {}), ...limits.perAddress },
      limits.perAddress !== undefined,
    );
    const admission = new Admission({
      domain: this.domain,
      visitors,
      perName: { ...(isReachable ? NAME_QUOTA : {}), ...limits.perName },
      maxBodyBytes: limits.maxBodyBytes,
    });
    const spool = (): Spool | undefined => this.#spool;
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
      spool,
    });
    this.#ports = new PublicPorts(options, {
      domain: this.domain,
      names,
      clients: this.#clients,
      admission,
      memory: this.#memory,
      events: this.events,
      spool,
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
    const { httpPort, httpsPort, tls, signal, names, healthPort, logger } = this.#options;
    if (names) this.#names.restore(await this.#resources.use(names).load());
    await this.#openSpool();
    if (healthPort !== undefined) {
      const isReady = (): boolean => this.#isListening && !this.#closing;
      this.#health = this.#resources.use(await startHealth(healthPort, isReady, logger));
    }
    this.#resources.defer(() => this.#ports.close());
    if (httpPort !== undefined) this.#http = await this.#ports.listen('http', httpPort);
    if (httpsPort !== undefined && tls) this.#https = await this.#ports.listen('https', httpsPort);
    this.#isListening = true;
    const sweep = setInterval(() => {
      this.#ports.sweep();
      this.#memory.sweep();
    }, SWEEP_MS);
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
    this.#ports.renewTls(tls, refuses);
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
    this.#ports.end();
    this.#clients.announceGoAway(drainMs);
    // To the system those are connected that nobody has accepted yet: it would cut them.
    await sleep(ACCEPT_LAST_MS);
    // Refused from now on, so that whatever is in front goes to another relay of the same address.
    this.#ports.finish();
    const giveUpAt = now() + drainMs;
    while (this.#ports.isBusy && now() < giveUpAt) await sleep(20);
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
}

function now(): number {
  return performance.now();
}

import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { AddressList, plainAddress } from '../core/addresses.ts';
import { silentLogger } from '../core/logger.ts';
import type { RefusesClient, ServerTls } from '../core/server-tls.ts';
import type { Admission } from './admission.ts';
import type { Clients } from './clients.ts';
import { ConnectionBudget, type Seat } from './connection-budget.ts';
import { SWEEP_MS } from './limits.ts';
import { listen, type Listener, type ListenOptions } from './listener.ts';
import type { RelayMemory } from './memory.ts';
import type { NameRegistry } from './names.ts';
import { PublicConnection } from './public-connection.ts';
import type { PublicContext } from './public-context.ts';
import { formatRefusal } from './refusals.ts';
import type { RelayEvents, RelayOptions, RelayTls } from './relay-options.ts';
import type { RelayRequest } from './request-log.ts';
import { Router } from './routing.ts';
import { chooseCertificate } from './sni.ts';
import type { Spool } from './spool.ts';
import { TraceIds } from './trace.ts';
import type { TunnelLinks } from './tunnel-links.ts';

/** What public connections are given to. */
interface PublicParts {
  readonly domain: string;
  readonly names: NameRegistry<TunnelLinks>;
  readonly clients: Clients;
  readonly admission: Admission;
  readonly memory: RelayMemory;
  readonly events: EventEmitter<RelayEvents>;
  readonly spool: () => Spool | undefined;
}

/** The ports of a relay, and the connections on them until they end or are handed over to a client. */
export class PublicPorts {
  readonly #options: RelayOptions;
  readonly #parts: PublicParts;
  readonly #domain: string;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<PublicConnection>();
  readonly #proxies: AddressList | undefined;
  readonly #budget: ConnectionBudget;
  readonly #traceIds = new TraceIds();
  readonly #requestIdPrefix = randomBytes(6).toString('hex');
  #requests = 0;
  #cutIdleAfter = 0;
  #tls: ServerTls | undefined;
  #isEnding = false;

  constructor(options: RelayOptions, parts: PublicParts) {
    const { trustProxy = [], limits = {} } = options;
    this.#options = options;
    this.#parts = parts;
    this.#domain = parts.domain;
    this.#proxies = trustProxy.length > 0 ? new AddressList(trustProxy) : undefined;
    this.#budget = new ConnectionBudget(limits.connections, () => this.#cutIdle());
  }

  /** Whether a request is being answered. */
  get isBusy(): boolean {
    return [...this.#connections].some(({ isBusy }) => isBusy);
  }

  /** Serves another certificate from the next connection on, and cuts clients that `refuses` names. */
  renewTls(tls: ServerTls, refuses?: RefusesClient): void {
    for (const listener of this.#listeners) listener.renewTls(tls, refuses);
    this.#tls = tls;
  }

  /** Enforces the deadlines of all connections; call it every `SWEEP_MS`. */
  sweep(): void {
    const time = now();
    for (const connection of this.#connections) connection.sweep(time);
  }

  /** Connections that come by now are answered once; then nobody is listened to. */
  end(): void {
    this.#isEnding = true;
  }

  /** Takes no more connections, and lets those that are open answer what they were asked. */
  finish(): void {
    for (const listener of this.#listeners) listener.stop();
    for (const connection of this.#connections) connection.finish();
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    for (const listener of this.#listeners.toReversed()) await listener.close();
  }

  /** Binds a port. @throws WXD6001, WXD6003 */
  async listen(scheme: 'http' | 'https', port: number): Promise<Listener> {
    const { host = '127.0.0.1', tls, publicUrl, logger = silentLogger } = this.#options;
    const listener = await listen({
      host,
      port,
      tls: scheme === 'https' && tls ? this.#withNames(tls) : undefined,
      admit: (socket) => this.#admit(socket),
      onConnection: (socket, seat) => this.#accept(socket, context, seat),
      logger,
    });
    this.#listeners.push(listener);
    // What terminates TLS in front of us is what the client saw.
    const seen = publicUrl === undefined ? undefined : new URL(publicUrl.replace('*.', ''));
    const isHttps = seen ? seen.protocol === 'https:' : scheme === 'https';
    const { names, memory, admission, events, spool } = this.#parts;
    const report = (request: RelayRequest): void => {
      events.emit('request', request);
    };
    const context: PublicContext<PublicConnection> = {
      router: new Router(this.#domain, names),
      scheme: isHttps ? 'https' : 'http',
      port: seen ? Number(seen.port) || (isHttps ? 443 : 80) : listener.port,
      admission,
      memory,
      proxies: this.#proxies,
      ids: {
        newRequestId: () => `${this.#requestIdPrefix}-${(++this.#requests).toString(36)}`,
        traceIds: this.#traceIds,
      },
      now,
      spool,
      get onRequest() {
        return events.listenerCount('request') > 0 ? report : undefined;
      },
      handOver: (socket, bytes, remote) => this.#parts.clients.accept(socket, bytes, remote),
      forget: (connection) => this.#connections.delete(connection),
    };
    return listener;
  }

  #withNames({ certificateFor, ...tls }: RelayTls): ListenOptions['tls'] {
    this.#tls = tls;
    if (!certificateFor) return tls;
    const sni = chooseCertificate({
      domain: this.#domain,
      isKnown: (name) => this.#parts.names.find(name, now()).type !== 'unknown',
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
    const admitted = this.#parts.admission.connect(peer);
    if (typeof admitted !== 'function') return formatRefusal(admitted, undefined, '');
    seat.onGone = admitted;
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
    if (this.#isEnding) connection.finish();
  }
}

function now(): number {
  return performance.now();
}

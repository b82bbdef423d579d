import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { WxDevError } from '../core/errors.ts';
import { accessFeature } from '../wire/access-policy.ts';
import {
  closeCodes,
  encodeWelcome,
  linksFeature,
  resumeFeature,
  spoolFeature,
  type Hello,
} from '../wire/handshake.ts';
import { maxLinks } from '../wire/limits.ts';
import { grantedName, ownHolder, type Grant } from './access.ts';
import { ClientConnection } from './client-connection.ts';
import { Dials, type DialsOptions, type Guest } from './dials.ts';
import { GRACE_MS, MAX_CLIENTS } from './limits.ts';
import { LinksRegistry } from './links-registry.ts';
import type { RelayMemory } from './memory.ts';
import type { Claim, Names } from './names.ts';
import { hashOwner, isSameOwner } from './owner-hash.ts';
import type { RelayEvents } from './relay-options.ts';
import type { Spool } from './spool.ts';
import type { TunnelLinks } from './tunnel-links.ts';

/** What the clients of a relay share. */
export interface ClientsOptions extends Omit<DialsOptions, 'welcome'> {
  readonly names: Names<TunnelLinks>;
  readonly memory: RelayMemory;
  readonly events: EventEmitter<RelayEvents>;
  readonly urlOf: (name: string) => string;
  /** Keeps requests for clients that are away; undefined where the relay does not. */
  readonly spool: () => Spool | undefined;
}

interface Resumable {
  readonly connection: ClientConnection;
  readonly links: TunnelLinks;
}

/** The clients that were let in: gives them their names, and goes on with the sessions that they lost. */
export class Clients {
  readonly #options: ClientsOptions;
  readonly #dials: Dials;
  readonly #connections = new Set<ClientConnection>();
  /** What those were let in by who may have to leave: their token is revoked, or none was asked for yet. */
  readonly #granted = new Map<ClientConnection, Grant>();
  /** Sessions that their clients may go on with, by id. */
  readonly #sessions = new Map<string, Resumable>();
  readonly #links = new LinksRegistry();

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#dials = new Dials({
      ...options,
      welcome: (socket, hello, guest) => this.#welcome(socket, hello, guest),
    });
  }

  /** Takes over a public connection from `remote`; `bytes`, which have been read, are its upgrade request. */
  accept(socket: Socket, bytes: Buffer, remote: string): void {
    this.#dials.accept(socket, bytes, remote);
  }

  /** Keepalive of every client. */
  tick(now: number): void {
    for (const connection of this.#connections) connection.tick(now);
  }

  /** Sends those away whose token was revoked or is over. */
  async review(): Promise<void> {
    const { access } = this.#options;
    /** Asked once for all that came in with the same token. */
    const verdicts = new Map<string | undefined, boolean>();
    for (const [connection, grant] of this.#granted) {
      const known = verdicts.get(grant.id);
      const stays = known ?? (await access.mayStay(grant).catch(() => true));
      verdicts.set(grant.id, stays);
      if (!stays)
        connection.sendAway(
          grant.isOpen === true ? 'the relay asks for a token now' : 'its token is no longer valid',
        );
    }
  }

  /** Asks every client that can to be elsewhere before the relay ends, and takes no more. */
  announceGoAway(deadlineMs: number): void {
    this.#dials.drain();
    for (const connection of this.#connections)
      connection.announceGoAway('the relay ends', deadlineMs);
  }

  /** Tells every client that the relay ends. */
  goAway(deadlineMs: number): void {
    for (const connection of this.#connections) connection.goAway('the relay ends', deadlineMs);
  }

  /** Closes every client and waits until they are gone. */
  async close(): Promise<void> {
    await this.#dials.close();
    // Also those just closed: to a session that can go on, a connection that is cut is only lost.
    for (const connection of this.#connections) connection.leave('the relay ends');
  }

  #welcome(socket: WebSocket, hello: Hello, guest: Guest): void {
    const { remote, grant } = guest;
    const { now } = this.#options;
    if (hello.resume && this.#resume(socket, hello, guest)) return;
    if (this.#connections.size >= MAX_CLIENTS)
      throw new WxDevError('WXD4011', {
        limit: { en: 'links of clients', zh: '客户端连接' },
        max: MAX_CLIENTS,
      });
    const ownerHash = hashOwner(hello.owner);
    const hasLinks = hello.tunnel !== undefined && hello.features.includes(linksFeature);
    const links = this.#links.linksFor(
      hasLinks ? hello : { ...hello, tunnel: undefined },
      ownerHash,
    );
    const { name, replaced } = this.#claim(links, hello, grant);
    // A client that counts wrongly, or has lost more links than we have noticed.
    const { oldest } = links;
    if (oldest && links.size >= maxLinks) {
      oldest.sendAway('it has newer links');
      // Its end takes a while: the next link must not send away the same one again.
      links.remove(oldest);
    }
    const isResumable = hello.features.includes(resumeFeature);
    const { memory } = this.#options;
    const options = { socket, isResumable, hasLinks, memory, now: now() };
    const connection = new ClientConnection(options);
    links.name = name;
    links.spoolPath = this.#spoolPathOf(hello);
    links.add(connection);
    this.#links.noteHolder(links);
    this.#connections.add(connection);
    this.#noteGrant(connection, grant);
    this.#endSuspended(links);
    const session = randomUUID();
    if (isResumable) this.#sessions.set(session, { connection, links });
    this.#watch(connection, links, session);
    this.#sendWelcome(socket, hello, links, { session, hasLinks });
    if (replaced !== links) replaced?.supersede();
    this.#serve(links, remote);
  }

  /** What was given for good needs no second look. */
  #noteGrant(connection: ClientConnection, grant: Grant): void {
    if (grant.id !== undefined || grant.isOpen === true) this.#granted.set(connection, grant);
    else this.#granted.delete(connection);
  }

  /** Gives `links` their name; those that get none are forgotten. @throws WXD4004, WXD4005, WXD4009, WXD4011, WXD4031 */
  #claim(links: TunnelLinks, hello: Hello, grant: Grant): Claim<TunnelLinks> {
    const { names, now } = this.#options;
    try {
      const wanted = grantedName(hello.name, grant);
      links.guard(hello.access, grant.quota);
      links.holder = grant.holder ?? ownHolder(links.ownerHash);
      return names.claim(wanted, hello.owner, links, now(), links.holder);
    } catch (error) {
      this.#links.tidy(links);
      throw error;
    }
  }

  /** What is kept while the client is away: nobody could ask it then whom its policy lets in. */
  #spoolPathOf({ features, spool, access }: Hello): string | undefined {
    if (!this.#options.spool() || !features.includes(spoolFeature)) return undefined;
    const isOpen = access === undefined || access.openPaths.some((path) => path === spool);
    return isOpen ? spool : undefined;
  }

  #watch(connection: ClientConnection, links: TunnelLinks, session: string): void {
    connection.onSuspended = (reason) => this.#noteLoss(links, reason, true);
    connection.onGone = ({ reason, isExpected }) => {
      this.#connections.delete(connection);
      this.#granted.delete(connection);
      this.#sessions.delete(session);
      links.remove(connection);
      this.#noteLoss(links, reason, isExpected);
      this.#links.tidy(links);
    };
  }

  /** Requests may go to `links`; those that waited for them go now. */
  #serve(links: TunnelLinks, remote: string): void {
    const { names, events, urlOf } = this.#options;
    const { name } = links;
    if (!links.isServing) events.emit('tunnel-open', { name, url: urlOf(name), remote });
    links.isServing = true;
    names.announce(name);
    this.#options.spool()?.arrived(links, links.spoolPath);
  }

  /** One of `links` is lost; with the last one the client is away. */
  #noteLoss(links: TunnelLinks, reason: string, isExpected: boolean): void {
    if (links.isUp) return;
    const { names, events, now } = this.#options;
    const { name } = links;
    names.release(name, links, isExpected, now());
    if (links.isServing) events.emit('tunnel-closed', { name, reason });
    links.isServing = false;
    if (links.spoolPath !== undefined) this.#options.spool()?.left(links);
  }

  /** Goes on with the session that the client lost, if it is still here. */
  #resume(socket: WebSocket, hello: Hello, { remote, grant }: Guest): boolean {
    const { names, now } = this.#options;
    const { session, received } = hello.resume ?? { session: '', received: 0 };
    const known = this.#sessions.get(session);
    if (!known?.connection.mayResume) return false;
    const { connection, links } = known;
    if (!isSameOwner(links.ownerHash, hashOwner(hello.owner))) return false;
    const { name } = links;
    // Another token than the one it began with may cover less.
    grantedName(name, grant);
    this.#noteGrant(connection, grant);
    links.guard(hello.access, grant.quota);
    connection.detach();
    const own = connection.link.received;
    // Before anything of the session: it is what the client reads first.
    const hasLinks = links.tunnel !== undefined;
    this.#sendWelcome(socket, hello, links, { session, hasLinks, received: own });
    if (!connection.goOn(socket, received, now())) {
      socket.close(closeCodes.violation);
      return true;
    }
    names.claim(name, hello.owner, links, now(), links.holder);
    this.#serve(links, remote);
    return true;
  }

  /** A client that begins anew has forgotten what it was asked before: whoever waits for that is told now. */
  #endSuspended(links: TunnelLinks): void {
    for (const { connection, links: other } of this.#sessions.values())
      if (other !== links && other.name === links.name && connection.link.isSuspended)
        connection.leave('its client was started anew');
  }

  #sendWelcome(
    socket: WebSocket,
    hello: Hello,
    links: TunnelLinks,
    given: { session: string; hasLinks: boolean; received?: number },
  ): void {
    const { hasLinks, ...welcome } = given;
    const { name, spoolPath } = links;
    const keeps = spoolPath !== undefined;
    const features = FEATURES.filter(
      (feature) =>
        hello.features.includes(feature) &&
        (hasLinks || feature !== linksFeature) &&
        (keeps || feature !== spoolFeature),
    );
    const url = this.#options.urlOf(name);
    const waiting = keeps ? this.#options.spool()?.waiting(links) : undefined;
    const graceMs = GRACE_MS;
    socket.send(encodeWelcome({ protocol: 1, ...welcome, name, url, features, graceMs, waiting }));
  }
}

/** Extensions that this relay speaks. */
const FEATURES: readonly string[] = [resumeFeature, linksFeature, accessFeature, spoolFeature];

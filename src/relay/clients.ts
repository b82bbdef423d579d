import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { accessFeature } from '../wire/access-policy.ts';
import {
  chooseSubprotocol,
  closeCodes,
  decodeHello,
  encodeRefused,
  encodeWelcome,
  formatVersionRefusal,
  linksFeature,
  resumeFeature,
  spoolFeature,
  type Hello,
} from '../wire/handshake.ts';
import { findHeadEnd, parseRequestHead } from '../wire/head.ts';
import { maxIncomingMessageBytes, maxLinks } from '../wire/limits.ts';
import { grantedName, ownHolder, type Access, type Grant } from './access.ts';
import { ClientConnection } from './client-connection.ts';
import {
  CLOSE_TIMEOUT_MS,
  GRACE_MS,
  HELLO_TIMEOUT_MS,
  LINGER_MS,
  MAX_CLIENTS,
  MAX_SILENT_CLIENTS,
} from './limits.ts';
import { LinksRegistry } from './links-registry.ts';
import type { RelayMemory } from './memory.ts';
import type { Claim, Names } from './names.ts';
import type { RelayEvents } from './relay.ts';
import { SilentDials } from './silent-dials.ts';
import type { Spool } from './spool.ts';
import type { TunnelLinks } from './tunnel-links.ts';
import type { Visitors } from './visitors.ts';
import { WebSocketServer } from './web-socket.ts';

/** What the clients of a relay share. */
export interface ClientsOptions {
  readonly names: Names<TunnelLinks>;
  readonly access: Access;
  readonly visitors: Visitors;
  readonly memory: RelayMemory;
  /** Whether a client must have shown a certificate that TLS found good. */
  readonly needsCertificate: boolean;
  readonly events: EventEmitter<RelayEvents>;
  readonly logger: Logger;
  readonly urlOf: (name: string) => string;
  readonly now: () => number;
  /** Keeps requests for clients that are away; undefined where the relay does not. */
  readonly spool: () => Spool | undefined;
}

/** Who dials, before anything was said. */
interface Caller {
  readonly remote: string;
  /** Whose certificate it showed, as `Grant.holder`, where one is needed. */
  readonly certificate: string | undefined;
}

interface Visitor {
  readonly remote: string;
  readonly grant: Grant;
}

interface Resumable {
  readonly connection: ClientConnection;
  readonly links: TunnelLinks;
}

/** Takes the connections on which clients dial, lets in who may come, and gives them their names. */
export class Clients {
  readonly #options: ClientsOptions;
  readonly #webSockets: WebSocketServer;
  readonly #sockets = new Set<WebSocket>();
  /** Those that have not introduced themselves, oldest first. */
  readonly #silent = new SilentDials<WebSocket>();
  readonly #connections = new Set<ClientConnection>();
  /** What those were let in by who may have to leave: their token is revoked, or none was asked for yet. */
  readonly #granted = new Map<ClientConnection, Grant>();
  /** Sessions that their clients may go on with, by id. */
  readonly #sessions = new Map<string, Resumable>();
  readonly #links = new LinksRegistry();
  #isDraining = false;

  constructor(options: ClientsOptions) {
    this.#options = options;
    const settings = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      skipUTF8Validation: true,
      maxPayload: maxIncomingMessageBytes,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols: (offered: Set<string>) => chooseSubprotocol([...offered].join(',')) ?? false,
    };
    this.#webSockets = new WebSocketServer(settings);
  }

  /** Takes over a public connection from `remote`; `bytes`, which have been read, are its upgrade request. */
  accept(socket: Socket, bytes: Buffer, remote: string): void {
    const end = findHeadEnd(bytes);
    this.#upgrade(upgradeRequest(bytes.subarray(0, end), socket), bytes.subarray(end), remote);
    socket.resume();
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
    this.#isDraining = true;
    for (const connection of this.#connections)
      connection.announceGoAway('the relay ends', deadlineMs);
  }

  /** Tells every client that the relay ends. */
  goAway(deadlineMs: number): void {
    for (const connection of this.#connections) connection.goAway('the relay ends', deadlineMs);
  }

  /** Closes every client and waits until they are gone. */
  async close(): Promise<void> {
    const gone = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const socket of this.#sockets) {
      socket.close(closeCodes.goingAway);
      // A peer that does not answer the close frame holds nobody up.
      socket.terminate();
    }
    await Promise.all(gone);
    // Also those just closed: to a session that can go on, a connection that is cut is only lost.
    for (const connection of this.#connections) connection.leave('the relay ends');
    this.#webSockets.close();
  }

  #upgrade(request: IncomingMessage, head: Buffer, remote: string): void {
    const { socket } = request;
    if (chooseSubprotocol(request.headers['sec-websocket-protocol']) === undefined) {
      answer(socket, '426 Upgrade Required', formatVersionRefusal());
      return;
    }
    if (this.#isDraining) {
      answer(socket, '503 Service Unavailable', JSON.stringify({ code: 'WXD4061' }));
      return;
    }
    if (this.#sockets.size >= MAX_CLIENTS + MAX_SILENT_CLIENTS) {
      answer(socket, '503 Service Unavailable', JSON.stringify({ code: 'WXD4011' }));
      return;
    }
    if (this.#options.needsCertificate && !hasCertificate(socket)) {
      answer(socket, '403 Forbidden', JSON.stringify({ code: 'WXD5029' }));
      return;
    }
    socket.setNoDelay(true);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#awaitHello(webSocket, { remote, certificate: certificateHolder(socket) }),
    );
  }

  #awaitHello(socket: WebSocket, caller: Caller): void {
    const { remote } = caller;
    this.#sockets.add(socket);
    this.#silent.add(socket, remote)?.terminate();
    let timer: NodeJS.Timeout | undefined = setTimeout(() => socket.terminate(), HELLO_TIMEOUT_MS);
    timer.unref();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#silent.delete(socket);
      clearTimeout(timer);
    });
    // 'close' follows and is what counts; without a listener a peer's reset would end the process.
    socket.on('error', (error) =>
      this.#options.logger.debug('client connection failed', { remote, error: error.message }),
    );
    socket.once('message', (message: Buffer) => {
      clearTimeout(timer);
      timer = undefined;
      this.#silent.delete(socket);
      void this.#greet(socket, message, caller);
    });
  }

  async #greet(socket: WebSocket, message: Buffer, { remote, certificate }: Caller): Promise<void> {
    try {
      const hello = decodeHello(message);
      let isEarly = false;
      const onEarly = (): void => {
        isEarly = true;
      };
      socket.on('message', onEarly);
      const grant = await this.#enter(hello.token, remote);
      socket.off('message', onEarly);
      // It may have left while its token was looked up.
      if (socket.readyState !== socket.OPEN) return;
      // Nothing comes before WELCOME: what it sent is lost.
      if (isEarly) socket.close(closeCodes.violation);
      else this.#welcome(socket, hello, { remote, grant: { holder: certificate, ...grant } });
    } catch (cause) {
      const error = isWxDevError(cause)
        ? cause
        : new WxDevError('WXD4003', { relay: 'relay', sent: true }, { cause });
      this.#options.logger.info('client refused', { remote, code: error.code });
      const retryAfterMs = isWxDevError(error, 'WXD4046') ? error.details.waitS * 1_000 : undefined;
      socket.send(encodeRefused({ code: error.code, message: error.message, retryAfterMs }));
      socket.close(closeCodes.refused, error.code);
    }
  }

  /**
   * What the holder of `token` may do. Who tries one after the other has to wait, longer each time, also with the right one.
   * @throws WXD4003, WXD4046
   */
  async #enter(token: string | undefined, remote: string): Promise<Grant> {
    const { access, visitors, now } = this.#options;
    const isTried = token !== undefined && visitors.watches(remote);
    const visitor = isTried ? visitors.from(remote) : undefined;
    const waitMs = visitor?.tokenWaitMs(now()) ?? 0;
    if (waitMs > 0)
      throw new WxDevError('WXD4046', { relay: 'relay', waitS: Math.ceil(waitMs / 1_000) });
    try {
      const grant = await access.enter(token);
      visitor?.rightToken();
      return grant;
    } catch (error) {
      visitor?.wrongToken(now());
      throw error;
    }
  }

  #welcome(socket: WebSocket, hello: Hello, visitor: Visitor): void {
    const { remote, grant } = visitor;
    const { now } = this.#options;
    if (hello.resume && this.#resume(socket, hello, visitor)) return;
    if (this.#connections.size >= MAX_CLIENTS)
      throw new WxDevError('WXD4011', {
        limit: { en: 'links of clients', zh: '客户端连接' },
        max: MAX_CLIENTS,
      });
    const ownerHash = hash(hello.owner);
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
      links.holder = grant.holder ?? ownHolder(links.ownerHash.toString('hex'));
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
  #resume(socket: WebSocket, hello: Hello, { remote, grant }: Visitor): boolean {
    const { names, now } = this.#options;
    const { session, received } = hello.resume ?? { session: '', received: 0 };
    const known = this.#sessions.get(session);
    if (!known?.connection.mayResume) return false;
    const { connection, links } = known;
    if (!timingSafeEqual(links.ownerHash, hash(hello.owner))) return false;
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

/**
 * The request as ws wants it, without a server of Node's.
 *
 * @throws WXD4012, which nobody sees: a head that was not understood is never handed over
 */
function upgradeRequest(head: Buffer, socket: Socket): IncomingMessage {
  const { method, target, fields } = parseRequestHead(head);
  const headers: Record<string, string> = {};
  for (const [, value, key] of fields)
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  // All that ws reads of it.
  return { method, url: target, headers, socket } as unknown as IncomingMessage;
}

/** Whether TLS has found the client's certificate good: issued by the authority of clients, not expired, not revoked. */
function hasCertificate(socket: Socket): boolean {
  return socket instanceof TLSSocket && socket.authorized;
}

/** Its holder has the same name when it is renewed. */
function certificateHolder(socket: Socket): string | undefined {
  if (!hasCertificate(socket) || !(socket instanceof TLSSocket)) return undefined;
  const { subject = '' } = socket.getPeerX509Certificate() ?? {};
  return `cert:${hash(subject).toString('hex').slice(0, 32)}`;
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The socket is half-open by default and nobody watches it any more: whoever does not hang up is hung up on. */
function answer(socket: Socket, status: string, json: string): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  socket
    .resume()
    .end(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\nConnection: close\r\n\r\n${json}`,
    );
}

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import {
  chooseSubprotocol,
  closeCodes,
  decodeHello,
  encodeRefused,
  formatVersionRefusal,
  type Hello,
} from '../wire/handshake.ts';
import { findHeadEnd, parseRequestHead } from '../wire/head.ts';
import { maxIncomingMessageBytes } from '../wire/limits.ts';
import type { Access, Grant } from './access.ts';
import {
  CLOSE_TIMEOUT_MS,
  HELLO_TIMEOUT_MS,
  LINGER_MS,
  MAX_CLIENTS,
  MAX_SILENT_CLIENTS,
} from './limits.ts';
import { SilentPeers } from './silent-peers.ts';
import type { Visitors } from './visitors.ts';
import { WebSocketServer } from './web-socket.ts';

/** A client that was let in. */
export interface Guest {
  readonly remote: string;
  readonly grant: Grant;
}

/** What dials need. */
export interface DialsOptions {
  readonly access: Access;
  readonly visitors: Visitors;
  /** Whether a client must have shown a certificate that TLS found good. */
  readonly needsCertificate: boolean;
  readonly logger: Logger;
  readonly now: () => number;
  /** Goes on with a client that has said who it is, and may come in. What it throws is told to the client. */
  welcome(socket: WebSocket, hello: Hello, guest: Guest): void;
}

/** Who dials, before anything was said. */
interface Caller {
  readonly remote: string;
  /** Whose certificate it showed, as `Grant.holder`, where one is needed. */
  readonly certificate: string | undefined;
}

/** The connections on which clients dial: from the upgrade to a hello with a token that is good. */
export class Dials {
  readonly #options: DialsOptions;
  readonly #webSockets: WebSocketServer;
  readonly #sockets = new Set<WebSocket>();
  /** Those that have not introduced themselves, oldest first. */
  readonly #silent = new SilentPeers<WebSocket>();
  #isDraining = false;

  constructor(options: DialsOptions) {
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

  /** Lets nobody in any more: the relay ends. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Closes every connection, also of those that were let in, and waits until they are gone. */
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
    this.#silent.add(socket, remote, MAX_SILENT_CLIENTS)?.terminate();
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
      else
        this.#options.welcome(socket, hello, { remote, grant: { holder: certificate, ...grant } });
    } catch (cause) {
      const error = this.#forClient(cause, remote);
      this.#options.logger.info('client refused', { remote, code: error.code });
      const retryAfterMs = isWxDevError(error, 'WXD4046') ? error.details.waitS * 1_000 : undefined;
      socket.send(encodeRefused({ code: error.code, message: error.message, retryAfterMs }));
      socket.close(closeCodes.refused, error.code);
    }
  }

  /** What a client is told: never what is wrong with the relay itself, which passes or is mended, and is nobody else's business. */
  #forClient(cause: unknown, remote: string): WxDevError {
    if (isWxDevError(cause) && cause.code.startsWith('WXD4')) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#options.logger.error('cannot look at the token of a client', { remote, reason });
    const limit = { en: 'faults of the relay', zh: '中继故障' };
    return new WxDevError('WXD4011', { limit, max: undefined });
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
      // Not where it could not be looked up.
      if (isWxDevError(error, 'WXD4003')) visitor?.wrongToken(now());
      throw error;
    }
  }
}

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
  return `cert:${createHash('sha256').update(subject).digest('hex').slice(0, 32)}`;
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

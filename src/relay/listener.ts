import { once } from 'node:events';
import {
  createServer as createPlainServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer, Server as TlsServer, type TLSSocket } from 'node:tls';
import { outliveAcceptErrors } from '../core/accept-errors.ts';
import { WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import {
  secureContextOf,
  trackClients,
  type RefusesClient,
  type ServerTls,
} from '../core/server-tls.ts';
import { TCP_KEEP_ALIVE_MS, TLS_HANDSHAKE_MS } from './limits.ts';
import type { Seat } from './connection-budget.ts';
import { linger } from './linger.ts';
import type { SniCallback } from './sni.ts';

/** Where to listen and with what. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: (ServerTls & { readonly sni?: SniCallback | undefined }) | undefined;
  /** Called for each connection before anything is read from it; gives its place, or what to answer (where TLS hides nothing) before closing. */
  readonly admit: (socket: Socket) => Seat | Buffer;
  readonly onConnection: (socket: Socket, seat: Seat) => void;
  readonly logger: Logger;
}

/** A port that is listened on. */
export interface Listener {
  readonly port: number;
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** Serves another certificate from the next connection on, and cuts clients that `refuses` names. Does nothing without TLS. */
  renewTls(tls: ServerTls, refuses?: RefusesClient): void;
  /** Takes no more connections; those that are open go on. */
  stop(): void;
  /** Stops listening and cuts what is still open. */
  close(): Promise<void>;
}

/**
 * Listens, for TLS with HTTP/1.1 only.
 *
 * @throws WXD6003 when the port is taken or forbidden, WXD6001 when the address is not one of this machine
 */
export async function listen({
  host,
  port,
  tls,
  admit,
  onConnection,
  logger,
}: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  // A client may end its side after the request and still wait for the answer.
  const shared = {
    allowHalfOpen: true,
    noDelay: true,
    // An upgraded connection may be quiet for hours; a visitor that lost its network never says so.
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
  };
  const server = tls
    ? createTlsServer({
        ...shared,
        ...secureContextOf(tls),
        ...(tls.sni ? { SNICallback: tls.sni } : {}),
        // Asked of everybody, demanded of nobody: only who dials a tunnel has to have one.
        ...(tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
        ALPNProtocols: ['http/1.1'],
        minVersion: 'TLSv1.2',
        handshakeTimeout: TLS_HANDSHAKE_MS,
      })
    : createPlainServer(shared);
  /** Places of those in a TLS handshake, by their addresses: what comes out of it is another object. */
  const seats = new Map<string, Seat>();
  // The raw connections, those in a TLS handshake too.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Not `once`, which would keep three objects more for as long as the connection lasts; the same elsewhere.
    socket.on('close', () => sockets.delete(socket));
    const seat = admit(socket);
    if (Buffer.isBuffer(seat)) turnAway(socket, tls ? undefined : seat);
    else if (!tls) onConnection(socket, seat);
    else awaitHandshake(seats, socket, seat);
  });
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
  if (tls)
    server.on('secureConnection', (socket: TLSSocket) => {
      const seat = seats.get(addressesOf(socket));
      if (seat) onConnection(socket, seat);
      else socket.destroy();
    });
  const cut = server instanceof TlsServer ? trackClients(server) : undefined;
  await bind(server, host, port);
  outliveAcceptErrors(server, logger);
  // `listen` on a TCP port gives an AddressInfo; only pipes give a string.
  const address = server.address() as AddressInfo;
  let stopped: Promise<unknown> | undefined;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    port: address.port,
    url: `${tls ? 'https' : 'http'}://${shownHost}:${address.port}`,
    renewTls: (next, refuses) => {
      if (!(server instanceof TlsServer)) return;
      server.setSecureContext(secureContextOf(next));
      if (refuses) cut?.(refuses);
    },
    stop: () => {
      stopped ??= once(server, 'close');
      server.close();
    },
    close: async () => {
      const closed = (stopped ??= once(server, 'close'));
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function awaitHandshake(seats: Map<string, Seat>, socket: Socket, seat: Seat): void {
  const addresses = addressesOf(socket);
  seats.set(addresses, seat);
  socket.once('close', () => {
    // The same addresses may be in use again.
    if (seats.get(addresses) === seat) seats.delete(addresses);
  });
}

/** Both ends of a connection: no other one of this port has the same. */
function addressesOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

/** A handshake costs more than all else: who gets none learns no reason. */
function turnAway(socket: Socket, answer: Buffer | undefined): void {
  socket.on('error', () => socket.destroy());
  if (answer === undefined) {
    socket.destroy();
    return;
  }
  socket.write(answer);
  linger(socket);
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  const listening = once(server, 'listening');
  server.listen({ host, port });
  try {
    await listening;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE' || code === 'EACCES')
      throw new WxDevError(
        'WXD6003',
        { host, port, run: 'wx-dev relay --port 0' },
        { cause: error },
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new WxDevError(
        'WXD6001',
        { source: { name: '--host' }, received: host, expected: 'an address of this machine' },
        { cause: error },
      );
    throw error;
  }
}

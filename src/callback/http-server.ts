import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { outliveAcceptErrors } from '../core/accept-errors.ts';
import { WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { CloseReason } from '../core/resources.ts';
import { secureContextOf, type ServerTls } from '../core/server-tls.ts';
import { HttpConnection, type ConnectionContext } from './http-connection.ts';
import { drainCheckMs, maxConnections, sweepMs, tlsHandshakeMs } from './limits.ts';
import { passUpgrade } from './pass-upgrade.ts';
import { createRouter, type RouterOptions } from './router.ts';

/** A server and the connections it has. */
export interface HttpServer {
  readonly server: Server;
  /** Takes no new connection, and closes those on which no push is under way. */
  readonly stopTaking: () => void;
  /** Whether pushes are under way. */
  readonly isBusy: () => boolean;
  /** Closes every connection. */
  readonly cut: () => void;
}

/** Creates the HTTP or HTTPS server, with every limit set, that gives requests to the router. */
export function createHttpServer(options: RouterOptions, tls: ServerTls | undefined): HttpServer {
  const connections = new Set<HttpConnection>();
  /** Those in a TLS handshake, too, and those of upgrades. */
  const sockets = new Set<Socket>();
  let isDraining = false;
  const { target } = options;
  const context: ConnectionContext = {
    onExchange: createRouter(options),
    onUpgrade: target && ((request) => passUpgrade(request, { ...options, target })),
    date: createDate(),
    isDraining: () => isDraining,
    forget: (connection) => void connections.delete(connection),
  };
  const onConnection = (socket: Socket): void => {
    connections.add(new HttpConnection(socket, context));
  };
  const server = tls
    ? createTlsServer({ noDelay: true, ...tlsOptions(tls) }, onConnection)
    : createServer({ noDelay: true }, onConnection);
  server.maxConnections = maxConnections;
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.once('listening', () => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (const connection of connections) connection.sweep(now);
    }, sweepMs).unref();
    server.once('close', () => clearInterval(timer));
  });
  return {
    server,
    stopTaking: () => {
      if (isDraining) return;
      isDraining = true;
      server.close();
      for (const connection of connections) if (!connection.isBusy) connection.destroy();
    },
    isBusy: () => [...connections].some((connection) => connection.isBusy),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Clients without a certificate are refused in the handshake, before any byte of theirs is read as HTTP. */
function tlsOptions(tls: ServerTls): object {
  const clients = tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  return {
    ...secureContextOf(tls),
    ...clients,
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: tlsHandshakeMs,
  };
}

/** The date as HTTP writes it (RFC 9110 §5.6.7), formatted once a second. */
function createDate(): () => string {
  let [second, text] = [0, ''];
  return () => {
    const now = Date.now();
    if (Math.floor(now / 1000) === second) return text;
    second = Math.floor(now / 1000);
    text = new Date(now).toUTCString();
    return text;
  };
}

/**
 * Binds `server` and gives its port.
 *
 * @throws WXD6001 for a host that is not this machine's, WXD6003 for a port that is taken
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(listenError(cause, host, port));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const { code = '' } = cause;
  if (['EADDRINUSE', 'EACCES'].includes(code))
    return new WxDevError('WXD6003', { host, port, run: 'wx-dev serve --port 0' }, { cause });
  if (!['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) return cause;
  const expected = {
    en: 'an address of this machine, such as 127.0.0.1',
    zh: '本机的地址，如 127.0.0.1',
  };
  return new WxDevError(
    'WXD6001',
    { source: { name: '--host' }, received: host, expected },
    { cause },
  );
}

/** The URL this machine reaches `host` by: listening on every address is not an address. */
export function urlOf(scheme: 'http' | 'https', host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** How a listening server ends. */
export interface Lifetime {
  readonly closed: Promise<CloseReason>;
  /** At once, whatever is under way. */
  readonly close: () => Promise<void>;
  /** Takes nothing new; resolves when no push is under way any more, after `ms` milliseconds at the latest. */
  readonly drain: (ms: number) => Promise<void>;
}

/**
 * How a listening server ends: by `close` or `signal`, never by a connection that it cannot accept. `closing` fires first, for the work in
 * hand; it is over only when `settled` says that of the work that no connection waits for.
 */
export function lifetime(
  { server, stopTaking, isBusy, cut }: HttpServer,
  closing: AbortController,
  signal: AbortSignal | undefined,
  settled: () => Promise<void> | undefined,
  logger: Logger,
): Lifetime {
  const ended = new Promise<void>((resolve) => {
    server.once('close', resolve);
  }).then(settled);
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    if (!closing.signal.aborted) {
      closing.abort();
      stopTaking();
      // Requests that hang would keep the port's connections open for as long as the app likes.
      cut();
    }
    return ended;
  };
  const onAbort = (): void => void close();
  outliveAcceptErrors(server, logger);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const closed = ended.then((): CloseReason => ({ type: 'closed' }));
  return { closed, close, drain: (ms) => drain(stopTaking, isBusy, closing.signal, ms) };
}

async function drain(
  stopTaking: () => void,
  isBusy: () => boolean,
  closing: AbortSignal,
  ms: number,
): Promise<void> {
  const end = performance.now() + ms;
  // Requests that the system has already received are read first.
  await setImmediate();
  stopTaking();
  while (!closing.aborted && isBusy() && performance.now() < end) await sleep(drainCheckMs);
}

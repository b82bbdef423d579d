import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { WxDevError } from '../core/errors.ts';
import type { CloseReason } from '../core/resources.ts';
import { secureContextOf, type ServerTls } from '../core/server-tls.ts';
import {
  headersTimeoutMs,
  maxConnections,
  maxHeaderBytes,
  requestTimeoutMs,
  timeoutCheckMs,
  tlsHandshakeMs,
} from './limits.ts';
import { passUpgrade } from './pass-upgrade.ts';
import { createRouter, type RouterOptions } from './router.ts';

/** Creates the HTTP or HTTPS server, with every limit set, that gives requests to the router. */
export function createHttpServer(
  options: RouterOptions,
  tls: ServerTls | undefined,
): Server | TlsServer {
  const router = createRouter(options);
  const { target } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // An error event of either would end the process; what it means is seen from `close`.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    void router(request, response);
  };
  const limits = {
    insecureHTTPParser: false,
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: timeoutCheckMs,
  };
  const server = tls
    ? createTlsServer({ ...limits, ...tlsOptions(tls) }, onRequest)
    : createServer(limits, onRequest);
  server.maxConnections = maxConnections;
  if (target) {
    server.on('upgrade', (request, socket, head) => {
      passUpgrade(request, socket, head, { ...options, target });
    });
  }
  return server;
}

/** Clients without a certificate are refused in the handshake, before any byte of theirs is read as HTTP. */
function tlsOptions(tls: ServerTls): object {
  const clients = tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  return {
    ...secureContextOf(tls),
    ...clients,
    minVersion: 'TLSv1.2',
    handshakeTimeout: tlsHandshakeMs,
  };
}

/**
 * Binds `server` and gives its port.
 *
 * @throws WXD6001 for a host that is not this machine's, WXD6003 for a port that is taken
 */
export function listen(server: Server | TlsServer, host: string, port: number): Promise<number> {
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

/**
 * How a listening server ends: `close`, `signal`, or an error of its own. `closing` fires first, for the work in hand; it is over only
 * when `settled` says that of the work that no connection waits for.
 */
export function lifetime(
  server: Server | TlsServer,
  closing: AbortController,
  signal: AbortSignal | undefined,
  settled: () => Promise<void> | undefined,
): { closed: Promise<CloseReason>; close: () => Promise<void> } {
  let failure: { readonly error: unknown } | undefined;
  const ended = new Promise<void>((resolve) => {
    server.once('close', resolve);
  }).then(settled);
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    if (!closing.signal.aborted) {
      closing.abort();
      server.close();
      // Requests that hang would keep the port's connections open for as long as the app likes.
      server.closeAllConnections();
    }
    return ended;
  };
  const onAbort = (): void => void close();
  server.on('error', (error) => {
    failure ??= { error };
    onAbort();
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const closed = ended.then((): CloseReason =>
    failure ? { type: 'failed', ...failure } : { type: 'closed' },
  );
  return { closed, close };
}

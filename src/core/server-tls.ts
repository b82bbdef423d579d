import type { X509Certificate } from 'node:crypto';

/** TLS of a server; all PEM. */
export interface ServerTls {
  /** Certificate chain. */
  readonly cert: string;
  readonly key: string;
  /** Authority of clients: only who has a certificate of it is let in. */
  readonly clientCa?: string | undefined;
  /** Revocation list of that authority. An expired one keeps everybody out. */
  readonly crl?: string | undefined;
}

/** `tls` as `node:tls` names it, for `createServer` and `setSecureContext`. */
export function secureContextOf({ cert, key, clientCa, crl }: ServerTls): {
  cert: string;
  key: string;
  ca?: string;
  crl?: string;
} {
  return {
    cert,
    key,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    ...(crl === undefined ? {} : { crl }),
  };
}

/** What is needed of a TLS server, so that this room needs no sockets. */
interface TlsServer {
  on(event: 'secureConnection', listener: (socket: ClientSocket) => void): unknown;
}

interface ClientSocket {
  getPeerX509Certificate(): X509Certificate | undefined;
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Whether a client's certificate no longer counts. */
export type RefusesClient = (certificate: X509Certificate) => boolean;

/**
 * Keeps an eye on the open connections of `server` and gives what cuts those whose client showed a certificate that is refused by
 * now: TLS looks at certificates in the handshake only, so a client that is revoked would stay as long as it likes.
 */
export function trackClients(server: TlsServer): (refuses: RefusesClient) => void {
  const open = new Set<ClientSocket>();
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return (refuses) => {
    for (const socket of open) {
      const certificate = socket.getPeerX509Certificate();
      if (certificate && refuses(certificate)) socket.destroy();
    }
  };
}

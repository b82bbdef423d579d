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

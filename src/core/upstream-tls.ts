import { isIP } from 'node:net';
import * as tls from 'node:tls';

/** How a server of the user's is spoken to. */
export interface UpstreamOptions {
  /** Value of Host: a host with or without port, or `rewrite` for that of the server. Absent: Host stays as it was sent. */
  readonly hostHeader?: string | undefined;
  /** PEM certificates trusted for an `https:` server besides the public roots and those of the system. */
  readonly ca?: readonly string[] | undefined;
  /** Takes any certificate of an `https:` server. @default false */
  readonly insecure?: boolean | undefined;
}

/**
 * What `tls.connect` needs for `host`: which certificate to ask for by SNI, and which name to find in it: the one that requests are
 * for, else the server's own.
 *
 * @returns a function, since reading some 150 roots takes longer than a handshake: done once, and only when there is a connection
 */
export function upstreamTls(
  host: string,
  { hostHeader, ca, insecure }: UpstreamOptions,
): () => tls.ConnectionOptions {
  const asked = hostHeader === undefined || hostHeader === 'rewrite' ? host : nameOf(hostHeader);
  const options: tls.ConnectionOptions = {
    rejectUnauthorized: insecure !== true,
    ALPNProtocols: ['http/1.1'],
    // RFC 6066 §3: SNI carries names only. Absent, a client of node:https would take the name from Host, which is the public one.
    servername: isIP(asked) === 0 ? asked : '',
    checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(asked, certificate),
  };
  let secureContext: tls.SecureContext | undefined;
  return () => {
    secureContext ??= tls.createSecureContext({ ca: trustedRoots(ca) });
    return { ...options, secureContext };
  };
}

function nameOf(hostHeader: string): string {
  return hostHeader.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** What Node has and the system's store, which Node reads from 22.15 on, and `more`. */
function trustedRoots(more: readonly string[] = []): string[] {
  if (!hasStores(tls)) return [...tls.rootCertificates, ...more];
  const known = [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  return [...new Set([...known, ...more])];
}

interface Stores {
  getCACertificates(type: 'default' | 'system'): string[];
}

function hasStores(module: object): module is Stores {
  return 'getCACertificates' in module && typeof module.getCACertificates === 'function';
}

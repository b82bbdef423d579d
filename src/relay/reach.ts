import type { ErrorDetails } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';

/** What of a relay's options tells who can reach it. */
export interface RelayPlace {
  readonly host?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly domain?: string | undefined;
  readonly trustProxy?: readonly string[] | undefined;
}

/**
 * How others can reach a relay; undefined when only its own machine can. A proxy in front of a loopback address lets in as many as a public
 * address: whoever trusts one, or announces names that lead elsewhere, has one.
 */
export function reachOf(place: RelayPlace): ErrorDetails<'WXD4010'> | undefined {
  const { host = '127.0.0.1', publicUrl, domain = 'localhost', trustProxy = [] } = place;
  const [proxy] = trustProxy;
  if (!isLoopbackHost(host)) return { host, via: 'host' };
  if (publicUrl !== undefined) {
    const { hostname } = new URL(publicUrl.replace('*.', ''));
    if (!isLoopbackHost(hostname)) return { host: hostname, via: 'public-url' };
  }
  if (!isLoopbackHost(domain)) return { host: domain, via: 'domain' };
  return proxy === undefined ? undefined : { host: proxy, via: 'trust-proxy' };
}

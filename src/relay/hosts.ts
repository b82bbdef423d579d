/** Where the tunnels of a relay are reached. */
export interface PublicPlace {
  /** `https://*.example.com`, when something in front of the relay is what the public sees. */
  readonly publicUrl?: string | undefined;
  readonly domain: string;
  readonly httpsPort?: number | undefined;
  readonly httpPort?: number | undefined;
}

/** A function that gives the public URL of a name, without a path. */
export function publicUrls(place: PublicPlace): (name: string) => string {
  const { publicUrl, domain, httpsPort, httpPort } = place;
  if (publicUrl !== undefined) {
    const pattern = publicUrl.replace(/\/+$/, '');
    const [scheme = '', rest = ''] = pattern.split('://', 2);
    const host = rest.startsWith('*.') ? rest.slice(2) : rest;
    return (name) => `${scheme}://${name}.${host}`;
  }
  if (httpsPort !== undefined)
    return (name) => `https://${name}.${domain}${httpsPort === 443 ? '' : `:${httpsPort}`}`;
  return (name) => `http://${name}.${domain}${httpPort === 80 ? '' : `:${httpPort}`}`;
}

/**
 * The one label under `domain` that a Host value names, or undefined. Case, a port and the dot of a fully qualified name make no
 * difference (RFC 9110 §4.2.3).
 */
export function nameUnder(domain: string, host: string): string | undefined {
  let name = host.toLowerCase();
  const colon = name.lastIndexOf(':');
  if (colon > 0 && !name.endsWith(']')) name = name.slice(0, colon);
  if (name.endsWith('.')) name = name.slice(0, -1);
  const labelEnd = name.length - domain.length - 1;
  if (labelEnd < 1 || name[labelEnd] !== '.' || !name.endsWith(domain)) return undefined;
  const label = name.slice(0, labelEnd);
  return label.includes('.') ? undefined : label;
}

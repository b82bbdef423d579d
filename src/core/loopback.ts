import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/** Whether `host` names this machine only: 127.0.0.0/8, ::1, `localhost` or a name below it (RFC 6761 §6.3). */
export function isLoopbackHost(host: string): boolean {
  // Mostly it is an address as the system writes it.
  if (isIP(host) === 4) return host.startsWith('127.');
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (isIP(name) === 4) return name.startsWith('127.');
  if (isIP(name) === 6) return name === '::1';
  return name === 'localhost' || name.endsWith('.localhost');
}

/**
 * A `lookup` for sockets that resolves `*.localhost` to this machine. Browsers and curl do so by themselves; the C library's
 * resolver, which Node asks, often answers ENOTFOUND.
 */
export const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  if (!hostname.toLowerCase().endsWith('.localhost')) {
    systemLookup(hostname, options, callback);
    return;
  }
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

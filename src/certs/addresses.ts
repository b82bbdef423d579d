import { isIP, SocketAddress } from 'node:net';

/** The one spelling of `address` that wx-dev uses: RFC 5952 for IPv6. */
export function shortestAddress(address: string): string {
  if (isIP(address) === 4) return address;
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

/** The 4 or 16 octets of `address`, which must be one. */
export function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // URL spells a trailing IPv4 part as two groups too, so that only `::` is left to expand.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = [], tail] = groups.split('::').map((half) => half.split(':').filter(Boolean));
  const missing = tail ? 8 - head.length - tail.length : 0;
  const all = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** The address in 4 or 16 octets; undefined for any other length. */
export function addressText(bytes: Buffer): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  return shortestAddress((bytes.toString('hex').match(/.{4}/g) ?? []).join(':'));
}

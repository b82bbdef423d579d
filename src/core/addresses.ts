import { BlockList, isIP } from 'node:net';

/** An IPv4 address without the `::ffff:` with which a listener on `::` shows it, an IPv6 address without its zone. */
export function plainAddress(address: string | undefined): string {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return plain === '' ? 'unknown' : plain;
}

/**
 * What counts as one visitor: an IPv4 address, or the /64 that an IPv6 address lies in. Every household and every rented machine
 * has a whole /64 (RFC 6177), so that counting single addresses would count nothing.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = '', after = ''] = address.toLowerCase().split('::');
  const left = before.split(':').filter(Boolean);
  const right = after.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** Whether `text` is an address or a range such as `10.0.0.0/8`, which `AddressList` takes. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes('%')) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** Addresses and ranges of addresses. */
export class AddressList {
  readonly #list = new BlockList();

  /** @param ranges Each one of those that `isAddressRange` takes. */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  /** Whether `address`, as `plainAddress` gives it, is one of them. What is no address is none. */
  has(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}

import type { NetworkInterfaceInfo } from 'node:os';
import { findBrokenRule, type Constraints } from './constraints.ts';
import { parseNames, type CertificateName } from './names.ts';

/** By what other devices of the network reach this machine. */
export interface LanNames {
  /** `<host>.local` (mDNS, RFC 6762) and the addresses; those that the authority may certify. */
  readonly names: readonly string[];
  /** Addresses outside the authority's constraints: public ones. */
  readonly outside: readonly string[];
}

/**
 * The names and addresses of a machine with these network interfaces (`os.networkInterfaces()`). IPv6 link-local addresses
 * are left out, because they are reached with a zone only, which no certificate can name.
 */
export function lanNames(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
  host: string,
  constraints: Constraints | undefined,
): LanNames {
  const addresses = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address);
  const found = [...mdnsName(host), ...addresses].flatMap((text) => readName(text));
  const permitted = found.filter((name) => !constraints || !findBrokenRule(name, constraints));
  return {
    names: [...new Set(permitted.map((name) => name.value))],
    outside: found.filter((name) => !permitted.includes(name)).map((name) => name.value),
  };
}

/** What Bonjour and Avahi make of a host name; none where nothing of it is left. */
function mdnsName(host: string): string[] {
  const [first = ''] = host.split('.');
  const label = first
    .trim()
    .replaceAll(/[\s_']+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? [] : [`${label}.local`];
}

function readName(text: string): readonly CertificateName[] {
  try {
    return parseNames([text]);
  } catch {
    return []; // A host name of 300 characters, for example: nothing that anybody could type either.
  }
}

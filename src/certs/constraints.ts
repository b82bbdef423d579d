import { BlockList, isIP } from 'node:net';
import { WxDevError } from '../core/errors.ts';
import { parseNames, type CertificateName } from './names.ts';

/** A DNS subtree (the name itself and all below) or a range of addresses. */
export type Subtree =
  | { readonly type: 'dns'; readonly base: string }
  | { readonly type: 'ip'; readonly address: string; readonly prefix: number };

/** What an authority may certify (RFC 5280 §4.2.1.10). A kind of name that `permitted` does not mention is free. */
export interface Constraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

const permittedDomains = [
  // RFC 6761: never delegated in the public DNS.
  'localhost',
  'test',
  // RFC 6762 (mDNS), RFC 8375 (home networks), ICANN's reserved private-use TLD (2024), and the habit of many routers.
  'local',
  'home.arpa',
  'internal',
  'lan',
];

// Addresses must be listed as well, or every address would be permitted.
const permittedRanges = [
  // RFC 1122 loopback, RFC 1918 private, RFC 3927 link-local.
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  // RFC 4291 loopback and link-local, RFC 4193 unique local.
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

/** What a new authority may certify: names and addresses that never leave the developer's network. */
export const defaultConstraints: Constraints = {
  permitted: [
    ...permittedDomains.map((base): Subtree => ({ type: 'dns', base })),
    ...permittedRanges.map((range): Subtree => {
      const [address = '', prefix] = range.split('/');
      return { type: 'ip', address, prefix: Number(prefix) };
    }),
  ],
  excluded: [],
};

/** A list of nameConstraints that refuses a name: it is in the excluded ones, or not in the permitted ones. */
export interface BrokenRule {
  readonly rule: 'permittedSubtrees' | 'excludedSubtrees';
  /** The entry that excludes it, or all that could have permitted it. */
  readonly subtrees: readonly string[];
}

/** The rule that `name` breaks; undefined when it may be certified. */
export function findBrokenRule(
  name: CertificateName,
  { permitted, excluded }: Constraints,
): BrokenRule | undefined {
  const excluding = excluded.find((subtree) => covers(subtree, name));
  if (excluding) return { rule: 'excludedSubtrees', subtrees: [formatSubtree(excluding)] };
  const sameKind = permitted.filter((subtree) => subtree.type === name.type);
  if (sameKind.length === 0 || sameKind.some((subtree) => covers(subtree, name))) return undefined;
  return { rule: 'permittedSubtrees', subtrees: sameKind.map(formatSubtree) };
}

/**
 * Reads what a user wants to permit: `example.com`, `*.example.com` (the same), `203.0.113.7`, `100.64.0.0/10`.
 * @throws WXD5005 neither a domain nor an address or range
 */
export function parsePermitted(texts: readonly string[]): readonly Subtree[] {
  return texts.map((text) => {
    const [, address = text, digits] = /^(.*)\/(\d{1,3})$/.exec(text.trim()) ?? [];
    const [name] = parseNames([address.replace(/^\s*(\*\.|\.)/, '')]);
    if (name?.type === 'dns' && digits === undefined) return { type: 'dns', base: name.value };
    const bits = isIP(name?.value ?? '') === 4 ? 32 : 128;
    const prefix = Number(digits ?? bits);
    if (name?.type !== 'ip' || prefix > bits) {
      throw new WxDevError('WXD5005', { name: text, fault: 'malformed' });
    }
    return { type: 'ip', address: name.value, prefix };
  });
}

/** `constraints` with `added` permitted as well, each once. */
export function addPermitted(constraints: Constraints, added: readonly Subtree[]): Constraints {
  const permitted = new Map(
    [...constraints.permitted, ...added].map((subtree) => [formatSubtree(subtree), subtree]),
  );
  return { ...constraints, permitted: [...permitted.values()] };
}

/** Whether both permit and exclude the same, in any order. */
export function sameConstraints(
  one: Constraints | undefined,
  two: Constraints | undefined,
): boolean {
  return summary(one) === summary(two);
}

/** `test` or `10.0.0.0/8`. */
export function formatSubtree(subtree: Subtree): string {
  return subtree.type === 'dns' ? subtree.base : `${subtree.address}/${subtree.prefix}`;
}

function summary(constraints: Constraints | undefined): string {
  if (!constraints) return '';
  const { permitted, excluded } = constraints;
  return JSON.stringify([permitted, excluded].map((list) => list.map(formatSubtree).toSorted()));
}

function covers(subtree: Subtree, name: CertificateName): boolean {
  if (subtree.type !== name.type) return false;
  if (subtree.type === 'dns') {
    const base = subtree.base.replace(/^\./, '').toLowerCase();
    return name.value === base || name.value.endsWith(`.${base}`);
  }
  // RFC 5280 compares octets, so an IPv4 range never covers the IPv6 spelling of the same address; BlockList would say it does.
  if (isIP(subtree.address) !== isIP(name.value)) return false;
  const family = isIP(name.value) === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  range.addSubnet(subtree.address, subtree.prefix, family);
  return range.check(name.value, family);
}

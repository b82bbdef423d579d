import { createHash } from 'node:crypto';
import { addressBytes, addressText } from './addresses.ts';
import type { Constraints, Subtree } from './constraints.ts';
import {
  bits,
  contents,
  decode,
  encode,
  integer,
  objectId,
  objectIdOf,
  octets,
  parts,
  sequence,
  tagged,
  taggedBytes,
  truth,
  type Node,
} from './der.ts';
import type { CertificateName } from './names.ts';

/* The extensions of RFC 5280 §4.2.1 that wx-dev writes, each as a complete `Extension`. Loads node-forge: see der.ts. */

const nameConstraintsId = '2.5.29.30';
/** Extension id. */
export const subjectAltNameId = '2.5.29.17';
/** GeneralName tags. */
const emailTag = 1;
const dnsTag = 2;
const uriTag = 6;
const ipTag = 7;

/** Bits of keyUsage, counted from the left of the first octet. */
const keyUsageBits = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 };

export function basicConstraints(authority: boolean): Node {
  // cA is DEFAULT FALSE and so absent from a leaf. pathLenConstraint 0: no authority below this one.
  const value = authority ? sequence(truth(), integer(Uint8Array.of(0))) : sequence();
  return extension('2.5.29.19', true, value);
}

export function keyUsage(...usages: (keyof typeof keyUsageBits)[]): Node {
  const octet = usages.reduce((sum, usage) => sum | (0x80 >> keyUsageBits[usage]), 0);
  // DER: trailing zero bits of a named bit list are cut off.
  const unused = 7 - Math.max(...usages.map((usage) => keyUsageBits[usage]));
  return extension('2.5.29.15', true, bits(Uint8Array.of(octet), unused));
}

export function serverAuth(): Node {
  return extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1')));
}

export function clientAuth(): Node {
  return extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.2')));
}

/** A name of a person or a program, in ASCII. */
export interface ClientName {
  readonly type: 'email' | 'uri';
  readonly value: string;
}

export function subjectAltName(names: readonly (CertificateName | ClientName)[]): Node {
  return extension(subjectAltNameId, false, sequence(...names.map(generalName)));
}

/** Number of a revocation list (RFC 5280 §5.2.3). */
export function crlNumber(number: Node): Node {
  return extension('2.5.29.20', false, number);
}

/** The names in the contents of a subjectAltName; `others` counts those that are neither DNS names nor addresses. */
export function readSubjectAltName(value: Node): {
  readonly names: readonly string[];
  readonly others: number;
} {
  const names = parts(value).flatMap((name) => {
    if (isTagged(name, dnsTag)) return [contents(name).toString('latin1')];
    const address = isTagged(name, ipTag) ? addressText(contents(name)) : undefined;
    return address === undefined ? [] : [address];
  });
  return { names, others: parts(value).length - names.length };
}

/** The value inside the extension with this id, in `Extensions` of a certificate or of a request. */
export function findExtension(extensions: Node | undefined, id: string): Node | undefined {
  const found = parts(extensions).find((item) => objectIdOf(parts(item)[0]) === id);
  return found && decode(contents(parts(found).at(-1)));
}

export function subjectKeyIdentifier(spki: Uint8Array): Node {
  return extension('2.5.29.14', false, octets(keyIdentifier(spki)));
}

/** `spki` is the issuer's key: strict verifiers refuse a leaf whose AKI is not its issuer's SKI. */
export function authorityKeyIdentifier(spki: Uint8Array): Node {
  return extension('2.5.29.35', false, sequence(taggedBytes(0, keyIdentifier(spki))));
}

/** Critical: a client that cannot process the limit must refuse the certificate rather than ignore the limit. */
export function nameConstraints({ permitted, excluded }: Constraints): Node {
  const lists = [permitted, excluded].flatMap((subtrees, tag) =>
    subtrees.length === 0 ? [] : [tagged(tag, ...subtrees.map(generalSubtree))],
  );
  return extension(nameConstraintsId, true, sequence(...lists));
}

/** Reads nameConstraints out of a whole certificate; undefined when it has none. Subtrees of other kinds are left out. */
export function readNameConstraints(certificateDer: Uint8Array): Constraints | undefined {
  const [tbs] = parts(decode(certificateDer));
  const wrapper = parts(tbs).find((part) => isTagged(part, 3));
  const found = findExtension(parts(wrapper)[0], nameConstraintsId);
  if (!found) return undefined;
  const lists = parts(found);
  const subtrees = (tag: number): Subtree[] =>
    parts(lists.find((list) => isTagged(list, tag))).flatMap(readSubtree);
  return { permitted: subtrees(0), excluded: subtrees(1) };
}

function extension(id: string, critical: boolean, value: Node): Node {
  const flag = critical ? [truth()] : [];
  return sequence(objectId(id), ...flag, octets(encode(value)));
}

/** RFC 5280 §4.2.1.2 method 1: SHA-1 of the key's bits. An identifier, not a protection. */
function keyIdentifier(spki: Uint8Array): Buffer {
  const key = contents(parts(decode(spki))[1]).subarray(1);
  return createHash('sha1').update(key).digest();
}

function generalName({ type, value }: CertificateName | ClientName): Node {
  switch (type) {
    case 'dns':
      return taggedBytes(dnsTag, Buffer.from(value, 'latin1'));
    case 'ip':
      return taggedBytes(ipTag, addressBytes(value));
    case 'email':
      return taggedBytes(emailTag, Buffer.from(value, 'latin1'));
    case 'uri':
      return taggedBytes(uriTag, Buffer.from(value, 'latin1'));
    default:
      return type satisfies never;
  }
}

function generalSubtree(subtree: Subtree): Node {
  if (subtree.type === 'dns') {
    return sequence(taggedBytes(dnsTag, Buffer.from(subtree.base, 'latin1')));
  }
  const address = addressBytes(subtree.address);
  return sequence(taggedBytes(ipTag, Buffer.concat([address, mask(address, subtree.prefix)])));
}

function mask(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, prefix - index * 8))));
}

function readSubtree(subtree: Node): Subtree[] {
  const [name] = parts(subtree);
  const bytes = contents(name);
  if (isTagged(name, dnsTag)) return [{ type: 'dns', base: bytes.toString('latin1') }];
  const address = addressText(bytes.subarray(0, bytes.length / 2));
  if (!isTagged(name, ipTag) || address === undefined) return [];
  const ones = bytes.subarray(bytes.length / 2).toString('hex');
  const prefix = BigInt(`0x${ones}`).toString(2).replaceAll('0', '').length;
  return [{ type: 'ip', address, prefix }];
}

function isTagged(node: Node | undefined, tag: number): boolean {
  return node?.tagClass === 0x80 && node.type === tag;
}

import { createRequire } from 'node:module';
import type forge from 'node-forge';

/*
 * The whole of node-forge takes 40 ms to load, its ASN.1 part 10: import this file, and those that import it, with `await import()`
 * only. Its X.509 code is not used, because it knows no ECDSA and writes names outside ASCII wrongly.
 */

// It has no types of its own path, and no exports that Node could see without running it.
const asn1 = createRequire(import.meta.url)('node-forge/lib/asn1.js') as typeof forge.asn1;
const { Class, Type } = asn1;

/** A node of an ASN.1 tree. */
export type Node = forge.asn1.Asn1;

export function sequence(...items: Node[]): Node {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, items);
}

export function set(...items: Node[]): Node {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, items);
}

/** `[tag] EXPLICIT`, or an IMPLICIT constructed type. */
export function tagged(tag: number, ...items: Node[]): Node {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, true, items);
}

/** `[tag] IMPLICIT` of a primitive type. */
export function taggedBytes(tag: number, bytes: Uint8Array): Node {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, false, toBinary(bytes));
}

export function objectId(dotted: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(dotted).getBytes());
}

/** `bytes` as a two's complement number: the caller keeps the top bit clear. */
export function integer(bytes: Uint8Array): Node {
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, toBinary(bytes));
}

export function truth(): Node {
  return asn1.create(Class.UNIVERSAL, Type.BOOLEAN, false, '\xff');
}

export function nothing(): Node {
  return asn1.create(Class.UNIVERSAL, Type.NULL, false, '');
}

export function octets(bytes: Uint8Array): Node {
  return asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, toBinary(bytes));
}

export function bits(bytes: Uint8Array, unused = 0): Node {
  return asn1.create(
    Class.UNIVERSAL,
    Type.BITSTRING,
    false,
    String.fromCharCode(unused) + toBinary(bytes),
  );
}

export function utf8(text: string): Node {
  return asn1.create(Class.UNIVERSAL, Type.UTF8, false, toBinary(Buffer.from(text, 'utf8')));
}

/** BMPString: UTF-16, most significant octet first. */
export function bmp(text: string): Node {
  const bytes = Buffer.from(text, 'utf16le').swap16();
  return asn1.create(Class.UNIVERSAL, Type.BMPSTRING, false, toBinary(bytes));
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function time(date: Date): Node {
  if (date.getUTCFullYear() < 2050) {
    return asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(date));
  }
  const text = asn1.dateToGeneralizedTime(date);
  return asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, text);
}

export function encode(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'binary');
}

/** @throws Error where `der` is not exactly one DER value */
export function decode(der: Uint8Array): Node {
  // Without `decodeBitStrings` forge would guess at the inside of keys and signatures.
  const options = { strict: true, parseAllBytes: true, decodeBitStrings: false };
  // @types/node-forge 1.3 declares only the older boolean.
  return asn1.fromDer(toBinary(der), options as unknown as boolean);
}

/** The parts of a constructed node; none of a primitive one. */
export function parts(node: Node | undefined): readonly Node[] {
  return Array.isArray(node?.value) ? node.value : [];
}

/** The contents of a primitive node; empty for a constructed one. */
export function contents(node: Node | undefined): Buffer {
  return Buffer.from(typeof node?.value === 'string' ? node.value : '', 'binary');
}

/** Dotted form of an object identifier; empty where `node` is none. */
export function objectIdOf(node: Node | undefined): string {
  return node?.type === Type.OID ? asn1.derToOid(contents(node).toString('binary')) : '';
}

function toBinary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('binary');
}

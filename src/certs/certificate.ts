import { randomBytes, sign, type KeyObject, type X509Certificate } from 'node:crypto';
import type { Constraints } from './constraints.ts';
import {
  bits,
  decode,
  encode,
  integer,
  objectId,
  parts,
  sequence,
  set,
  tagged,
  time,
  utf8,
  type Node,
} from './der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  keyUsage,
  nameConstraints,
  serverAuth,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import type { CertificateName } from './names.ts';

/* Certificates as RFC 5280 writes them. Loads node-forge: import with `await import()` only. */

/** First and last second of a lifetime. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** ub-common-name of RFC 5280 appendix A, in characters. */
const maxCommonName = 64;
const serialBytes = 16;

/** Makes the self-signed certificate of an authority; PEM. */
export function buildAuthorityCertificate(options: {
  /** At most 64 characters. */
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly validity: Validity;
  readonly constraints: Constraints;
}): string {
  // iOS lists a root for trusting only when it has a CommonName.
  const subject = distinguishedName([['2.5.4.3', options.commonName]]);
  const spki = exportSpki(options.publicKey);
  return signCertificate({
    subject,
    issuer: subject,
    spki,
    privateKey: options.privateKey,
    validity: options.validity,
    extensions: [
      basicConstraints(true),
      keyUsage('keyCertSign', 'cRLSign'),
      subjectKeyIdentifier(spki),
      nameConstraints(options.constraints),
    ],
  });
}

/** Makes a server certificate signed by `issuer`; PEM. */
export function buildLeafCertificate(options: {
  readonly names: readonly CertificateName[];
  readonly publicKey: KeyObject;
  readonly issuer: X509Certificate;
  readonly issuerKey: KeyObject;
  readonly validity: Validity;
}): string {
  const spki = exportSpki(options.publicKey);
  return signCertificate({
    subject: distinguishedName([
      ['2.5.4.10', 'wx-dev development certificate'],
      ...leafCommonName(options.names),
    ]),
    issuer: subjectOf(options.issuer),
    spki,
    privateKey: options.issuerKey,
    validity: options.validity,
    // No CRL or OCSP address: a dead one makes Windows wait.
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature'),
      serverAuth(),
      subjectAltName(options.names),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(exportSpki(options.issuer.publicKey)),
    ],
  });
}

function signCertificate(options: {
  readonly subject: Node;
  readonly issuer: Node;
  readonly spki: Buffer;
  readonly privateKey: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Node[];
}): string {
  // ecdsa-with-SHA256; RFC 5758 §3.2: no parameters, not even NULL.
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2'));
  const version3 = tagged(0, integer(Uint8Array.of(2)));
  const { notBefore, notAfter } = options.validity;
  const tbs = sequence(
    version3,
    integer(randomSerial()),
    algorithm,
    options.issuer,
    sequence(time(notBefore), time(notAfter)),
    options.subject,
    decode(options.spki),
    tagged(3, sequence(...options.extensions)),
  );
  const signature = sign('sha256', encode(tbs), options.privateKey);
  const der = encode(sequence(tbs, algorithm, bits(signature)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Positive, never 0, at most 20 octets (RFC 5280 §4.1.2.2), and shortest DER: the first octet is neither 0 nor above 0x7f. */
function randomSerial(): Buffer {
  const serial = randomBytes(serialBytes);
  serial[0] = (serial[0] ?? 0) & 0x7f || 1;
  return serial;
}

function distinguishedName(attributes: readonly (readonly [id: string, value: string])[]): Node {
  return sequence(...attributes.map(([id, value]) => set(sequence(objectId(id), utf8(value)))));
}

/**
 * The first DNS name, for people. OpenSSL checks a CommonName that looks like a host name, as 127.0.0.1 does, against the
 * DNS constraints when there is no DNS name in the certificate; hence the words before an address.
 */
function leafCommonName(
  names: readonly CertificateName[],
): readonly (readonly [id: string, value: string])[] {
  const dns = names.filter((name) => name.type === 'dns').map((name) => name.value);
  const text = dns.length === 0 ? `IP ${names[0]?.value ?? ''}` : dns.find(fits);
  return text === undefined ? [] : [['2.5.4.3', text]];
}

function fits(commonName: string): boolean {
  return commonName.length <= maxCommonName;
}

/** Byte for byte as the issuer wrote it: verifiers compare the encodings. */
function subjectOf(issuer: X509Certificate): Node {
  const fields = parts(parts(decode(issuer.raw))[0]);
  const subject = fields[5];
  if (!subject) throw new Error('a version 3 certificate has its subject in the sixth field');
  return subject;
}

function exportSpki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

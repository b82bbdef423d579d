import type { KeyObject, X509Certificate } from 'node:crypto';
import type { Constraints } from './constraints.ts';
import { decode, integer, objectId, sequence, set, tagged, time, utf8, type Node } from './der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  clientAuth,
  keyUsage,
  nameConstraints,
  serverAuth,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import { publicKeyBytes } from './keys.ts';
import type { CertificateName } from './names.ts';
import { pemBlock } from './pem.ts';
import { randomSerial, signatureAlgorithm, signStructure, subjectOf } from './signed.ts';

/* Certificates as RFC 5280 writes them. Loads node-forge: import with `await import()` only. */

/** First and last second of a lifetime. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Whom a client certificate stands for. */
export interface ClientIdentity {
  /** For people, and in the URI by which machines know it. At most 64 characters. */
  readonly name: string;
  /** ASCII. */
  readonly email?: string | undefined;
}

/** Who signs. */
interface Signer {
  readonly issuer: X509Certificate;
  readonly issuerKey: KeyObject;
}

/** ub-common-name of RFC 5280 appendix A, in characters. */
const maxCommonName = 64;

/** Makes the self-signed certificate of an authority; PEM. */
export function buildAuthorityCertificate(options: {
  /** At most 64 characters, or an older certificate of the same authority, whose subject is kept byte for byte. */
  readonly name: string | X509Certificate;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly validity: Validity;
  /** Absent: it may certify any name. */
  readonly constraints?: Constraints | undefined;
  /** Whether everything below it is for clients only: verifiers then refuse its certificates on servers. */
  readonly clientsOnly?: boolean | undefined;
}): string {
  const { name, constraints, clientsOnly } = options;
  // iOS lists a root for trusting only when it has a CommonName.
  const subject =
    typeof name === 'string' ? distinguishedName([['2.5.4.3', name]]) : subjectOf(name);
  const spki = publicKeyBytes(options.publicKey);
  return signCertificate({
    subject,
    issuer: subject,
    spki,
    privateKey: options.privateKey,
    validity: options.validity,
    extensions: [
      basicConstraints(true),
      keyUsage('keyCertSign', 'cRLSign'),
      ...(clientsOnly === true ? [clientAuth()] : []),
      subjectKeyIdentifier(spki),
      ...(constraints ? [nameConstraints(constraints)] : []),
    ],
  });
}

/** Makes a server certificate signed by `issuer`; PEM. */
export function buildLeafCertificate(
  options: Signer & {
    readonly names: readonly CertificateName[];
    readonly publicKey: KeyObject;
    readonly validity: Validity;
  },
): string {
  const { names, publicKey, issuer, issuerKey, validity } = options;
  const spki = publicKeyBytes(publicKey);
  // Old TLS with RSA encrypts a secret to the key; newer TLS, and EC always, only signs.
  const isRsa = publicKey.asymmetricKeyType === 'rsa';
  return signCertificate({
    subject: distinguishedName([
      ['2.5.4.10', 'wx-dev development certificate'],
      ...leafCommonName(names),
    ]),
    issuer: subjectOf(issuer),
    spki,
    privateKey: issuerKey,
    validity,
    // No CRL or OCSP address: a dead one makes Windows wait.
    extensions: [
      basicConstraints(false),
      isRsa ? keyUsage('digitalSignature', 'keyEncipherment') : keyUsage('digitalSignature'),
      serverAuth(),
      subjectAltName(names),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(publicKeyBytes(issuer.publicKey)),
    ],
  });
}

/** Makes a client certificate signed by `issuer`; PEM. No server may use it, and no server's certificate does for a client. */
export function buildClientCertificate(
  options: Signer & {
    readonly identity: ClientIdentity;
    readonly publicKey: KeyObject;
    readonly validity: Validity;
  },
): string {
  const { identity, publicKey, issuer, issuerKey, validity } = options;
  const spki = publicKeyBytes(publicKey);
  return signCertificate({
    subject: distinguishedName([
      ['2.5.4.10', 'wx-dev development client'],
      ['2.5.4.3', identity.name],
    ]),
    issuer: subjectOf(issuer),
    spki,
    privateKey: issuerKey,
    validity,
    extensions: [
      basicConstraints(false),
      keyUsage('digitalSignature'),
      clientAuth(),
      subjectAltName([
        { type: 'uri', value: clientUri(identity.name) },
        ...(identity.email === undefined
          ? []
          : [{ type: 'email' as const, value: identity.email }]),
      ]),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(publicKeyBytes(issuer.publicKey)),
    ],
  });
}

/** The name by which a server tells clients apart; a CommonName is for people. */
function clientUri(name: string): string {
  return `wx-dev://client/${encodeURIComponent(name)}`;
}

function signCertificate(options: {
  readonly subject: Node;
  readonly issuer: Node;
  readonly spki: Buffer;
  readonly privateKey: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Node[];
}): string {
  const { privateKey, validity } = options;
  const version3 = tagged(0, integer(Uint8Array.of(2)));
  const tbs = sequence(
    version3,
    integer(randomSerial()),
    signatureAlgorithm(privateKey),
    options.issuer,
    sequence(time(validity.notBefore), time(validity.notAfter)),
    options.subject,
    decode(options.spki),
    tagged(3, sequence(...options.extensions)),
  );
  return pemBlock('CERTIFICATE', signStructure(tbs, privateKey));
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

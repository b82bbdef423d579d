import type { X509Certificate } from 'node:crypto';
import { readDer, readSequence, type DerValue } from './verify/der-reader.ts';

const integerTag = 0x02;
const sequenceTag = 0x30;
const pemBlocks = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/g;

/**
 * Tells which certificates the revocation lists in `pem` name (RFC 5280 §5.1), by issuer and serial number. It is for connections
 * that are open: new ones are judged in the handshake, which also looks at signature and dates of the list.
 * @throws Error where a list is no DER
 */
export function readRevoked(pem: string): (certificate: X509Certificate) => boolean {
  const revoked = new Set<string>();
  for (const [, base64 = ''] of pem.matchAll(pemBlocks)) {
    for (const key of readList(Buffer.from(base64, 'base64'))) revoked.add(key);
  }
  return (certificate) => revoked.has(keyOf(certificate));
}

/** `TBSCertList ::= version?, signature, issuer, thisUpdate, nextUpdate?, revokedCertificates?, [0] extensions?` */
function readList(der: Buffer): string[] {
  const [tbs] = readSequence(der);
  const fields = readDer(tbs?.content ?? Buffer.alloc(0));
  const [, issuer, ...rest] = fields[0]?.tag === integerTag ? fields.slice(1) : fields;
  if (!issuer) throw new Error('a revocation list has an issuer');
  const entries = rest.find(({ tag }) => tag === sequenceTag);
  return readDer(entries?.content ?? Buffer.alloc(0)).map((entry) => {
    const [serial] = readDer(entry.content);
    return key(issuer, serial);
  });
}

function keyOf(certificate: X509Certificate): string {
  const [tbs] = readSequence(certificate.raw);
  const fields = readDer(tbs?.content ?? Buffer.alloc(0));
  // The version, `[0]`, is left out of a certificate of version 1.
  const [serial, , issuer] = fields[0]?.tag === integerTag ? fields : fields.slice(1);
  return key(issuer, serial);
}

function key(issuer: DerValue | undefined, serial: DerValue | undefined): string {
  return `${issuer?.content.toString('hex')}:${serial?.content.toString('hex')}`;
}

import { randomBytes, sign, type KeyObject, type X509Certificate } from 'node:crypto';
import { bits, decode, encode, nothing, objectId, parts, sequence, type Node } from './der.ts';

/* What certificates and revocation lists have in common (RFC 5280 §4.1.1). Loads node-forge: see der.ts. */

const serialBytes = 16;

/** The AlgorithmIdentifier of what `key` signs with SHA-256. */
export function signatureAlgorithm(key: KeyObject): Node {
  // RFC 5758 §3.2: ECDSA has no parameters, not even NULL. RFC 4055 §5: RSA must have NULL.
  return key.asymmetricKeyType === 'rsa'
    ? sequence(objectId('1.2.840.113549.1.1.11'), nothing())
    : sequence(objectId('1.2.840.10045.4.3.2'));
}

/** `tbs` with its signature, in DER. `tbs` must name the algorithm of `key` in itself. */
export function signStructure(tbs: Node, key: KeyObject): Buffer {
  const signature = sign('sha256', encode(tbs), key);
  return encode(sequence(tbs, signatureAlgorithm(key), bits(signature)));
}

/** Positive, never 0, at most 20 octets (RFC 5280 §4.1.2.2), and shortest DER: the first octet is neither 0 nor above 0x7f. */
export function randomSerial(): Buffer {
  const serial = randomBytes(serialBytes);
  serial[0] = (serial[0] ?? 0) & 0x7f || 1;
  return serial;
}

/** Byte for byte as the issuer wrote it: verifiers compare the encodings. */
export function subjectOf(certificate: X509Certificate): Node {
  const fields = parts(parts(decode(certificate.raw))[0]);
  const subject = fields[5];
  if (!subject) throw new Error('a version 3 certificate has its subject in the sixth field');
  return subject;
}

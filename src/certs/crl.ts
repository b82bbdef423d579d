import type { KeyObject, X509Certificate } from 'node:crypto';
import { integer, sequence, tagged, time, type Node } from './der.ts';
import { authorityKeyIdentifier, crlNumber } from './extensions.ts';
import { publicKeyBytes } from './keys.ts';
import { pemBlock } from './pem.ts';
import { signatureAlgorithm, signStructure, subjectOf } from './signed.ts';

/* Certificate revocation lists, version 2 (RFC 5280 §5). Loads node-forge: see der.ts. */

/** A certificate that counts no more. */
export interface Revocation {
  /** Hex, as `X509Certificate#serialNumber` gives it. */
  readonly serial: string;
  readonly revokedAt: Date;
}

/** Makes the list that `issuer` signs; PEM. */
export function buildRevocationList(options: {
  readonly issuer: X509Certificate;
  readonly issuerKey: KeyObject;
  readonly revoked: readonly Revocation[];
  /** Rises with every list, so that verifiers know the newer of two. */
  readonly number: number;
  readonly thisUpdate: Date;
  /** From then on verifiers refuse every certificate of this issuer. */
  readonly nextUpdate: Date;
}): string {
  const { issuer, issuerKey, revoked, thisUpdate, nextUpdate } = options;
  const version2 = integer(Uint8Array.of(1));
  const entries = revoked.map(({ serial, revokedAt }) =>
    sequence(integer(positive(serial)), time(revokedAt)),
  );
  const tbs = sequence(
    version2,
    signatureAlgorithm(issuerKey),
    subjectOf(issuer),
    time(thisUpdate),
    time(nextUpdate),
    // Absent when empty: RFC 5280 §5.1.2.6.
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    extensions(options.number, issuer),
  );
  return pemBlock('X509 CRL', signStructure(tbs, issuerKey));
}

function extensions(number: number, issuer: X509Certificate): Node {
  const list = sequence(
    authorityKeyIdentifier(publicKeyBytes(issuer.publicKey)),
    crlNumber(integer(positive(number.toString(16)))),
  );
  return tagged(0, list);
}

/** The two's complement of a number that is not negative, in the fewest octets. */
function positive(hex: string): Buffer {
  const digits = hex.replace(/^0+(?=.)/, '');
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex');
}

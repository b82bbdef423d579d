import type { X509Certificate } from 'node:crypto';
import { readFacts, signs, type CertificateFacts } from './facts.ts';

/** The way from a leaf to a root, with nothing fetched. */
export interface Path {
  /** Leaf first; each signed by the next. */
  readonly certificates: readonly CertificateFacts[];
  /**
   * `trusted`: the last one is a root that the client trusts. `self-signed`: the last one is a root that it does not trust.
   * `incomplete`: whoever signed the last one was neither sent nor is it trusted.
   */
  readonly end: 'trusted' | 'self-signed' | 'incomplete';
}

/** No real chain is longer; a circle of cross signatures would be. */
const maxPathLength = 10;

/** Builds the path as a phone does: from what was sent and what it trusts. */
export function buildPath(
  leaf: X509Certificate,
  sent: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): Path {
  const certificates = [readFacts(leaf)];
  while (certificates.length < maxPathLength) {
    const last = certificates.at(-1);
    if (!last) break;
    const { certificate } = last;
    if (roots.some((root) => root.fingerprint256 === certificate.fingerprint256)) {
      return { certificates, end: 'trusted' };
    }
    const root = roots.find((candidate) => signs(candidate, certificate));
    if (root) return { certificates: [...certificates, readFacts(root)], end: 'trusted' };
    if (last.isSelfSigned) return { certificates, end: 'self-signed' };
    const issuer = sent.find((candidate) => signs(candidate, certificate));
    if (!issuer) break;
    certificates.push(readFacts(issuer));
  }
  return { certificates, end: 'incomplete' };
}

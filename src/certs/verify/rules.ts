import { createPublicKey, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { findBrokenRule } from '../constraints.ts';
import type { Path } from './chain.ts';
import type { CertificateFacts } from './facts.ts';
import type { RulePack } from './packs.ts';

/** What is judged. */
export interface Subject {
  readonly path: Path;
  readonly leaf: CertificateFacts;
  /** The host that a client would ask for; undefined where only a file is known and no name was given. */
  readonly name: string | undefined;
  /** The key that a server would use. */
  readonly key: KeyObject | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the server speaks TLS 1.2; undefined for a file. */
  readonly offersTls12: boolean | undefined;
}

/** A demand that a certificate can miss. */
export type RuleId =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'no-subject-alt-name'
  | 'wrong-extended-key-usage'
  | 'missing-intermediate'
  | 'self-signed'
  | 'untrusted-root'
  | 'not-an-authority'
  | 'weak-digest'
  | 'weak-key'
  | 'too-long'
  | 'serial-not-positive'
  | 'outside-constraints'
  | 'key-mismatch'
  | 'key-usage'
  | 'missing-key-identifier'
  | 'authority-extensions'
  | 'no-tls12'
  | 'not-public';

/** Where a demand was missed, in words that are the same in every language. */
export interface Miss {
  readonly rule: RuleId;
  /** What was found: a date, a name, a size. */
  readonly found: string;
  /** What was expected; empty where the rule says it all. */
  readonly expected: string;
}

type Check = (subject: Subject, pack: RulePack) => Miss | undefined;

const dayMs = 86_400_000;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyUse = '2.5.29.37.0';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const digitalSignature = 0x80;
const keyCertSign = 0x04;

/** Every miss of `subject` against `pack`, the likeliest reason for a failure first. */
export function findMisses(subject: Subject, pack: RulePack): readonly Miss[] {
  return checks.flatMap((check) => check(subject, pack) ?? []);
}

const checks: readonly Check[] = [
  ({ key, leaf }) => {
    if (!key || leaf.certificate.checkPrivateKey(key)) return undefined;
    const found = createPublicKey(key).asymmetricKeyType ?? '';
    return miss('key-mismatch', found, leaf.subject);
  },
  ({ path, now }) => {
    const late = path.certificates.find((facts) => now > facts.notAfter.getTime());
    return late && miss('expired', late.subject, date(late.notAfter));
  },
  ({ path, now }) => {
    const early = path.certificates.find((facts) => now < facts.notBefore.getTime());
    return early && miss('not-yet-valid', early.subject, date(early.notBefore));
  },
  ({ leaf, name }, pack) => {
    if (name === undefined || covers(leaf, name, pack)) return undefined;
    const names = leaf.names?.map((each) => each.value).join(' ') ?? '';
    return miss('wrong-name', names || leaf.subject, name);
  },
  ({ leaf }, pack) =>
    pack.needsSubjectAltName && leaf.names === undefined
      ? miss('no-subject-alt-name', leaf.subject)
      : undefined,
  ({ leaf }, pack) => {
    const uses = leaf.extendedKeyUsage;
    if (uses?.some((use) => use === serverAuth || use === anyUse)) return undefined;
    if (uses === undefined && !pack.needsExtendedKeyUsage) return undefined;
    return miss('wrong-extended-key-usage', uses?.map(useName).join(' ') ?? '-', 'serverAuth');
  },
  ({ path }) => endMiss(path),
  ({ path }) => {
    const wrong = path.certificates.slice(1).find((facts) => !facts.isAuthority);
    return wrong && miss('not-an-authority', wrong.subject);
  },
  ({ path }) => {
    // Nobody checks the signature that a trusted root puts on itself.
    const weak = withoutAnchor(path).find(({ digest }) => digest === 'sha1' || digest === 'md5');
    return weak && miss('weak-digest', `${weak.digest}: ${weak.subject}`, 'sha256');
  },
  ({ path }, pack) => {
    const weak = path.certificates.find(({ rsaBits }) => (rsaBits ?? Infinity) < pack.minRsaBits);
    return (
      weak && miss('weak-key', `RSA ${weak.rsaBits}: ${weak.subject}`, `RSA ${pack.minRsaBits}`)
    );
  },
  ({ leaf }, pack) => {
    // Both ends count, so a certificate for 825 days ends one second early.
    const days = Math.ceil((leaf.notAfter.getTime() - leaf.notBefore.getTime() + 1000) / dayMs);
    if (pack.maxDays === undefined || days <= pack.maxDays) return undefined;
    return miss('too-long', String(days), String(pack.maxDays));
  },
  ({ path }) => {
    const wrong = path.certificates.find((facts) => !facts.serialIsPositive);
    return wrong && miss('serial-not-positive', wrong.subject);
  },
  ({ path, leaf }) => outsideConstraints(path, leaf),
  ({ leaf }, pack) => {
    if (!pack.needsDigitalSignature || leaf.keyUsage === undefined) return undefined;
    return leaf.keyUsage & digitalSignature ? undefined : miss('key-usage', leaf.subject);
  },
  ({ leaf }, pack) =>
    pack.strictExtensions && !leaf.hasAuthorityKeyId && !leaf.isSelfSigned
      ? miss('missing-key-identifier', leaf.subject)
      : undefined,
  ({ path }, pack) => {
    if (!pack.strictExtensions) return undefined;
    const wrong = path.certificates.slice(1).find((facts) => !isStrictAuthority(facts));
    return wrong && miss('authority-extensions', wrong.subject);
  },
  ({ offersTls12 }, pack) =>
    pack.publicOnly && offersTls12 === false ? miss('no-tls12', '-', 'TLS 1.2') : undefined,
  ({ name }, pack) =>
    pack.publicOnly && name !== undefined && !isPublicName(name)
      ? miss('not-public', name)
      : undefined,
];

function endMiss({ certificates, end }: Path): Miss | undefined {
  const last = certificates.at(-1);
  if (!last || end === 'trusted') return undefined;
  if (end === 'incomplete') return miss('missing-intermediate', last.subject, last.issuer);
  return miss(certificates.length === 1 ? 'self-signed' : 'untrusted-root', last.subject);
}

/** Constraints bind every certificate below the one that has them (RFC 5280 §4.2.1.10). */
function outsideConstraints(path: Path, leaf: CertificateFacts): Miss | undefined {
  for (const { constraints, subject } of path.certificates.slice(1)) {
    if (!constraints) continue;
    for (const name of leaf.names ?? []) {
      const broken = findBrokenRule(name, constraints);
      if (!broken) continue;
      const limits = `${broken.rule}: ${broken.subtrees.join(' ')} (${subject})`;
      return miss('outside-constraints', name.value, limits);
    }
  }
  return undefined;
}

function isStrictAuthority(facts: CertificateFacts): boolean {
  const signsCertificates = facts.keyUsage !== undefined && (facts.keyUsage & keyCertSign) !== 0;
  return facts.basicConstraintsCritical && facts.hasSubjectKeyId && signsCertificates;
}

function withoutAnchor({ certificates, end }: Path): readonly CertificateFacts[] {
  return end === 'trusted' && certificates.length > 1 ? certificates.slice(0, -1) : certificates;
}

function covers({ certificate }: CertificateFacts, name: string, pack: RulePack): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  const subject = pack.needsSubjectAltName ? 'never' : 'default';
  return certificate.checkHost(name, { subject }) !== undefined;
}

/** What WeChat's console takes as a server domain: neither an address nor a name of a private network. */
function isPublicName(name: string): boolean {
  if (isIP(name) !== 0 || !name.includes('.')) return false;
  return !/\.(localhost|test|local|internal|lan|arpa|invalid|example)$/i.test(name);
}

function useName(id: string): string {
  if (id === clientAuth) return 'clientAuth';
  return id === serverAuth ? 'serverAuth' : id;
}

function miss(rule: RuleId, found: string, expected = ''): Miss {
  return { rule, found, expected };
}

/** `2026-11-21T12:00:00Z` */
function date(value: Date): string {
  return value.toISOString().replace(/\.\d+/, '');
}

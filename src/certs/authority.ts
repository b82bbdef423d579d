import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import type { Validity } from './certificate.ts';
import { defaultConstraints, findBrokenRule, type Constraints } from './constraints.ts';
import { isBroadWildcard, parseNames, type CertificateName } from './names.ts';

/** A certificate for servers, with its key, in memory. */
export interface Leaf {
  /** The leaf alone. */
  readonly certPem: string;
  /** PKCS#8. A secret. */
  readonly keyPem: string;
  /** As certified: lower case, punycode, addresses in their shortest form; in the order asked for. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Colon-separated upper-case hex, as openssl and browsers print it. */
  readonly fingerprint256: string;
  /** Names that were certified but that most clients will not accept (WXD5006). */
  readonly warnings: readonly WxDevError[];
}

/** What to certify. */
export interface LeafRequest {
  /** DNS names, wildcards and IP addresses; Unicode names are converted. At least one. */
  readonly names: readonly string[];
  /** Whole days from now, 1 to 825. @default 397 */
  readonly days?: number | undefined;
  /** P-256 key to certify, so that pins survive a renewal. @default a new one */
  readonly keyPem?: string | undefined;
}

/** The local CA, ready to issue. */
export interface Authority {
  /** The folder that holds both files. */
  readonly dir: string;
  /** What a client has to trust. */
  readonly certPem: string;
  readonly certPath: string;
  readonly keyPath: string;
  /** Colon-separated upper-case hex. */
  readonly fingerprint256: string;
  readonly notAfter: Date;
  /** Whether this call made it: nobody trusts it yet. */
  readonly created: boolean;
  /** Its clock, in milliseconds since the epoch; lifetimes count from here. */
  readonly now: () => number;
  /**
   * Makes a certificate, and a key unless one is given; writes nothing. Takes about 2 ms, the first time 50.
   * @throws WXD5003 a name outside the authority's constraints, WXD5005 a name no certificate can hold, WXD5008 the lifetime
   */
  issue(request: LeafRequest): Promise<Leaf>;
}

const dayMs = 86_400_000;

/** Clocks of virtual machines and phones run behind. */
const clockSkewMs = 5 * 60_000;

const authorityDays = 3650;

/** What public CAs gave until 2026, and well below the 825 days that Apple enforces (support.apple.com/103769). */
const defaultLeafDays = 397;

/** Apple's limit, which holds for roots added by the user too (support.apple.com/103769). */
const maxLeafDays = 825;

/** ub-common-name of RFC 5280 appendix A, in characters. */
const maxCommonName = 64;

/** A new private key as PKCS#8 PEM. */
export function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Reads a P-256 private key; undefined where `pem` holds none. */
export function parseKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined; // Not a key, or one with a passphrase: the caller says which file.
  }
}

/** Makes the certificate for a new authority with `key`; PEM. */
export async function createAuthorityCertificate(options: {
  readonly key: KeyObject;
  readonly user: string;
  readonly host: string;
  readonly now: number;
}): Promise<string> {
  const { buildAuthorityCertificate } = await import('./certificate.ts');
  const date = new Date(options.now).toISOString().slice(0, 10);
  return buildAuthorityCertificate({
    commonName: authorityName(options.user, options.host, date),
    publicKey: createPublicKey(options.key),
    privateKey: options.key,
    validity: lifetime(options.now, authorityDays),
    constraints: defaultConstraints,
  });
}

/** Issues leaves for the authority `issuer`; see `Authority.issue`. */
export async function issueLeaf(
  issuer: { readonly certificate: X509Certificate; readonly key: KeyObject; readonly path: string },
  { names: texts, days = defaultLeafDays, keyPem = createKey() }: LeafRequest,
  now: number,
): Promise<Leaf> {
  const names = parseNames(texts);
  if (!Number.isInteger(days) || days < 1 || days > maxLeafDays) {
    throw new WxDevError('WXD5008', { received: String(days), max: maxLeafDays });
  }
  const { readNameConstraints } = await import('./extensions.ts');
  refuseOutside(names, readNameConstraints(issuer.certificate.raw), issuer.path);
  const { buildLeafCertificate } = await import('./certificate.ts');
  const certPem = buildLeafCertificate({
    names,
    publicKey: createPublicKey(keyPem),
    issuer: issuer.certificate,
    issuerKey: issuer.key,
    validity: lifetime(now, days, issuer.certificate),
  });
  const leaf = new X509Certificate(certPem);
  proveLeaf(leaf, issuer.certificate, names);
  return {
    certPem,
    keyPem,
    names: names.map((name) => name.value),
    notAfter: new Date(leaf.validTo),
    fingerprint256: leaf.fingerprint256,
    warnings: warnAbout(names),
  };
}

/** What is worth knowing about names that can be certified. */
export function warnAbout(names: readonly CertificateName[]): readonly WxDevError[] {
  return names
    .filter(isBroadWildcard)
    .map((name) => new WxDevError('WXD5006', { name: name.value }));
}

/** `wx-dev CA user@host date`, cut to what fits: a long host loses its end, the date stays. */
function authorityName(user: string, host: string, date: string): string {
  // By code points: half a surrogate pair is no UTF-8.
  const whole = Array.from(`wx-dev CA ${user}@${host}`.replaceAll(/\p{Cc}+/gu, ' '));
  return `${whole.slice(0, maxCommonName - date.length - 1).join('')} ${date}`;
}

/** Counted inclusively, as CA/Browser Forum and Apple do: hence one second less. */
function lifetime(now: number, days: number, issuer?: X509Certificate): Validity {
  const notBefore = Math.floor((now - clockSkewMs) / 1000) * 1000;
  const notAfter = notBefore + days * dayMs - 1000;
  const limit = issuer ? Date.parse(issuer.validTo) : Number.POSITIVE_INFINITY;
  return { notBefore: new Date(notBefore), notAfter: new Date(Math.min(notAfter, limit)) };
}

function refuseOutside(
  names: readonly CertificateName[],
  constraints: Constraints | undefined,
  caPath: string,
): void {
  if (!constraints) return;
  for (const name of names) {
    const broken = findBrokenRule(name, constraints);
    if (broken) throw new WxDevError('WXD5003', { name: name.value, ...broken, caPath });
  }
}

/** Reads back what was signed, so that a mistake of ours never reaches a file. */
function proveLeaf(
  leaf: X509Certificate,
  issuer: X509Certificate,
  names: readonly CertificateName[],
): void {
  if (!leaf.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) {
    throw new Error('the new leaf does not verify against its authority');
  }
  for (const name of names) {
    if (isBroadWildcard(name)) continue; // OpenSSL is among those that refuse it.
    const host = name.value.replace('*', 'x');
    const matches = name.type === 'ip' ? leaf.checkIP(host) : leaf.checkHost(host);
    if (matches === undefined) throw new Error(`the new leaf does not cover ${name.value}`);
  }
}

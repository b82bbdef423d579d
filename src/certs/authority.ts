import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import type { LoadedAuthority } from './authority-files.ts';
import { findBrokenRule, type Constraints } from './constraints.ts';
import { createKey, type KeyKind } from './keys.ts';
import { authorityLifetime, defaultLeafDays, leafLifetime, maxLeafDays } from './lifetime.ts';
import { isBroadWildcard, parseNames, type CertificateName } from './names.ts';

/** A certificate for servers, in memory. */
export interface Certified {
  /** The leaf alone. */
  readonly certPem: string;
  /** As certified: lower case, punycode, addresses in their shortest form; in the order asked for. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Upper-case hex. */
  readonly serial: string;
  /** Colon-separated upper-case hex, as openssl and browsers print it. */
  readonly fingerprint256: string;
  /** Names that were certified but that most clients will not accept (WXD5006). */
  readonly warnings: readonly WxDevError[];
}

/** A certificate for servers, with its key. */
export interface Leaf extends Certified {
  /** PKCS#8. A secret. */
  readonly keyPem: string;
}

/** What to certify. */
interface CertifyRequest {
  /** DNS names, wildcards and IP addresses; Unicode names are converted. At least one. */
  readonly names: readonly string[];
  /** Whole days from now, 1 to 825. @default 397 */
  readonly days?: number | undefined;
  readonly publicKey: KeyObject;
}

/** What to certify for a key of ours. */
interface LeafRequest extends Omit<CertifyRequest, 'publicKey'> {
  /** Key to certify, so that pins survive a renewal. @default a new one */
  readonly keyPem?: string | undefined;
  /** Family of a new key. @default 'ec' */
  readonly keyKind?: KeyKind | undefined;
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
  /** Makes a certificate for somebody else's key. @throws as `issue` */
  certify(request: CertifyRequest): Promise<Certified>;
  /** Whether it signed `certificate`. */
  hasIssued(certificate: X509Certificate): boolean;
}

/** ub-common-name of RFC 5280 appendix A, in characters. */
const maxCommonName = 64;

/** The authority whose files are loaded. */
export function createAuthority(loaded: LoadedAuthority, now: () => number): Authority {
  const { dir, certificate, certPath, keyPath, created } = loaded;
  const certify = (request: CertifyRequest): Promise<Certified> =>
    certifyFor(loaded, request, now());
  return {
    dir,
    certPem: certificate.toString(),
    certPath,
    keyPath,
    fingerprint256: certificate.fingerprint256,
    notAfter: new Date(certificate.validTo),
    created,
    now,
    issue: async ({ keyPem: given, keyKind, ...request }) => {
      const keyPem = given ?? createKey(keyKind);
      return { ...(await certify({ ...request, publicKey: createPublicKey(keyPem) })), keyPem };
    },
    certify,
    hasIssued: (leaf) => leaf.checkIssued(certificate) && leaf.verify(certificate.publicKey),
  };
}

/** Makes the certificate of an authority; PEM. */
export async function createAuthorityCertificate(options: {
  readonly key: KeyObject;
  /** Whose it is, or the certificate that this one replaces: then every leaf of the old one stays good under the new. */
  readonly name: { readonly user: string; readonly host: string } | X509Certificate;
  readonly now: number;
  /** Undefined: it may certify any name. */
  readonly constraints: Constraints | undefined;
  readonly clientsOnly?: boolean | undefined;
}): Promise<string> {
  const { key, name, now, constraints, clientsOnly } = options;
  const { buildAuthorityCertificate } = await import('./certificate.ts');
  return buildAuthorityCertificate({
    name: name instanceof X509Certificate ? name : authorityName(name, now, clientsOnly === true),
    publicKey: createPublicKey(key),
    privateKey: key,
    validity: authorityLifetime(now),
    constraints,
    clientsOnly,
  });
}

/** What is worth knowing about names that can be certified. */
export function warnAbout(names: readonly CertificateName[]): readonly WxDevError[] {
  return names
    .filter(isBroadWildcard)
    .map((name) => new WxDevError('WXD5006', { name: name.value }));
}

async function certifyFor(
  { certificate: issuer, key: issuerKey, certPath }: LoadedAuthority,
  { names: texts, days = defaultLeafDays, publicKey }: CertifyRequest,
  now: number,
): Promise<Certified> {
  const names = parseNames(texts);
  if (!Number.isInteger(days) || days < 1 || days > maxLeafDays) {
    throw new WxDevError('WXD5008', { received: String(days), max: maxLeafDays });
  }
  const { readNameConstraints } = await import('./extensions.ts');
  refuseOutside(names, readNameConstraints(issuer.raw), certPath);
  const { buildLeafCertificate } = await import('./certificate.ts');
  const validity = leafLifetime(now, days, issuer);
  const certPem = buildLeafCertificate({ names, publicKey, issuer, issuerKey, validity });
  const leaf = new X509Certificate(certPem);
  proveLeaf(leaf, issuer, names);
  return {
    certPem,
    names: names.map((name) => name.value),
    notAfter: new Date(leaf.validTo),
    serial: leaf.serialNumber,
    fingerprint256: leaf.fingerprint256,
    warnings: warnAbout(names),
  };
}

/** `wx-dev CA user@host date`, cut to what fits: a long host loses its end, the date stays. */
function authorityName(
  { user, host }: { readonly user: string; readonly host: string },
  now: number,
  clientsOnly: boolean,
): string {
  const date = new Date(now).toISOString().slice(0, 10);
  const title = clientsOnly ? 'wx-dev client CA' : 'wx-dev CA';
  // By code points: half a surrogate pair is no UTF-8.
  const whole = Array.from(`${title} ${user}@${host}`.replaceAll(/\p{Cc}+/gu, ' '));
  return `${whole.slice(0, maxCommonName - date.length - 1).join('')} ${date}`;
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

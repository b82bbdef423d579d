import type { X509Certificate } from 'node:crypto';
import type { WxDevError } from '../core/errors.ts';
import { warnAbout, type Authority } from './authority.ts';
import type { KeyKind } from './keys.ts';
import { keepCertificate, type CertificateFiles, type Renewal } from './leaf-files.ts';
import { parseNames, parseSubjectAltName, type CertificateName } from './names.ts';

/** What `ensureLeaf` needs. */
export interface EnsureLeafOptions {
  readonly authority: Authority;
  /** Folder for the files; made with mode 0700 when absent. */
  readonly dir: string;
  /** DNS names, wildcards and IP addresses. At least one. */
  readonly names: readonly string[];
  /** Lifetime of a leaf that has to be made, 1 to 825 whole days. @default 397 */
  readonly days?: number | undefined;
  /** The family that the key must be of. @default that of the key that is there, else 'ec' */
  readonly keyKind?: KeyKind | undefined;
  /** @default 'needed' */
  readonly renew?: Renewal | undefined;
}

/** A leaf on disk. */
export interface LeafFiles extends CertificateFiles {
  /** As certified, in the order asked for. */
  readonly names: readonly string[];
  /** Names that were certified but that most clients will not accept (WXD5006). */
  readonly warnings: readonly WxDevError[];
}

/**
 * Gives the server certificate in `dir`: the one that lies there when it covers exactly `names` and is not due, else a new one.
 * See `keepCertificate`.
 * @throws WXD5003 WXD5005 WXD5008 from `Authority.issue`, WXD5009 no access, WXD5020 locked, WXD5021 register
 */
export async function ensureLeaf(options: EnsureLeafOptions): Promise<LeafFiles> {
  const { authority, dir, days, keyKind, renew } = options;
  const names = parseNames(options.names);
  const files = await keepCertificate({
    authority,
    dir,
    kind: 'server',
    keyKind,
    renew,
    accept: (leaf) => coversExactly(leaf, names),
    issue: (keyPem) => authority.issue({ names: options.names, days, keyPem }),
  });
  return { ...files, names: names.map((name) => name.value), warnings: warnAbout(names) };
}

function coversExactly(leaf: X509Certificate, names: readonly CertificateName[]): boolean {
  const certified = parseSubjectAltName(leaf.subjectAltName).map((name) => name.value);
  const wanted = new Set(names.map((name) => name.value));
  return certified.length === wanted.size && certified.every((name) => wanted.has(name));
}

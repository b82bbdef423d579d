import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { createKey, parseKey, warnAbout, type Authority } from './authority.ts';
import {
  makeFolder,
  privateMode,
  publicMode,
  publishFile,
  readText,
  replaceFile,
} from './files.ts';
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
}

/** A leaf on disk. */
export interface LeafFiles {
  /** Path of the leaf alone: what a server sends. */
  readonly cert: string;
  /** Path of its key, mode 0600. */
  readonly key: string;
  /** Path of the authority's certificate: what a client trusts. */
  readonly ca: string;
  /** Path of leaf and authority in one file. */
  readonly fullchain: string;
  readonly certPem: string;
  readonly keyPem: string;
  /** As certified, in the order asked for. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Whether the files were good as they lay. */
  readonly reused: boolean;
  /** Names that were certified but that most clients will not accept (WXD5006). */
  readonly warnings: readonly WxDevError[];
}

interface Paths {
  readonly cert: string;
  readonly key: string;
  readonly fullchain: string;
}

type Kept = Pick<LeafFiles, 'certPem' | 'keyPem' | 'notAfter'>;

const dayMs = 86_400_000;

/** Time enough to notice, and what certbot has used for ten years. */
const renewBeforeMs = 30 * dayMs;

/** A turn is lost only to a process that made its key in between, and then there is a key. */
const maxTurns = 3;

/**
 * Gives the leaf in `dir` (`cert.pem`, `key.pem` 0600, `fullchain.pem`). Reuses it when it was issued by `authority`, covers
 * exactly `names` and is not due: 30 days before its end, or in the last third of a shorter life. Else issues it anew, with
 * the same key where that is readable, so that pins survive and every certificate that ever lies there fits its key: several
 * processes at once need no lock.
 * @throws WXD5003 WXD5005 WXD5008 from `Authority.issue`, WXD5009 no access
 */
export async function ensureLeaf(options: EnsureLeafOptions): Promise<LeafFiles> {
  const { authority, dir } = options;
  const names = parseNames(options.names);
  const paths: Paths = {
    cert: join(dir, 'cert.pem'),
    key: join(dir, 'key.pem'),
    fullchain: join(dir, 'fullchain.pem'),
  };
  for (let turn = 1; turn <= maxTurns; turn++) {
    const keyPem = (await readText(paths.key))?.text;
    const existing = await loadLeaf(paths, keyPem, authority, names);
    const leaf = existing ?? (await issueInto(paths, keyPem, options));
    if (!leaf) continue;
    return {
      ...paths,
      ...leaf,
      ca: authority.certPath,
      names: names.map((name) => name.value),
      reused: existing !== undefined,
      warnings: warnAbout(names),
    };
  }
  const reason = { en: 'it is a link that leads nowhere', zh: '它是一个失效的符号链接' };
  throw new WxDevError('WXD5009', { path: paths.key, action: 'write', reason });
}

/** Undefined when another process made the key first. */
async function issueInto(
  paths: Paths,
  oldKeyPem: string | undefined,
  { authority, dir, names, days }: EnsureLeafOptions,
): Promise<Kept | undefined> {
  const kept = oldKeyPem !== undefined && parseKey(oldKeyPem) ? oldKeyPem : undefined;
  const keyPem = kept ?? createKey();
  // Before any folder is made: a name that is refused leaves no trace.
  const { certPem, notAfter } = await authority.issue({ names, days, keyPem });
  await makeFolder(dir);
  if (oldKeyPem === undefined) {
    if (!(await publishFile(paths.key, keyPem, privateMode))) return undefined;
  } else if (kept === undefined) {
    await replaceFile(paths.key, keyPem, privateMode);
  }
  await replaceFile(paths.cert, certPem, publicMode);
  await replaceFile(paths.fullchain, certPem + authority.certPem, publicMode);
  return { certPem, keyPem, notAfter };
}

/** The leaf that lies there, if it will do. Completes the chain, which a killed process may have left behind. */
async function loadLeaf(
  paths: Paths,
  keyPem: string | undefined,
  authority: Authority,
  names: readonly CertificateName[],
): Promise<Kept | undefined> {
  const certPem = (await readText(paths.cert))?.text;
  if (certPem === undefined || keyPem === undefined) return undefined;
  const leaf = parseCertificate(certPem);
  const key = parseKey(keyPem);
  const issuer = new X509Certificate(authority.certPem);
  if (!key || !leaf?.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) return undefined;
  // Exactly as written: nothing after it.
  if (leaf.toString() !== certPem) return undefined;
  if (!leaf.checkPrivateKey(key) || !coversExactly(leaf, names)) return undefined;
  if (isDue(leaf, authority.now())) return undefined;
  const chain = certPem + authority.certPem;
  if ((await readText(paths.fullchain))?.text !== chain) {
    await replaceFile(paths.fullchain, chain, publicMode);
  }
  return { certPem, keyPem, notAfter: new Date(leaf.validTo) };
}

/** Too old, or from a clock that was ahead. */
function isDue(leaf: X509Certificate, now: number): boolean {
  const notBefore = Date.parse(leaf.validFrom);
  const notAfter = Date.parse(leaf.validTo);
  const renewAt = notAfter - Math.min(renewBeforeMs, (notAfter - notBefore) / 3);
  return now < notBefore || now >= renewAt;
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // Damaged, which costs no more than a new one.
  }
}

function coversExactly(leaf: X509Certificate, names: readonly CertificateName[]): boolean {
  const certified = parseSubjectAltName(leaf.subjectAltName).map((name) => name.value);
  const wanted = new Set(names.map((name) => name.value));
  return certified.length === wanted.size && certified.every((name) => wanted.has(name));
}

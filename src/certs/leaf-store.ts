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

const dayMs = 86_400_000;

/** Time enough to notice, and what certbot has used for ten years. */
const renewBeforeMs = 30 * dayMs;

/** Each turn is lost only to another process that wrote in between. */
const maxTurns = 5;

/**
 * Gives the leaf in `dir` (`cert.pem`, `key.pem` 0600, `fullchain.pem`). Reuses it when it was issued by `authority`, covers
 * exactly `names` and is not due: 30 days before its end, or in the last third of a shorter life. Else issues it anew, with
 * the same key where that is readable, so that pins survive.
 * @throws WXD5003 WXD5005 WXD5008 from `Authority.issue`, WXD5009 no access
 */
export async function ensureLeaf(options: EnsureLeafOptions): Promise<LeafFiles> {
  const { authority, dir, days } = options;
  const names = parseNames(options.names);
  const paths: Paths = {
    cert: join(dir, 'cert.pem'),
    key: join(dir, 'key.pem'),
    fullchain: join(dir, 'fullchain.pem'),
  };
  let keyPem = (await readText(paths.key))?.text;
  // Issued before any folder is made: a name that is refused leaves no trace.
  for (let turn = 1; turn <= maxTurns; turn++) {
    const good = keyPem === undefined ? undefined : await loadLeaf(paths, keyPem, authority, names);
    if (good && keyPem !== undefined) {
      return {
        ...paths,
        ca: authority.certPath,
        certPem: good.certPem,
        keyPem,
        names: names.map((name) => name.value),
        notAfter: good.notAfter,
        reused: turn === 1,
        warnings: warnAbout(names),
      };
    }
    await issueInto(paths, dir, { authority, names: options.names, days, keyPem });
    keyPem = (await readText(paths.key))?.text;
  }
  const reason = 'the file keeps changing, or is a link that leads nowhere';
  throw new WxDevError('WXD5009', { path: paths.key, action: 'write', reason });
}

async function issueInto(
  paths: Paths,
  dir: string,
  request: {
    readonly authority: Authority;
    readonly names: readonly string[];
    readonly days: number | undefined;
    readonly keyPem: string | undefined;
  },
): Promise<void> {
  const { authority, names, days } = request;
  const kept =
    request.keyPem !== undefined && parseKey(request.keyPem) ? request.keyPem : undefined;
  const keyPem = kept ?? createKey();
  const { certPem } = await authority.issue({ names, days, keyPem });
  await makeFolder(dir);
  if (request.keyPem === undefined) {
    // Lost to another process: the next turn certifies that one's key.
    if (!(await publishFile(paths.key, keyPem, privateMode))) return;
  } else if (kept === undefined) {
    await replaceFile(paths.key, keyPem, privateMode);
  }
  await replaceFile(paths.fullchain, certPem + authority.certPem, publicMode);
  await replaceFile(paths.cert, certPem, publicMode);
}

async function loadLeaf(
  paths: Paths,
  keyPem: string,
  authority: Authority,
  names: readonly CertificateName[],
): Promise<{ readonly certPem: string; readonly notAfter: Date } | undefined> {
  const certPem = (await readText(paths.cert))?.text;
  const fullchain = (await readText(paths.fullchain))?.text;
  const key = parseKey(keyPem);
  if (certPem === undefined || fullchain !== certPem + authority.certPem || !key) return undefined;
  const leaf = parseCertificate(certPem);
  const issuer = new X509Certificate(authority.certPem);
  if (!leaf?.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) return undefined;
  if (!leaf.checkPrivateKey(key) || !coversExactly(leaf, names)) return undefined;
  const notBefore = Date.parse(leaf.validFrom);
  const notAfter = Date.parse(leaf.validTo);
  const due = notAfter - Math.min(renewBeforeMs, (notAfter - notBefore) / 3);
  const now = authority.now();
  return now < notBefore || now >= due ? undefined : { certPem, notAfter: new Date(notAfter) };
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

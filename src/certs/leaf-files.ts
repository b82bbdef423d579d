import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import {
  makeFolder,
  privateMode,
  publicMode,
  publishFile,
  readText,
  replaceFile,
} from './files.ts';
import { createKey, kindOf, parseKey, publicKeyBytes, type KeyKind } from './keys.ts';
import { isDue } from './lifetime.ts';
import { withLock } from './lock.ts';
import { recordCertificate, type CertificateRecord } from './register.ts';

/** A certificate with its key, as files in one folder. */
export interface CertificateFiles {
  /** Path of the certificate alone: what its holder sends. */
  readonly cert: string;
  /** Path of its key, mode 0600. */
  readonly key: string;
  /** Path of the authority's certificate: what the other side trusts. */
  readonly ca: string;
  /** Path of certificate and authority in one file. */
  readonly fullchain: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly notAfter: Date;
  /** Whether the files were good as they lay. */
  readonly reused: boolean;
  /** `sha256/…=` of its key: what the other side may pin (RFC 7469 §2.4). */
  readonly pin: string;
  /** The pin of the key that was there before, where it was another one. */
  readonly oldPin?: string | undefined;
}

/** `needed` makes a new certificate only where the old one will not do; `leaf` always; `key` also with a new key. */
export type Renewal = 'needed' | 'leaf' | 'key';

/** What `keepCertificate` keeps, and how it is made. */
export interface KeepOptions {
  /** Folder for the files; made with mode 0700 when absent. */
  readonly dir: string;
  readonly authority: {
    readonly dir: string;
    readonly certPem: string;
    readonly certPath: string;
    readonly now: () => number;
  };
  readonly kind: CertificateRecord['kind'];
  /** The family that the key must be of. @default that of the key that is there, else 'ec' */
  readonly keyKind: KeyKind | undefined;
  /** @default 'needed' */
  readonly renew: Renewal | undefined;
  /** Whether a certificate of `authority` that is not due says what it should. */
  readonly accept: (certificate: X509Certificate) => boolean | Promise<boolean>;
  readonly issue: (keyPem: string) => Promise<Issued>;
}

/** A new certificate in memory. */
type Issued = Pick<CertificateRecord, 'serial' | 'names' | 'fingerprint256'> & {
  readonly certPem: string;
  readonly notAfter: Date;
};

interface Paths {
  readonly cert: string;
  readonly key: string;
  readonly fullchain: string;
}

type Kept = Pick<CertificateFiles, 'certPem' | 'keyPem' | 'notAfter'>;

/** A turn is lost only to a process that made its key in between, and then there is a key. */
const maxTurns = 3;

/**
 * Gives the certificate in `dir` (`cert.pem`, `key.pem` 0600, `fullchain.pem`). Reuses it when it was issued by `authority`, is
 * accepted and is not due. Else issues it anew and records it, with the same key where that is readable and of the
 * right family, so that pins survive. One process at a time issues; reading takes no lock.
 * @throws WXD5009 no access, WXD5020 locked, WXD5021 register; what `issue` throws
 */
export async function keepCertificate(options: KeepOptions): Promise<CertificateFiles> {
  const { authority, dir, renew = 'needed' } = options;
  const paths = pathsIn(dir);
  const load = (): Promise<Kept | undefined> | undefined =>
    renew === 'needed' ? loadGood(paths, options) : undefined;
  const existing = await load();
  if (existing) return describe(paths, authority, { ...existing, reused: true });
  return withLock(authority.dir, async () => {
    const oldKeyPem = (await readText(paths.key))?.text;
    const oldPin = pinOf(oldKeyPem === undefined ? undefined : parseKey(oldKeyPem));
    for (let turn = 1; turn <= maxTurns; turn++) {
      const meanwhile = await load();
      const leaf = meanwhile ?? (await issueInto(paths, options));
      if (!leaf) continue;
      const files = describe(paths, authority, { ...leaf, reused: meanwhile !== undefined });
      return oldPin === undefined || oldPin === files.pin ? files : { ...files, oldPin };
    }
    const reason = { en: 'it is a link that leads nowhere', zh: '它是一个失效的符号链接' };
    throw new WxDevError('WXD5009', { path: paths.key, action: 'write', reason });
  });
}

function pathsIn(dir: string): Paths {
  return {
    cert: join(dir, 'cert.pem'),
    key: join(dir, 'key.pem'),
    fullchain: join(dir, 'fullchain.pem'),
  };
}

function describe(
  paths: Paths,
  authority: KeepOptions['authority'],
  leaf: Kept & Pick<CertificateFiles, 'reused'>,
): CertificateFiles {
  const pin = pinOf(new X509Certificate(leaf.certPem).publicKey) ?? '';
  return { ...paths, ...leaf, ca: authority.certPath, pin };
}

function pinOf(key: KeyObject | undefined): string | undefined {
  if (!key) return undefined;
  return `sha256/${createHash('sha256').update(publicKeyBytes(key)).digest('base64')}`;
}

/** Undefined when another process made the key first. */
async function issueInto(paths: Paths, options: KeepOptions): Promise<Kept | undefined> {
  const { authority, dir, kind, renew, issue } = options;
  const oldKeyPem = (await readText(paths.key))?.text;
  const oldKey = oldKeyPem === undefined ? undefined : parseKey(oldKeyPem);
  const oldKind = oldKey && kindOf(oldKey);
  const keyKind = options.keyKind ?? oldKind ?? 'ec';
  const kept = renew !== 'key' && oldKind === keyKind ? oldKeyPem : undefined;
  const keyPem = kept ?? createKey(keyKind);
  // Before any folder is made: a name that is refused leaves no trace.
  const leaf = await issue(keyPem);
  await makeFolder(dir);
  if (oldKeyPem === undefined) {
    if (!(await publishFile(paths.key, keyPem, privateMode))) return undefined;
  }
  // Before the certificate: one that nobody has a record of could not be revoked. And before another key takes the place of the
  // old one, since the register is what a full disk stops first.
  await recordCertificate(authority, { ...leaf, kind, path: paths.cert });
  if (oldKeyPem !== undefined && kept === undefined) {
    await replaceFile(paths.key, keyPem, privateMode);
  }
  await replaceFile(paths.cert, leaf.certPem, publicMode);
  await replaceFile(paths.fullchain, leaf.certPem + authority.certPem, publicMode);
  return { certPem: leaf.certPem, keyPem, notAfter: leaf.notAfter };
}

/** What lies there, if it will do. Completes the chain, which a killed process may have left behind. */
async function loadGood(
  paths: Paths,
  { authority, keyKind, accept }: KeepOptions,
): Promise<Kept | undefined> {
  const certPem = (await readText(paths.cert))?.text;
  const keyPem = (await readText(paths.key))?.text;
  if (certPem === undefined || keyPem === undefined) return undefined;
  const leaf = parseCertificate(certPem);
  const key = parseKey(keyPem);
  const issuer = new X509Certificate(authority.certPem);
  if (!key || !leaf?.checkIssued(issuer) || !leaf.verify(issuer.publicKey)) return undefined;
  // Exactly as written: nothing after it.
  if (leaf.toString() !== certPem) return undefined;
  if (!leaf.checkPrivateKey(key) || isDue(leaf, authority.now())) return undefined;
  if (keyKind !== undefined && keyKind !== kindOf(key)) return undefined;
  if (!(await accept(leaf))) return undefined;
  const chain = certPem + authority.certPem;
  if ((await readText(paths.fullchain))?.text !== chain) {
    await replaceFile(paths.fullchain, chain, publicMode);
  }
  return { certPem, keyPem, notAfter: new Date(leaf.validTo) };
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // Damaged, which costs no more than a new one.
  }
}

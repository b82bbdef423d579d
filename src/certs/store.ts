import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { platform as currentPlatform } from 'node:os';
import { join } from 'node:path';
import { WxDevError, type ErrorDetails } from '../core/errors.ts';
import {
  createAuthorityCertificate,
  createKey,
  issueLeaf,
  parseKey,
  type Authority,
} from './authority.ts';
import { makeFolder, privateMode, publicMode, publishFile, readText } from './files.ts';

export type { Authority, Leaf } from './authority.ts';
export { ensureLeaf, type LeafFiles } from './leaf-store.ts';

/** Where the authority lives and whose it is. */
export interface OpenAuthorityOptions {
  /** Made with mode 0700 when absent. */
  readonly dir: string;
  /** Shown in the CA's name, so that people recognise it in a trust store. Any script. */
  readonly user: string;
  readonly host: string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Windows has no permission bits to check. @default this machine's */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Loads the authority in `dir` (`ca.pem` 0644, `ca-key.pem` 0600), or makes it: P-256, ten years, confined to local names and
 * private addresses. Of several processes at once one makes it and all get the same.
 *
 * The key is published before the certificate, so a certificate always has its key, and a key alone (a process was killed
 * in between) is completed by whoever comes next.
 * @throws WXD5001 key readable or folder writable by others, WXD5002 damaged files, WXD5004 outside its lifetime, WXD5009 no access
 */
export async function openAuthority(options: OpenAuthorityOptions): Promise<Authority> {
  const { dir, now = Date.now, platform = currentPlatform() } = options;
  const certPath = join(dir, 'ca.pem');
  const keyPath = join(dir, 'ca-key.pem');
  const hasModes = platform !== 'win32';
  const folderMode = await makeFolder(dir);
  if (hasModes) refuseMode(dir, folderMode, 0o022, 0o700);

  // In this order: a certificate that is there now had its key before.
  const existing = await readText(certPath);
  const key = await loadKey(dir, keyPath, { hasModes, create: existing === undefined });
  const created = existing === undefined && (await publishCertificate(certPath, key, options));
  const file = existing ?? (await readText(certPath));
  const certificate = checkPair(dir, file?.text ?? '', key);
  checkLifetime(dir, certificate, now());
  return {
    dir,
    certPem: certificate.toString(),
    certPath,
    keyPath,
    fingerprint256: certificate.fingerprint256,
    notAfter: new Date(certificate.validTo),
    created,
    now,
    issue: (request) => issueLeaf({ certificate, key, path: certPath }, request, now()),
  };
}

async function loadKey(
  dir: string,
  path: string,
  { hasModes, create }: { readonly hasModes: boolean; readonly create: boolean },
): Promise<KeyObject> {
  let file = await readText(path);
  if (!file && create) {
    await publishFile(path, createKey(), privateMode);
    file = await readText(path);
  }
  if (!file) throw damaged(dir, 'key-missing');
  if (hasModes) refuseMode(path, file.mode, 0o077, privateMode);
  const key = parseKey(file.text);
  if (!key) throw damaged(dir, 'key-unreadable');
  return key;
}

async function publishCertificate(
  path: string,
  key: KeyObject,
  { user, host, now = Date.now }: OpenAuthorityOptions,
): Promise<boolean> {
  const certPem = await createAuthorityCertificate({ key, user, host, now: now() });
  return publishFile(path, certPem, publicMode);
}

function checkPair(dir: string, certPem: string, key: KeyObject): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch (cause) {
    throw damaged(dir, 'cert-unreadable', cause);
  }
  if (!certificate.ca) throw damaged(dir, 'not-an-authority');
  if (!certificate.checkPrivateKey(key)) throw damaged(dir, 'mismatch');
  if (!certificate.verify(createPublicKey(key))) throw damaged(dir, 'altered');
  return certificate;
}

function checkLifetime(dir: string, certificate: X509Certificate, now: number): void {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  const early = now < notBefore.getTime();
  if (!early && now <= notAfter.getTime()) return;
  throw new WxDevError('WXD5004', {
    dir,
    notBefore: toSecond(notBefore),
    notAfter: toSecond(notAfter),
    now: toSecond(new Date(now)),
    early,
  });
}

/** `2026-11-21T12:00:00Z` */
function toSecond(date: Date): string {
  return date.toISOString().replace(/\.\d+/, '');
}

function refuseMode(path: string, mode: number, forbidden: number, wanted: number): void {
  if ((mode & forbidden) !== 0) throw new WxDevError('WXD5001', { path, mode, wanted });
}

function damaged(
  dir: string,
  damage: ErrorDetails<'WXD5002'>['damage'],
  cause?: unknown,
): WxDevError {
  return new WxDevError('WXD5002', { dir, damage }, { cause });
}

import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { platform as currentPlatform } from 'node:os';
import { join } from 'node:path';
import { WxDevError, type ErrorDetails } from '../core/errors.ts';
import { makeFolder, privateMode, publicMode, publishFile, readText } from './files.ts';
import { createKey, isSealed, parseKey, type KeyKind } from './keys.ts';

/** Where an authority lives and whose it is. */
export interface OpenAuthorityOptions {
  /** Made with mode 0700 when absent. */
  readonly dir: string;
  /** Shown in the CA's name, so that people recognise it in a trust store. Any script. */
  readonly user: string;
  readonly host: string;
  /** What the key is under, where it is. */
  readonly passphrase?: string | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Windows has no permission bits to check. @default this machine's */
  readonly platform?: NodeJS.Platform | undefined;
}

/** An authority in memory, with its key. */
export interface LoadedAuthority {
  readonly dir: string;
  readonly certPath: string;
  readonly keyPath: string;
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  /** Whether this call made it. */
  readonly created: boolean;
  /** Whether the file of the key is under a passphrase. */
  readonly sealed: boolean;
}

/** How the files of an authority are called, and how they are made when absent. */
export interface AuthorityMaker {
  /** `ca` for `ca.pem` and `ca-key.pem`. */
  readonly name: 'ca' | 'ca-client';
  /** Of a key that has to be made. @default 'ec' */
  readonly keyKind?: KeyKind | undefined;
  /** The certificate for the key in PEM. */
  readonly createCertificate: (key: KeyObject) => Promise<string>;
}

/** Ten years of life want more than the 2048 of a leaf. */
const authorityRsaBits = 3072;

/**
 * Loads an authority (certificate 0644, key 0600), or makes it. Of several processes at once one makes it and all get the same.
 *
 * The key is published before the certificate, so a certificate always has its key, and a key alone (a process was killed
 * in between) is completed by whoever comes next.
 * @throws WXD5001 key readable or folder writable by others, WXD5002 damaged files, WXD5004 outside its lifetime,
 * WXD5009 no access, WXD5022 passphrase
 */
export async function loadAuthorityFiles(
  { dir, now = Date.now, platform = currentPlatform(), passphrase }: OpenAuthorityOptions,
  maker: AuthorityMaker,
): Promise<LoadedAuthority> {
  const { name } = maker;
  const certPath = join(dir, `${name}.pem`);
  const keyPath = join(dir, `${name}-key.pem`);
  const hasModes = platform !== 'win32';
  const folderMode = await makeFolder(dir);
  if (hasModes) refuseMode(dir, folderMode, 0o022, 0o700);

  // In this order: a certificate that is there now had its key before.
  const existing = await readText(certPath);
  const createText = (): Promise<string> => createKeyText(maker.keyKind, passphrase);
  const keyText = await loadKeyText(dir, keyPath, {
    hasModes,
    name,
    create: existing === undefined ? createText : undefined,
  });
  const key = openKey(keyText, passphrase, { dir, keyPath, name });
  const created =
    existing === undefined &&
    (await publishFile(certPath, await maker.createCertificate(key), publicMode));
  const file = existing ?? (await readText(certPath));
  const certificate = checkPair(file?.text ?? '', key, { dir, name });
  checkLifetime(dir, certificate, now());
  return { dir, certPath, keyPath, certificate, key, created, sealed: isSealed(keyText) };
}

async function loadKeyText(
  dir: string,
  path: string,
  options: {
    readonly hasModes: boolean;
    readonly name: AuthorityMaker['name'];
    readonly create: (() => Promise<string>) | undefined;
  },
): Promise<string> {
  const { hasModes, name, create } = options;
  let file = await readText(path);
  if (!file && create) {
    await publishFile(path, await create(), privateMode);
    file = await readText(path);
  }
  if (!file) throw damaged({ dir, name }, 'key-missing');
  if (hasModes) refuseMode(path, file.mode, 0o077, privateMode);
  return file.text;
}

async function createKeyText(
  kind: KeyKind = 'ec',
  passphrase: string | undefined,
): Promise<string> {
  const pem = createKey(kind, authorityRsaBits);
  if (passphrase === undefined) return pem;
  const { sealKey } = await import('./sealed-key.ts');
  return sealKey(createPrivateKey(pem), passphrase);
}

interface Place {
  readonly dir: string;
  readonly name: AuthorityMaker['name'];
}

function openKey(
  text: string,
  passphrase: string | undefined,
  { keyPath, ...place }: Place & { readonly keyPath: string },
): KeyObject {
  const key = parseKey(text, passphrase);
  if (key) return key;
  if (!isSealed(text)) throw damaged(place, 'key-unreadable');
  throw new WxDevError('WXD5022', { path: keyPath, given: passphrase !== undefined });
}

function checkPair(certPem: string, key: KeyObject, place: Place): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certPem);
  } catch (cause) {
    throw damaged(place, 'cert-unreadable', cause);
  }
  if (!certificate.ca) throw damaged(place, 'not-an-authority');
  if (!certificate.checkPrivateKey(key)) throw damaged(place, 'mismatch');
  if (!certificate.verify(createPublicKey(key))) throw damaged(place, 'altered');
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
  { dir, name }: Place,
  damage: ErrorDetails<'WXD5002'>['damage'],
  cause?: unknown,
): WxDevError {
  return new WxDevError('WXD5002', { dir, damage, name }, { cause });
}

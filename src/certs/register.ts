import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { privateMode, readText, replaceFile } from './files.ts';

/** What a certificate is for. `request`: a server's, for a key that never was here. */
type RecordKind = 'server' | 'client' | 'request';

/** One certificate that was issued. */
export interface CertificateRecord {
  /** Upper-case hex. */
  readonly serial: string;
  readonly kind: RecordKind;
  /** DNS names and addresses; of a client its name and email address. */
  readonly names: readonly string[];
  /** Colon-separated upper-case hex of SHA-256. */
  readonly fingerprint256: string;
  /** ISO 8601, as are the other times. */
  readonly notAfter: string;
  /** The file it was written to. */
  readonly path: string;
  readonly revokedAt?: string | undefined;
}

/** What an authority's `index.json` holds. */
export interface Register {
  /** Number of the newest revocation list; 0 before the first. */
  readonly crlNumber: number;
  /** Oldest first. */
  readonly certificates: readonly CertificateRecord[];
}

const fileName = 'index.json';

/** Long enough to see in `cert list` what ended. */
const keepExpiredMs = 90 * 86_400_000;

/** 3000 certificates or so; an older one is forgotten only after it has expired. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads what was issued in `dir`; empty where nothing was.
 * @throws WXD5021 damaged, WXD5009 no access
 */
export async function readRegister(dir: string): Promise<Register> {
  const path = join(dir, fileName);
  const file = await readText(path, maxBytes);
  if (!file) return { crlNumber: 0, certificates: [] };
  let value: unknown;
  try {
    value = JSON.parse(file.text);
  } catch (cause) {
    throw new WxDevError('WXD5021', { path }, { cause });
  }
  if (!isRegister(value)) throw new WxDevError('WXD5021', { path });
  return value;
}

/** Writes the register whole or not at all. Hold the lock of `dir` since it was read. */
export async function writeRegister(dir: string, register: Register, now: number): Promise<void> {
  const certificates = register.certificates.filter(
    ({ notAfter }) => Date.parse(notAfter) > now - keepExpiredMs,
  );
  const text = JSON.stringify({ version: 1, ...register, certificates }, undefined, 2);
  await replaceFile(join(dir, fileName), `${text}\n`, privateMode);
}

/** Notes a certificate that is about to be written. Hold the lock of `dir`. @throws as `readRegister` */
export async function recordCertificate(
  { dir, now }: { readonly dir: string; readonly now: () => number },
  issued: Pick<CertificateRecord, 'serial' | 'kind' | 'names' | 'fingerprint256' | 'path'> & {
    readonly notAfter: Date;
  },
): Promise<void> {
  const { serial, kind, names, fingerprint256, path } = issued;
  const notAfter = issued.notAfter.toISOString();
  const record: CertificateRecord = { serial, kind, names, fingerprint256, notAfter, path };
  await writeRegister(dir, withRecord(await readRegister(dir), record), now());
}

/**
 * The register with `added` in it. A server's certificate that it replaces is forgotten, because nothing but its files ever
 * made it count; a client's stays, because it is good until it is revoked.
 */
function withRecord(register: Register, added: CertificateRecord): Register {
  const replaced = (old: CertificateRecord): boolean =>
    old.path === added.path && old.kind === added.kind && old.kind !== 'client';
  const kept = register.certificates.filter((old) => !replaced(old) || old.revokedAt !== undefined);
  return { ...register, certificates: [...kept, added] };
}

function isRegister(value: unknown): value is Register {
  if (!isObject(value)) return false;
  const { crlNumber, certificates } = value;
  if (!Number.isSafeInteger(crlNumber) || !Array.isArray(certificates)) return false;
  return certificates.every(isRecord);
}

function isRecord(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = ['serial', 'kind', 'fingerprint256', 'notAfter', 'path'];
  if (!texts.every((name) => typeof value[name] === 'string')) return false;
  const { names, revokedAt, notAfter } = value;
  if (!isTime(notAfter) || (revokedAt !== undefined && !isTime(revokedAt))) return false;
  return Array.isArray(names) && names.every((name) => typeof name === 'string');
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import { rm } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { WxDevError } from '../../core/errors.ts';
import { privateMode, readText, replaceFile } from '../files.ts';
import type { StoreKind, StoreName } from './plan.ts';

/** One store that the authority was added to: enough to remove it when the authority's own files are gone. */
export interface TrustEntry {
  readonly store: StoreName;
  readonly kind: StoreKind;
  readonly path: string;
  /** Colon-separated upper-case hex. */
  readonly fingerprint256: string;
  /** SHA-1, by which Windows and macOS name a certificate. */
  readonly fingerprint1: string;
  readonly certPem: string;
  /** ISO 8601. */
  readonly time: string;
  readonly madeDatabase: boolean;
}

/** Hundreds of stores. */
const maxRecordBytes = 1_048_576;

const kinds: readonly StoreKind[] = ['file', 'nss', 'keychain', 'windows', 'wsl', 'java'];
const names: readonly StoreName[] = ['system', 'chromium', 'firefox', 'windows', 'java'];

/**
 * The entries of trust.json; none where there is no such file.
 * @throws WXD5032 it cannot be read, WXD5009
 */
export async function readTrustRecord(path: string): Promise<readonly TrustEntry[]> {
  const file = await readText(path, maxRecordBytes);
  if (!file) return [];
  try {
    const value: unknown = JSON.parse(file.text);
    if (!isObject(value) || !Array.isArray(value['installed'])) throw new Error('no list');
    return value['installed'].map(readEntry);
  } catch (cause) {
    throw new WxDevError('WXD5032', { path }, { cause });
  }
}

/** Replaces the entries; with none the file goes. @throws WXD5009 */
export async function writeTrustRecord(
  path: string,
  entries: readonly TrustEntry[],
): Promise<void> {
  if (entries.length === 0) return rm(path, { force: true });
  const text = `${JSON.stringify({ version: 1, installed: entries }, undefined, 2)}\n`;
  return replaceFile(path, text, privateMode);
}

/** Nothing of the file is believed but what the certificate in it proves. */
function readEntry(value: unknown): TrustEntry {
  if (!isObject(value)) throw new Error('no entry');
  const text = (key: string): string => {
    const found = value[key];
    if (typeof found !== 'string') throw new Error(`no ${key}`);
    return found;
  };
  const certificate = new X509Certificate(text('certPem'));
  const kind = kinds.find((each) => each === value['kind']);
  const store = names.find((each) => each === value['store']);
  if (!kind || !store) throw new Error('an unknown store');
  return {
    store,
    kind,
    path: text('path'),
    fingerprint256: certificate.fingerprint256,
    fingerprint1: certificate.fingerprint,
    certPem: certificate.toString(),
    time: text('time'),
    madeDatabase: value['madeDatabase'] === true,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

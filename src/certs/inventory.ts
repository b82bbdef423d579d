import { X509Certificate } from 'node:crypto';
import { readText } from './files.ts';
import { isDue } from './lifetime.ts';
import { readRegister, type CertificateRecord } from './register.ts';

/** How a certificate stands. `missing`: its file is gone, or holds another one by now. */
type CertificateState = 'good' | 'due' | 'expired' | 'revoked' | 'missing';

/** A certificate that was issued, and how it stands. */
export interface ListedCertificate extends CertificateRecord {
  readonly state: CertificateState;
}

/**
 * What the authorities in `dir` have issued, oldest first. `now` is in milliseconds since the epoch.
 * @throws WXD5009 no access, WXD5021 register
 */
export async function listCertificates(
  dir: string,
  now: number,
): Promise<readonly ListedCertificate[]> {
  const { certificates } = await readRegister(dir);
  return Promise.all(
    certificates.map(async (record) => ({ ...record, state: await stateOf(record, now) })),
  );
}

/** The certificate that lies at `path`, alone in its file; undefined where there is none. @throws WXD5009 no access */
export async function loadCertificate(path: string): Promise<X509Certificate | undefined> {
  const text = (await readText(path))?.text;
  if (text === undefined) return undefined;
  try {
    return new X509Certificate(text);
  } catch {
    return undefined; // Damaged: as good as none.
  }
}

async function stateOf(record: CertificateRecord, now: number): Promise<CertificateState> {
  if (record.revokedAt !== undefined) return 'revoked';
  if (Date.parse(record.notAfter) < now) return 'expired';
  const certificate = await loadCertificate(record.path);
  if (certificate?.fingerprint256 !== record.fingerprint256) return 'missing';
  return isDue(certificate, now) ? 'due' : 'good';
}

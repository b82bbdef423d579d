import { basename, dirname, join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import type { ClientAuthority } from './client-authority.ts';
import { publicMode, removeFile, replaceFile } from './files.ts';
import { loadCertificate } from './inventory.ts';
import { withLock } from './lock.ts';
import { readRegister, writeRegister, type CertificateRecord, type Register } from './register.ts';

/** Fewer digits of a serial number could mean another certificate tomorrow. */
const minDigits = 6;

/**
 * Writes a new revocation list, with whatever is revoked by now. Done on every command of the authority of clients, because an expired list makes
 * servers refuse everybody.
 * @returns its number
 * @throws WXD5009 no access, WXD5020 locked, WXD5021 register
 */
export function refreshRevocations(authority: ClientAuthority): Promise<number> {
  return withLock(authority.dir, async () => publish(authority, await readRegister(authority.dir)));
}

/**
 * Revokes a certificate: a client's goes on the list. A server's is marked and its files are removed, key included, since no browser
 * would read a list.
 * @throws WXD5026 none or several have this serial number, WXD5009, WXD5020, WXD5021
 */
export function revokeCertificate(
  authority: ClientAuthority,
  serial: string,
): Promise<CertificateRecord> {
  return withLock(authority.dir, async () => {
    const register = await readRegister(authority.dir);
    const found = findRecord(register.certificates, serial);
    const revokedAt = found.revokedAt ?? new Date(authority.now()).toISOString();
    const revoked = { ...found, revokedAt };
    const certificates = register.certificates.map((record) =>
      record === found ? revoked : record,
    );
    await publish(authority, { ...register, certificates });
    if (found.kind !== 'client') await discardFiles(found);
    return revoked;
  });
}

async function discardFiles({ path, kind, fingerprint256 }: CertificateRecord): Promise<void> {
  const certificate = await loadCertificate(path);
  if (certificate?.fingerprint256 !== fingerprint256) return; // A newer one lies there.
  const names =
    kind === 'server' ? ['cert', 'fullchain', 'key'] : [basename(path, '.pem'), fullchainOf(path)];
  for (const name of names) await removeFile(join(dirname(path), `${name}.pem`));
}

function fullchainOf(path: string): string {
  return basename(path).replace(/\.cert\.pem$/, '.fullchain');
}

/** The record with this serial number, of which the first six digits are enough. @throws WXD5026 */
function findRecord(records: readonly CertificateRecord[], text: string): CertificateRecord {
  const serial = text.replaceAll(/[\s:]/g, '').replace(/^0x/i, '').toUpperCase();
  const exact = records.filter((record) => record.serial === serial);
  const usable = serial.length >= minDigits;
  const begun = usable ? records.filter((record) => record.serial.startsWith(serial)) : [];
  const matches = exact.length > 0 ? exact : begun;
  const [found] = matches;
  if (!found || matches.length > 1) {
    throw new WxDevError('WXD5026', { serial: text, matches: matches.length });
  }
  return found;
}

async function publish(authority: ClientAuthority, register: Register): Promise<number> {
  const crlNumber = register.crlNumber + 1;
  const revoked = register.certificates.flatMap(({ kind, serial, revokedAt }) =>
    kind === 'client' && revokedAt !== undefined
      ? [{ serial, revokedAt: new Date(revokedAt) }]
      : [],
  );
  // First the number: after a power cut a number is skipped, never given twice.
  await writeRegister(authority.dir, { ...register, crlNumber }, authority.now());
  const list = await authority.signRevocations(revoked, crlNumber);
  await replaceFile(authority.crlPath, list, publicMode);
  return crlNumber;
}

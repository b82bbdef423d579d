import type { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import type { Authority } from './authority.ts';
import type { ClientAuthority } from './client-authority.ts';
import { ensureClient } from './client-store.ts';
import { loadCertificate } from './inventory.ts';
import type { Renewal } from './leaf-files.ts';
import { ensureLeaf } from './leaf-store.ts';
import { isDue, lifetimeDays } from './lifetime.ts';
import { parseSubjectAltName } from './names.ts';
import { readRegister, type CertificateRecord } from './register.ts';
import { certifyRequest } from './request-store.ts';

/** Who may have issued what is renewed; each is opened when it is needed first. */
export interface Issuers {
  readonly server: () => Promise<Authority>;
  readonly client: () => Promise<ClientAuthority>;
}

/** A certificate after its renewal. */
export interface Renewed {
  readonly cert: string;
  readonly kind: CertificateRecord['kind'];
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** Whether it was left as it is, because it was not due. */
  readonly reused: boolean;
  readonly pin?: string | undefined;
  readonly oldPin?: string | undefined;
}

/**
 * Renews the certificate at `path`, for the same names, as long and in the same files. A key that was never here (`csr`) is kept.
 * @throws WXD5027 there is no certificate of ours; else what issuing throws
 */
export async function renewCertificate(
  path: string,
  issuers: Issuers,
  renew: Renewal,
): Promise<Renewed> {
  const certificate = await loadCertificate(path);
  if (!certificate) throw new WxDevError('WXD5027', { path });
  const authority = await issuers.server();
  const { certificates } = await readRegister(authority.dir);
  const record = certificates.find(
    ({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256,
  );
  const { kind, names } = record ?? unrecorded(certificate, authority, path);
  const days = lifetimeDays(certificate);
  switch (kind) {
    case 'server': {
      const leaf = await ensureLeaf({ authority, dir: dirname(path), names, days, renew });
      return { ...leaf, kind };
    }
    case 'client': {
      const [name = '', email] = names;
      const client = await issuers.client();
      const identity = { name, email };
      const dir = dirname(path);
      return {
        ...(await ensureClient({ authority: client, dir, identity, days, renew })),
        kind,
        names,
      };
    }
    case 'request': {
      const base = path.replace(/\.cert\.pem$/, '');
      const notAfter = new Date(certificate.validTo);
      if (renew === 'needed' && !isDue(certificate, authority.now())) {
        return { cert: path, kind, names, notAfter, reused: true };
      }
      const { publicKey } = certificate;
      const made = await certifyRequest({ authority, publicKey, names, days, base });
      return { ...made, kind, reused: false };
    }
    default:
      return kind satisfies never;
  }
}

/** A leaf from before there was a register. */
function unrecorded(
  certificate: X509Certificate,
  authority: Authority,
  path: string,
): Pick<CertificateRecord, 'kind' | 'names'> {
  const names = parseSubjectAltName(certificate.subjectAltName).map((name) => name.value);
  if (names.length === 0 || !authority.hasIssued(certificate)) {
    throw new WxDevError('WXD5027', { path });
  }
  return { kind: 'server', names };
}

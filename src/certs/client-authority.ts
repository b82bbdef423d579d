import { createPublicKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { loadAuthorityFiles, type OpenAuthorityOptions } from './authority-files.ts';
import { createAuthorityCertificate } from './authority.ts';
import type { ClientIdentity } from './certificate.ts';
import type { Revocation } from './crl.ts';
import { defaultLeafDays, leafLifetime, maxLeafDays, revocationLifetime } from './lifetime.ts';

export type { ClientIdentity } from './certificate.ts';

/**
 * The authority of clients. Another one than that of servers, because whoever trusts it lets its certificates in: it belongs on servers
 * only, in no trust store, and its certificates are good for clients only.
 */
export interface ClientAuthority {
  readonly dir: string;
  /** What a server that asks for client certificates trusts. */
  readonly certPem: string;
  readonly certPath: string;
  /** Where its revocation list is kept. */
  readonly crlPath: string;
  readonly fingerprint256: string;
  readonly notAfter: Date;
  /** Whether this call made it. */
  readonly created: boolean;
  readonly now: () => number;
  /** Makes a certificate for the key; writes nothing. @throws WXD5008 the lifetime */
  issue(request: {
    readonly identity: ClientIdentity;
    readonly keyPem: string;
    readonly days?: number | undefined;
  }): Promise<ClientCertificate>;
  /** Makes a revocation list in PEM, good for 30 days; writes nothing. */
  signRevocations(revoked: readonly Revocation[], number: number): Promise<string>;
}

/** A client's certificate, in memory. */
interface ClientCertificate {
  readonly certPem: string;
  readonly notAfter: Date;
  readonly serial: string;
  readonly fingerprint256: string;
}

/**
 * Loads the authority of clients in `dir` (`ca-client.pem`, `ca-client-key.pem`), or makes it.
 * @throws as `openAuthority`
 */
export async function openClientAuthority(options: OpenAuthorityOptions): Promise<ClientAuthority> {
  const { dir, user, host, now = Date.now } = options;
  const { certificate, certPath, key, created } = await loadAuthorityFiles(options, {
    name: 'ca-client',
    createCertificate: (newKey) =>
      createAuthorityCertificate({
        key: newKey,
        name: { user, host },
        now: now(),
        constraints: undefined,
        clientsOnly: true,
      }),
  });
  return {
    dir,
    certPem: certificate.toString(),
    certPath,
    crlPath: join(dir, 'crl.pem'),
    fingerprint256: certificate.fingerprint256,
    notAfter: new Date(certificate.validTo),
    created,
    now,
    issue: async ({ identity, keyPem, days = defaultLeafDays }) => {
      if (!Number.isInteger(days) || days < 1 || days > maxLeafDays) {
        throw new WxDevError('WXD5008', { received: String(days), max: maxLeafDays });
      }
      const { buildClientCertificate } = await import('./certificate.ts');
      const certPem = buildClientCertificate({
        identity,
        publicKey: createPublicKey(keyPem),
        issuer: certificate,
        issuerKey: key,
        validity: leafLifetime(now(), days, certificate),
      });
      return describe(certPem, certificate);
    },
    signRevocations: async (revoked, number) => {
      const { buildRevocationList } = await import('./crl.ts');
      const times = revocationLifetime(now());
      return buildRevocationList({
        issuer: certificate,
        issuerKey: key,
        revoked,
        number,
        ...times,
      });
    },
  };
}

function describe(certPem: string, issuer: X509Certificate): ClientCertificate {
  const certificate = new X509Certificate(certPem);
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
    throw new Error('the new client certificate does not verify against its authority');
  }
  const { serialNumber: serial, fingerprint256, validTo } = certificate;
  return { certPem, serial, fingerprint256, notAfter: new Date(validTo) };
}

import { X509Certificate } from 'node:crypto';
import { readRevoked } from '../certs/revoked.ts';
import type { RefusesClient, ServerTls } from '../core/server-tls.ts';

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Which clients of open connections `after` would not let in again: those on its revocation list, and where the authority is
 * another one, those that it did not issue. Who comes through an intermediate authority is then cut as well, and dials again.
 * @throws Error where the list cannot be read
 */
export function refusedBy(after: ServerTls, before: ServerTls): RefusesClient {
  const isRevoked = after.crl === undefined ? () => false : readRevoked(after.crl);
  if (after.clientCa === undefined || after.clientCa === before.clientCa) return isRevoked;
  const authorities = (after.clientCa.match(pemBlock) ?? []).map((pem) => new X509Certificate(pem));
  return (client) => {
    const isIssued = authorities.some(
      (authority) => client.checkIssued(authority) && client.verify(authority.publicKey),
    );
    return !isIssued || isRevoked(client);
  };
}

import { WxDevError, type ErrorDetails } from '../core/errors.ts';
import type { ClientAuthority, ClientIdentity } from './client-authority.ts';
import type { KeyKind } from './keys.ts';
import { keepCertificate, type CertificateFiles, type Renewal } from './leaf-files.ts';
import { readRegister } from './register.ts';

/** What `ensureClient` needs. */
export interface EnsureClientOptions {
  readonly authority: ClientAuthority;
  /** Folder for the files; made with mode 0700 when absent. */
  readonly dir: string;
  readonly identity: ClientIdentity;
  /** 1 to 825 whole days. @default 397 */
  readonly days?: number | undefined;
  readonly keyKind?: KeyKind | undefined;
  readonly renew?: Renewal | undefined;
}

/** ub-common-name of RFC 5280 appendix A, in characters. */
const maxCommonName = 64;

/**
 * Reads who a client is.
 * @throws WXD5025 a name that cannot be a folder's or a certificate's, or an address that is none
 */
export function parseIdentity(name: string, email?: string): ClientIdentity {
  const fail = (text: string, fault: ErrorDetails<'WXD5025'>['fault']): never => {
    throw new WxDevError('WXD5025', { name: text, fault });
  };
  const trimmed = name.trim().normalize('NFC');
  if (trimmed === '') fail(name, 'empty');
  if (/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]|^\.|\.$/u.test(trimmed)) fail(name, 'characters');
  if (Array.from(trimmed).length > maxCommonName) fail(name, 'too-long');
  if (email !== undefined && !/^[!-?A-~]{1,64}@[a-z\d.-]{1,255}$/i.test(email))
    fail(email, 'email');
  return { name: trimmed, email };
}

/**
 * Gives the client certificate in `dir`: the one that lies there when it is this client's, is not revoked and not due, else a
 * new one. See `keepCertificate`.
 * @throws WXD5008 the lifetime, WXD5009 no access, WXD5020 locked, WXD5021 register
 */
export async function ensureClient(options: EnsureClientOptions): Promise<CertificateFiles> {
  const { authority, dir, identity, days, keyKind, renew } = options;
  const names = [identity.name, ...(identity.email === undefined ? [] : [identity.email])];
  return keepCertificate({
    authority,
    dir,
    kind: 'client',
    keyKind,
    renew,
    accept: async ({ fingerprint256 }) => {
      const { certificates } = await readRegister(authority.dir);
      const record = certificates.find((known) => known.fingerprint256 === fingerprint256);
      return record?.revokedAt === undefined && record?.names.join('\n') === names.join('\n');
    },
    issue: async (keyPem) => ({ names, ...(await authority.issue({ identity, keyPem, days })) }),
  });
}

import type { KeyObject } from 'node:crypto';
import { dirname } from 'node:path';
import type { Authority, Certified } from './authority.ts';
import { makeFolder, publicMode, replaceFile } from './files.ts';
import { withLock } from './lock.ts';
import { recordCertificate } from './register.ts';

/** A certificate for a key that is somewhere else. */
export interface RequestFiles extends Certified {
  readonly cert: string;
  readonly fullchain: string;
}

/**
 * Certifies a stranger's key and writes `<base>.cert.pem` and `<base>.fullchain.pem`.
 * @throws WXD5003 WXD5005 WXD5008 from `Authority.certify`, WXD5009 no access, WXD5020 locked, WXD5021 register
 */
export async function certifyRequest(options: {
  readonly authority: Authority;
  readonly publicKey: KeyObject;
  readonly names: readonly string[];
  readonly days?: number | undefined;
  /** Path without the endings. */
  readonly base: string;
}): Promise<RequestFiles> {
  const { authority, base, ...request } = options;
  const certified = await authority.certify(request);
  const cert = `${base}.cert.pem`;
  const fullchain = `${base}.fullchain.pem`;
  await makeFolder(dirname(base));
  return withLock(authority.dir, async () => {
    await recordCertificate(authority, { ...certified, kind: 'request', path: cert });
    await replaceFile(cert, certified.certPem, publicMode);
    await replaceFile(fullchain, certified.certPem + authority.certPem, publicMode);
    return { ...certified, cert, fullchain };
  });
}

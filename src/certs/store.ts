import { loadAuthorityFiles, type OpenAuthorityOptions } from './authority-files.ts';
import { createAuthority, createAuthorityCertificate, type Authority } from './authority.ts';
import { defaultConstraints, type Constraints } from './constraints.ts';
import type { KeyKind } from './keys.ts';

export type { OpenAuthorityOptions } from './authority-files.ts';
export type { Authority, Leaf } from './authority.ts';
export { ensureLeaf, type LeafFiles } from './leaf-store.ts';

/** How to make an authority where there is none. */
export interface AuthorityDesign {
  readonly keyKind: KeyKind;
  /** Undefined: it may certify any name. */
  readonly constraints: Constraints | undefined;
}

/**
 * Loads the authority in `dir` (`ca.pem`, `ca-key.pem`), or makes it: P-256, ten years, confined to local names and
 * private addresses, unless `design` says otherwise.
 * @throws WXD5001 key readable or folder writable by others, WXD5002 damaged files, WXD5004 outside its lifetime,
 * WXD5009 no access, WXD5022 passphrase
 */
export async function openAuthority(
  options: OpenAuthorityOptions,
  design: AuthorityDesign = { keyKind: 'ec', constraints: defaultConstraints },
): Promise<Authority> {
  const { user, host, now = Date.now } = options;
  const { keyKind, constraints } = design;
  const loaded = await loadAuthorityFiles(options, {
    name: 'ca',
    keyKind,
    createCertificate: (key) =>
      createAuthorityCertificate({ key, name: { user, host }, now: now(), constraints }),
  });
  return createAuthority(loaded, now);
}

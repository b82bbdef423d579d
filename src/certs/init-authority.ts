import { join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import {
  loadAuthorityFiles,
  type LoadedAuthority,
  type OpenAuthorityOptions,
} from './authority-files.ts';
import { createAuthorityCertificate, type Authority } from './authority.ts';
import {
  addPermitted,
  defaultConstraints,
  parsePermitted,
  sameConstraints,
  type Constraints,
} from './constraints.ts';
import { makeFolder, privateMode, publicMode, readText, replaceFile } from './files.ts';
import { isSealed, kindOf, parseKey } from './keys.ts';
import { withLock } from './lock.ts';
import { openAuthority } from './store.ts';

/** What the authority should be. */
export interface InitRequest {
  /** Domains, addresses and ranges to permit besides those it permits now. */
  readonly allow: readonly string[];
  /** Whether it may certify any name. */
  readonly unconstrained: boolean;
  /** An RSA key, where there is none yet. */
  readonly rsa: boolean;
}

/** What was done to the authority. */
export interface InitOutcome {
  readonly authority: Authority;
  /** `reissued`: same key and name, so that its leaves stay good, but clients have to trust the new file. */
  readonly change: 'created' | 'reissued' | 'unchanged';
  /** Undefined: it may certify any name. */
  readonly constraints: Constraints | undefined;
  /** Whether its key is under a passphrase. */
  readonly sealed: boolean;
}

/**
 * Makes the authority, or changes what it may certify. With a passphrase its keys are put under it.
 * @throws WXD5005 a domain that cannot be one, WXD5020 locked, WXD5023 another kind of key; and what `openAuthority` throws
 */
export async function initAuthority(
  options: OpenAuthorityOptions,
  request: InitRequest,
): Promise<InitOutcome> {
  const { dir, now = Date.now, passphrase } = options;
  const allowed = parsePermitted(request.allow);
  const first = request.unconstrained ? undefined : addPermitted(defaultConstraints, allowed);
  const design = { keyKind: request.rsa ? ('rsa' as const) : ('ec' as const), constraints: first };
  await makeFolder(dir);
  return withLock(dir, async () => {
    const authority = await openAuthority(options, design);
    const loaded = await loadExisting(options);
    if (request.rsa && kindOf(loaded.key) !== 'rsa') throw new WxDevError('WXD5023', { dir });
    if (passphrase !== undefined) await sealKeys(dir, passphrase);
    const sealed = passphrase !== undefined || loaded.sealed;
    if (authority.created) return { authority, change: 'created', constraints: first, sealed };
    const { readNameConstraints } = await import('./extensions.ts');
    const present = readNameConstraints(loaded.certificate.raw);
    const wanted = wantedConstraints(present, allowed, request.unconstrained);
    if (sameConstraints(present, wanted)) {
      return { authority, change: 'unchanged', constraints: present, sealed };
    }
    const certPem = await createAuthorityCertificate({
      key: loaded.key,
      name: loaded.certificate,
      now: now(),
      constraints: wanted,
    });
    await replaceFile(loaded.certPath, certPem, publicMode);
    const reissued = await openAuthority(options);
    return { authority: reissued, change: 'reissued', constraints: wanted, sealed };
  });
}

function loadExisting(options: OpenAuthorityOptions): Promise<LoadedAuthority> {
  return loadAuthorityFiles(options, {
    name: 'ca',
    createCertificate: () => Promise.reject(new Error('the authority was loaded a moment ago')),
  });
}

function wantedConstraints(
  present: Constraints | undefined,
  allowed: Constraints['permitted'],
  unconstrained: boolean,
): Constraints | undefined {
  if (unconstrained) return undefined;
  if (allowed.length === 0) return present;
  return addPermitted(present ?? defaultConstraints, allowed);
}

/** Puts the keys that are there and open under the passphrase. */
async function sealKeys(dir: string, passphrase: string): Promise<void> {
  const { sealKey } = await import('./sealed-key.ts');
  for (const name of ['ca-key.pem', 'ca-client-key.pem']) {
    const path = join(dir, name);
    const text = (await readText(path))?.text;
    const key = text === undefined || isSealed(text) ? undefined : parseKey(text);
    if (key) await replaceFile(path, sealKey(key, passphrase), privateMode);
  }
}

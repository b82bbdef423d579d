import { join } from 'node:path';
import { readText } from '../certs/files.ts';
import { ensureLeaf, type Authority } from '../certs/store.ts';
import type { RelayTls } from '../relay/relay.ts';
import type { TlsPaths } from './tls-files.ts';

/** Where certificates of the local authority come from and go. */
export interface LocalTlsOptions {
  readonly authority: Authority;
  /** Folder for the leaf. */
  readonly leafFolder: string;
  readonly names: readonly string[];
}

/** A server's certificate and the authority that made it. */
export interface LocalTls {
  readonly authority: Authority;
  /** For a relay: the leaf, and a certificate of its own for each tunnel's host. */
  readonly tls: RelayTls;
  /** Files of the leaf, which another process may renew. */
  readonly paths: Pick<TlsPaths, 'cert' | 'key'>;
}

/** The folder of the authority inside wx-dev's data folder. */
export function authorityFolder(dataFolder: string): string {
  return join(dataFolder, 'ca');
}

/** A certificate of the local authority for `names`, made when absent and reused while it is good. */
export async function openLocalTls(options: LocalTlsOptions): Promise<LocalTls> {
  const { authority, leafFolder, names } = options;
  const leaf = await ensureLeaf({ authority, dir: leafFolder, names });
  const certificateFor = async (name: string): Promise<{ cert: string; key: string }> => {
    const { certPem, keyPem } = await authority.issue({ names: [name] });
    return { cert: certPem, key: keyPem };
  };
  const paths = { cert: leaf.cert, key: leaf.key };
  return { authority, paths, tls: { cert: leaf.certPem, key: leaf.keyPem, certificateFor } };
}

/** Path of the authority's certificate, or undefined where none has been made: then there is nothing local to trust. */
export async function authorityCertificate(dataFolder: string): Promise<string | undefined> {
  const path = join(authorityFolder(dataFolder), 'ca.pem');
  return (await readAuthorityPem(dataFolder)) === undefined ? undefined : path;
}

/**
 * The authority's certificate in PEM, or undefined where none has been made.
 * @throws WXD5009 it is there but cannot be read: taken for absent, it would be reported as not trusted
 */
export async function readAuthorityPem(dataFolder: string): Promise<string | undefined> {
  return (await readText(join(authorityFolder(dataFolder), 'ca.pem')))?.text;
}

import type { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseCertificates } from '../certs/show.ts';
import { inspectPeer, parsePeerAddress, type Peer } from '../certs/verify/peer.ts';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import type { Context } from './context.ts';

/** Certificates that a command was pointed at. */
export interface CertTarget {
  /** The path, or `host:port`. */
  readonly label: string;
  /** The leaf, then what came with it. */
  readonly certificates: readonly X509Certificate[];
  /** Where a server was asked. */
  readonly peer?: { readonly host: string } & Peer;
  /** The project's own key, where the project's own certificate was meant. */
  readonly keyPath?: string;
}

/** Where `wx-dev cert` puts the certificate of a project. */
export const PROJECT_CERTS = join('.wx-dev', 'certs');

/**
 * The certificates in the file `text`, or of the server `host:port`; a file of that name wins. Without `text` the project's own.
 * @throws WXD6006 no such file, WXD5007 no certificate in it, WXD5041 no connection, WXD5042 no TLS
 */
export async function loadCertTarget(
  text: string | undefined,
  { cwd, signal }: Context,
): Promise<CertTarget> {
  const path = resolve(cwd, text ?? join(PROJECT_CERTS, 'fullchain.pem'));
  const address = text === undefined || existsSync(path) ? undefined : parsePeerAddress(text);
  if (address) {
    const peer = await inspectPeer(address, signal);
    const label = text ?? '';
    return { label, certificates: peer.certificates, peer: { host: address.host, ...peer } };
  }
  const certificates = parseCertificates(await readInput(path), path);
  if (text !== undefined) return { label: path, certificates };
  return { label: path, certificates, keyPath: resolve(cwd, PROJECT_CERTS, 'key.pem') };
}

/** The bytes of a file that the user named. @throws WXD6006 */
export async function readInput(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new WxDevError('WXD6006', { path, reason: fileProblem(error) }, { cause: error });
  }
}

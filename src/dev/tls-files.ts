import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { WxDevError } from '../core/errors.ts';

/** A server's certificate chain and key, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate chain and its key, and checks that they belong together: otherwise the first one to tell would be a client.
 *
 * @throws WXD6006 when a file cannot be read, WXD6012 when they are no pair
 */
export async function readTlsFiles(certPath: string, keyPath: string): Promise<TlsFiles> {
  const [cert, key] = await Promise.all([read(certPath), read(keyPath)]);
  if (!belongTogether(cert, key)) throw new WxDevError('WXD6012', { certPath, keyPath });
  return { cert, key };
}

function belongTogether(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false; // Not PEM, or encrypted: no pair that a server can use.
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WxDevError('WXD6006', { path, reason }, { cause: error });
  }
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { readTextFile } from '../config/text-file.ts';
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
  const file = await readTextFile(path, dirname(path), { name: path });
  return file?.text ?? '';
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { readTextFile } from '../config/text-file.ts';
import { WxDevError } from '../core/errors.ts';
import { secureContextOf, type ServerTls } from '../core/server-tls.ts';

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

/** Files of a server's TLS. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
  readonly crl?: string | undefined;
}

/**
 * Reads everything a server's TLS is made of, and tries it: a server that only fails at the first client helps nobody.
 *
 * @throws WXD6006 when a file cannot be read, WXD6012 when certificate and key are no pair, WXD5028 when the authority of
 * clients or its revocation list cannot be used
 */
export async function readServerTls(paths: TlsPaths): Promise<ServerTls> {
  const [pair, clientCa, crl] = await Promise.all([
    readTlsFiles(paths.cert, paths.key),
    paths.clientCa === undefined ? undefined : read(paths.clientCa),
    paths.crl === undefined ? undefined : read(paths.crl),
  ]);
  const tls = { ...pair, clientCa, crl };
  if (clientCa !== undefined && !isAuthority(clientCa)) {
    throw new WxDevError('WXD5028', { path: paths.clientCa ?? '', expected: 'authority' });
  }
  try {
    createSecureContext(secureContextOf(tls));
  } catch (cause) {
    throw new WxDevError('WXD5028', { path: paths.crl ?? paths.cert, expected: 'list' }, { cause });
  }
  return tls;
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false; // Not a certificate at all.
  }
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

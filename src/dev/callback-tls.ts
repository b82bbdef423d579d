import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { CallbackServer } from '../callback/server.ts';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { lookupLoopback } from '../core/loopback.ts';
import type { ServerTls } from '../core/server-tls.ts';
import type { TlsPaths } from './tls-files.ts';

/** TLS of the callback server itself. */
export interface CallbackTls {
  readonly paths: TlsPaths;
  /** PEM certificates by which this machine can check it; none where only its clients have them. */
  readonly ca: readonly string[];
}

/** Longer than any handshake on this machine. */
const checkTimeoutMs = 10_000;

/** Whether the server can be asked like any other: it wants no certificate, and its own is for the address it is asked at. */
export function answersAnybody(
  { url }: CallbackServer,
  tls: ServerTls,
  ca: readonly string[],
): boolean {
  if (tls.clientCa !== undefined || ca.length === 0) return false;
  const certificate = new X509Certificate(tls.cert);
  const host = hostOf(url);
  const name = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  return name !== undefined;
}

/**
 * Shakes hands with the port and compares the certificate that comes with the one that should: all that can be proven without a
 * client's certificate, and enough to know that the announced port is ours.
 *
 * @throws WXD4015
 */
export async function checkHandshake(
  url: string,
  tls: ServerTls,
  { signal }: AbortableOptions,
): Promise<{ ms: number }> {
  const startedAt = Date.now();
  const limit = AbortSignal.timeout(checkTimeoutMs);
  const socket = connect({
    host: hostOf(url),
    port: Number(new URL(url).port),
    lookup: lookupLoopback,
    // It is compared below, to the last byte.
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', {
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const expected = new X509Certificate(tls.cert).fingerprint256;
    const received = socket.getPeerX509Certificate()?.fingerprint256;
    if (received !== expected) throw new Error(`certificate ${received}, expected ${expected}`);
    return { ms: Date.now() - startedAt };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WxDevError('WXD4015', { url, reason }, { cause: error });
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

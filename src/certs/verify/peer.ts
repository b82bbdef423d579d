import { once } from 'node:events';
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { connectionError } from '../../core/connection-error.ts';
import { WxDevError } from '../../core/errors.ts';

/** What a server showed in a TLS handshake. */
export interface Peer {
  /** As sent: leaf first, nothing fetched and nothing completed from a store. */
  readonly certificates: readonly X509Certificate[];
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly offersTls12: boolean;
}

/** Where to connect. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** A handshake across the world takes below two seconds. */
const handshakeMs = 10_000;

/** A server may send what it likes; a chain has a handful. */
const maxCertificates = 20;

/** `host:port`, `[::1]:443` or `https://host/…`; undefined where `text` is none of them. */
export function parsePeerAddress(text: string): PeerAddress | undefined {
  const hasScheme = text.startsWith('https://');
  const bare = hasScheme ? text.slice('https://'.length).replace(/\/.*$/s, '') : text;
  const [, host = '', port] = /^(\[[\da-f:.]+\]|[^:/\\\s]+)(?::(\d{1,5}))?$/i.exec(bare) ?? [];
  if (host === '' || (port === undefined && !hasScheme)) return undefined;
  const number = Number(port ?? 443);
  if (number < 1 || number > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: number };
}

/**
 * Connects twice: as a client of today, and with TLS 1.2 alone. Trusts nothing and sends nothing.
 * @throws WXD5041 no connection, WXD5042 no TLS
 */
export async function inspectPeer(address: PeerAddress, signal?: AbortSignal): Promise<Peer> {
  const modern = await handshake(address, {}, signal);
  if (modern.protocol === 'TLSv1.2') return { ...modern, offersTls12: true };
  const older = await handshake(address, { maxVersion: 'TLSv1.2' }, signal).catch(() => undefined);
  signal?.throwIfAborted();
  return { ...modern, offersTls12: older !== undefined };
}

async function handshake(
  { host, port }: PeerAddress,
  options: ConnectionOptions,
  signal: AbortSignal | undefined,
): Promise<Omit<Peer, 'offersTls12'>> {
  // RFC 6066 §3: no server name for an address.
  const names = isIP(host) === 0 ? { servername: host } : {};
  const socket = connect({ host, port, ...names, ...options, rejectUnauthorized: false });
  let connected = false;
  socket.once('connect', () => (connected = true));
  const deadline = AbortSignal.timeout(handshakeMs);
  try {
    const stop = signal ? AbortSignal.any([signal, deadline]) : deadline;
    await once(socket, 'secureConnect', { signal: stop });
    const protocol = socket.getProtocol() ?? '';
    return { certificates: sentBy(socket), protocol };
  } catch (cause) {
    signal?.throwIfAborted();
    const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
    const { code, details } = connectionError(cause, { target, connected });
    throw new WxDevError(code === 'WXD3001' ? 'WXD5041' : 'WXD5042', details, { cause });
  } finally {
    socket.on('error', () => undefined); // Nothing more is wanted of it.
    socket.destroy();
  }
}

function sentBy(socket: TLSSocket): readonly X509Certificate[] {
  const certificates: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next && certificates.length < maxCertificates) {
    certificates.push(next);
    next = next.issuerCertificate;
  }
  return certificates;
}

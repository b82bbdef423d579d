import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { closeCodes, spoolFeature } from '../wire/handshake.ts';
import { Dialler, type DiallerOptions } from './dialler.ts';
import { parseTarget, type LocalOptions } from './local-target.ts';
import { RunningTunnel, type Tunnel } from './running-tunnel.ts';

export type { TunnelAccess } from './dialler.ts';
export type { Tunnel, TunnelEvents, TunnelExchange } from './running-tunnel.ts';

/** What a tunnel is made of. */
export interface TunnelOptions extends DiallerOptions, AbortableOptions {
  /** Origin of the relay: `https://relay.example.com` or `http://127.0.0.1:8787`. */
  readonly relay: string;
  /** Origin of the local server: `http://127.0.0.1:3000`. */
  readonly target: string;
  /** How the local server is spoken to; with `https:` its certificate is checked unless this says otherwise. */
  readonly local?: LocalOptions | undefined;
  /** Links to the relay, from 1 to 4, where it allows several. @default 2 */
  readonly links?: number | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * Opens a tunnel from a relay to a local server; resolves when the public URL is served. A connection lost later is
 * dialled again for ever, unless the relay says that this is of no use: then `closed` tells why.
 *
 * @throws when the first connection fails: WXD4001 unreachable, WXD4002 other protocol version, WXD4003 token, WXD4004 and
 * WXD4005 name, WXD4040 access, WXD4046 too many tokens, WXD4014 certificate, WXD4016 not a relay, WXD4030 the proxy. WXD6001 when `relay` or `target` is not an origin
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  options.signal?.throwIfAborted();
  const target = parseTarget(options.target, options.local);
  const relay = parseRelay(options.relay);
  // What a header or a line could not carry is no token; the relay would only say that the message is malformed.
  if (options.token !== undefined && !/^[\x21-\x7e]{1,512}$/.test(options.token))
    throw new WxDevError('WXD4003', { relay: relay.origin, sent: true });
  const dialler = new Dialler(options, relay);
  return dialler.dial(options.signal, undefined, (first) => {
    if (options.spool !== undefined && !first.welcome.features.includes(spoolFeature)) {
      first.socket.close(closeCodes.normal);
      throw new WxDevError('WXD4062', { relay: relay.origin });
    }
    return new RunningTunnel(options, target, dialler, first);
  });
}

function parseRelay(relay: string): URL {
  const url = URL.canParse(relay) ? new URL(relay) : undefined;
  if (url && /^(?:https?|wss?):$/.test(url.protocol)) return url;
  throw new WxDevError('WXD6001', {
    source: { name: '--relay' },
    received: relay,
    expected: 'a URL such as https://relay.example.com or http://127.0.0.1:8787',
  });
}

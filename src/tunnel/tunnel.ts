import type { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import type { WxDevError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/resources.ts';

/** What a tunnel is made of. */
export interface TunnelOptions extends AbortableOptions {
  /** Origin of the relay: `https://relay.example.com` or `http://127.0.0.1:8787`. */
  readonly relay: string;
  /** Origin of the local server: `http://127.0.0.1:3000`; with `https:` its certificate is not checked. */
  readonly target: string;
  /** Name to ask for; absent: the relay picks one, and it is kept across reconnects. */
  readonly subdomain?: string | undefined;
  /** Secret that owns the name: who knows it may have the name again. */
  readonly owner: string;
  /** Token of the relay, when it asks for one. */
  readonly token?: string | undefined;
  /** PEM certificates trusted for the relay besides the public roots. */
  readonly ca?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}

/** An open tunnel. It reconnects by itself; only `close()` or a takeover of its name ends it. */
export interface Tunnel extends Service {
  /** Public URL, without a path. Stays the same across reconnects. */
  readonly url: string;
  readonly subdomain: string;
  readonly relay: string;
  /** Round trip to the relay in milliseconds, once measured. */
  readonly rttMs: number | undefined;
  readonly events: EventEmitter<TunnelEvents>;
}

/** What happens on a tunnel while it runs. */
export interface TunnelEvents {
  reconnecting: [{ attempt: number; delayMs: number; reason: string }];
  reconnected: [{ downMs: number; url: string }];
  exchange: [TunnelExchange];
}

/** One request that came through the tunnel, reported when it ended. */
export interface TunnelExchange {
  /** Counts from 1 within one tunnel. */
  readonly id: number;
  readonly method: string;
  /** Path and query as the public client sent them. */
  readonly target: string;
  /** Status that was answered; 0 when the public client left first. */
  readonly status: number;
  /** Milliseconds from the request head to the last byte of the answer. */
  readonly ms: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Why the local server did not answer, when it did not. */
  readonly error?: WxDevError | undefined;
}

/**
 * Opens a tunnel from a relay to a local server; resolves when the public URL is served. A connection lost later is
 * dialled again for ever.
 *
 * @throws when the first connection fails: WXD4001 unreachable, WXD4002 other protocol version, WXD4003 token, WXD4004 and
 * WXD4005 name, WXD4014 certificate, WXD4016 not a relay
 */
export function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  return Promise.reject(new Error(`not built yet: tunnel to ${options.target}`));
}

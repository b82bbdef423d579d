import type { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/resources.ts';

/** What a relay may be told. At least one of `httpPort` and `httpsPort` is needed. */
export interface RelayOptions extends AbortableOptions {
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Port for plain HTTP; 0 takes a free one; absent: no plain listener. */
  readonly httpPort?: number | undefined;
  /** Port for HTTPS; 0 takes a free one; needs `tls`. */
  readonly httpsPort?: number | undefined;
  /** Certificate chain and key, PEM, valid for `domain` and `*.domain`. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Tunnels get `<subdomain>.<domain>`. @default 'localhost' */
  readonly domain?: string | undefined;
  /** What to announce when something else terminates TLS, for example `https://*.example.com`. */
  readonly publicUrl?: string | undefined;
  /** Tokens that clients must know one of. None: everybody may connect, and only a loopback `host` is accepted. */
  readonly tokens?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}

/** A relay that listens. */
export interface Relay extends Service {
  /** `http://host:port`, when there is a plain listener. */
  readonly httpUrl?: string | undefined;
  /** `https://host:port`, when there is a TLS listener. */
  readonly httpsUrl?: string | undefined;
  readonly domain: string;
  /** The public URL of the tunnel `name`, without a path. */
  urlOf(name: string): string;
  readonly events: EventEmitter<RelayEvents>;
}

/** What happens on a relay while it runs. */
export interface RelayEvents {
  'tunnel-open': [{ name: string; url: string; remote: string }];
  'tunnel-closed': [{ name: string; reason: string }];
}

/**
 * Starts the public end of tunnels; resolves when every port listens.
 *
 * @throws WXD4010 without tokens on an address that others can reach; WXD6003 when a port is taken
 */
export function startRelay(options: RelayOptions): Promise<Relay> {
  return Promise.reject(new Error(`not built yet: relay on ${options.host ?? '127.0.0.1'}`));
}

import type { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/resources.ts';
import type { RefusesClient, ServerTls } from '../core/server-tls.ts';
import type { GrantLookup } from './access.ts';
import type { ConnectionRoom } from './connection-budget.ts';
import type { Quota } from './meters.ts';
import type { NameStore } from './names.ts';
import type { RelayRequest } from './request-log.ts';
import type { Certificate } from './sni.ts';
import type { SpoolLimits } from './spool-store.ts';

/** What a relay may be told. At least one of `httpPort` and `httpsPort` is needed. */
export interface RelayOptions extends AbortableOptions {
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Port for plain HTTP; 0 takes a free one; absent: no plain listener. */
  readonly httpPort?: number | undefined;
  /** Port for HTTPS; 0 takes a free one; needs `tls`. */
  readonly httpsPort?: number | undefined;
  /** Certificate chain and key, PEM, valid for `domain` and `*.domain`. */
  readonly tls?: RelayTls | undefined;
  /** Tunnels get `<subdomain>.<domain>`. @default 'localhost' */
  readonly domain?: string | undefined;
  /** What to announce when something else terminates TLS, for example `https://*.example.com`. */
  readonly publicUrl?: string | undefined;
  /**
   * Tokens that clients must know one of. None, no `clientCa` and never one of `grants`: everybody may connect, and only a relay that
   * nobody else can reach starts: on a loopback `host`, with no other `domain`, `publicUrl` or `trustProxy`.
   */
  readonly tokens?: readonly string[] | undefined;
  /**
   * Tokens besides those, which may be created and revoked while the relay runs. With the first one ever made clients need one, those too that
   * came without.
   */
  readonly grants?: GrantLookup | undefined;
  /** Addresses and ranges of proxies in front, which may say who their visitors are. @default nobody */
  readonly trustProxy?: readonly string[] | undefined;
  readonly limits?: RelayLimits | undefined;
  /** Keeps names for their owners beyond this run; closed with the relay. @default only this run knows them */
  readonly names?: NameStore | undefined;
  /** Port on 127.0.0.1 for /healthz and /readyz; 0 takes a free one; absent: none. */
  readonly healthPort?: number | undefined;
  readonly logger?: Logger | undefined;
  /** Folder in which requests are kept for clients that ask for it and are away; absent: none are. Needs tokens or `clientCa`. */
  readonly spoolDir?: string | undefined;
  readonly spoolLimits?: Partial<SpoolLimits> | undefined;
  /** Milliseconds that running requests have when the relay is closed. @default 1000 */
  readonly drainMs?: number | undefined;
}

/**
 * What a relay lets its users do. A relay that only its own machine reaches has no quotas unless they are given; another one has
 * `ADDRESS_QUOTA` and `NAME_QUOTA`. Addresses of the machine itself are held to quotas only where they are given.
 */
interface RelayLimits {
  /** For each address; for IPv6, each /64. 0: no limit. */
  readonly perAddress?: Quota | undefined;
  /** For each tunnel whose token says nothing else. 0: no limit. */
  readonly perName?: Quota | undefined;
  /** Connections at once, all together. @default `CONNECTION_ROOM` */
  readonly connections?: Partial<ConnectionRoom> | undefined;
  /** Largest request body in bytes. @default any */
  readonly maxBodyBytes?: number | undefined;
  /** Bytes held for slow readers and clients, all together. @default 256 MB */
  readonly memoryBytes?: number | undefined;
}

/** TLS of a relay. With `clientCa`, tunnels are opened to its clients only; public requests never need a certificate. */
export interface RelayTls extends ServerTls {
  /** Makes a certificate for the host of a tunnel that there is, where the relay has an authority at hand and needs no wildcard. */
  readonly certificateFor?: ((host: string) => Promise<Certificate>) | undefined;
}

/** A relay that listens. */
export interface Relay extends Service {
  /** `http://host:port`, when there is a plain listener. */
  readonly httpUrl?: string | undefined;
  /** `https://host:port`, when there is a TLS listener. */
  readonly httpsUrl?: string | undefined;
  /** `http://127.0.0.1:port`, when there is a health port. */
  readonly healthUrl?: string | undefined;
  readonly domain: string;
  /**
   * Serves another certificate, and checks clients anew, from the next connection on; cuts the clients that `refuses` names.
   * @throws Error from OpenSSL when it cannot be used; the old one then stays
   */
  renewTls(tls: ServerTls, refuses?: RefusesClient): void;
  /** Bytes that it holds now for slow readers and clients. */
  readonly heldBytes: number;
  /** The public URL of the tunnel `name`, without a path. */
  urlOf(name: string): string;
  readonly events: EventEmitter<RelayEvents>;
}

/** What happens on a relay while it runs. */
export interface RelayEvents {
  'tunnel-open': [{ name: string; url: string; remote: string }];
  'tunnel-closed': [{ name: string; reason: string }];
  /** A request was kept for a client that is away. */
  spooled: [{ name: string; requestId: string; waiting: number }];
  /** A kept request was answered by the app. */
  delivered: [{ name: string; waiting: number }];
  /** A request of the public side is over. */
  request: [RelayRequest];
}

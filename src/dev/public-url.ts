import { openAuthority, type Authority } from '../certs/store.ts';
import type { Logger } from '../core/logger.ts';
import type { Resources } from '../core/resources.ts';
import type { Relay, RelayTls } from '../relay/relay.ts';
import type { LocalOptions } from '../tunnel/local-target.ts';
import { openProxy, type Proxy } from '../tunnel/proxy.ts';
import { openTunnel, type Tunnel, type TunnelAccess } from '../tunnel/tunnel.ts';
import { authorityFolder, openLocalTls, readAuthorityPem, type LocalTls } from './local-tls.ts';
import { readTlsFiles, type TlsPaths } from './tls-files.ts';
import { onUsualPort } from './usual-port.ts';
import { watchTls } from './watch-tls.ts';

/** How the callback becomes reachable from outside. */
export type PublicChoice =
  /** It does not. */
  | { readonly type: 'none' }
  /** Through a relay in this process, with a certificate of the local authority: this machine only. */
  | EmbeddedChoice
  /** Through a relay that somebody runs. */
  | RelayChoice
  /** Through something the user runs; wx-dev only checks it. */
  | { readonly type: 'url'; readonly url: string };

interface EmbeddedChoice {
  readonly type: 'embedded';
  readonly httpsPort?: number | undefined;
  /** The local authority, where the caller had to open it: its key may be under a passphrase. @default the one in the data folder */
  readonly authority?: Authority | undefined;
}

interface RelayChoice {
  readonly type: 'relay';
  readonly url: string;
  readonly token?: string | undefined;
  /** URL of the proxy through which the relay is reached. */
  readonly proxy?: string | undefined;
  /** Files of the certificate to show to the relay. */
  readonly client?: Pick<TlsPaths, 'cert' | 'key'> | undefined;
}

/** What `openPublicUrl` needs. */
export interface PublicOptions {
  readonly choice: PublicChoice;
  /** Origin of the callback server. */
  readonly target: string;
  /** How the tunnel speaks to it. */
  readonly local?: LocalOptions | undefined;
  /** Who may use the public URL. */
  readonly access?: TunnelAccess | undefined;
  /** Callback path whose POSTs the relay is to keep while this computer is away. */
  readonly spool?: string | undefined;
  readonly subdomain: string;
  /** Secret that owns the subdomain. */
  readonly owner: string;
  readonly dataFolder: string;
  /** The project's state folder, for the leaf of an embedded relay. */
  readonly stateFolder: string;
  readonly user: string;
  readonly hostname: string;
  readonly signal?: AbortSignal | undefined;
  readonly logger: Logger;
  readonly onStep: (step: PublicStep) => void;
}

/** What is being done, for the one who waits. */
export type PublicStep =
  | { readonly type: 'relay' }
  | { readonly type: 'tunnel'; readonly relay: string };

/** How the callback is reached from outside. */
export interface PublicUrl {
  /** Without a path. */
  readonly url: string;
  readonly tunnel?: Tunnel | undefined;
  /** Set where the relay runs in this process. */
  readonly local?: LocalTls | undefined;
  /** PEM certificates to trust besides the public roots. */
  readonly ca: readonly string[];
  /** The proxy through which the public side is reached from here too. */
  readonly proxy?: Proxy | undefined;
}

/**
 * The port of an embedded relay when none is asked for: a usual second HTTPS port that needs no privilege. Where it is taken a
 * free one is used, because nothing outside this machine depends on it.
 */
const EMBEDDED_HTTPS_PORT = 8443;

/** Opens what `choice` says and pushes it on `resources`; undefined for `none`. */
export async function openPublicUrl(
  options: PublicOptions,
  resources: Resources,
): Promise<PublicUrl | undefined> {
  const { choice, dataFolder } = options;
  if (choice.type === 'none') return undefined;
  if (choice.type === 'embedded') return openEmbedded(choice, options, resources);
  const authority = await readAuthorityPem(dataFolder);
  const ca = authority === undefined ? [] : [authority];
  if (choice.type === 'url') return { url: choice.url, ca };
  const proxy = choice.proxy === undefined ? undefined : await openProxy(choice.proxy);
  const tunnel = await dial({ ...choice, proxy }, ca, options, resources);
  return { url: tunnel.url, tunnel, ca, proxy };
}

async function openEmbedded(
  choice: EmbeddedChoice,
  options: PublicOptions,
  resources: Resources,
): Promise<PublicUrl> {
  const { dataFolder, stateFolder, user, hostname } = options;
  options.onStep({ type: 'relay' });
  const dir = authorityFolder(dataFolder);
  const local = await openLocalTls({
    authority: choice.authority ?? (await openAuthority({ dir, user, host: hostname })),
    leafFolder: `${stateFolder}/relay`,
    names: ['localhost', '127.0.0.1', '::1'],
  });
  const relay = resources.use(await startEmbedded(choice.httpsPort, local.tls, options));
  const { certificateFor: _, ...tls } = local.tls;
  const { paths } = local;
  const { logger } = options;
  // Its clients show no certificates.
  resources.use(watchTls({ paths, tls, apply: (next) => relay.renewTls(next), logger }));
  const ca = [local.authority.certPem];
  const url = relay.httpsUrl ?? '';
  const tunnel = await dial({ type: 'relay', url }, ca, options, resources);
  return { url: tunnel.url, tunnel, local, ca };
}

async function startEmbedded(
  httpsPort: number | undefined,
  tls: RelayTls,
  { signal, logger }: PublicOptions,
): Promise<Relay> {
  // Who has a relay elsewhere need not wait for this one to load.
  const { startRelay } = await import('../relay/relay.ts');
  return onUsualPort(httpsPort, EMBEDDED_HTTPS_PORT, (port) =>
    startRelay({ httpsPort: port, tls, signal, logger }),
  );
}

async function dial(
  relay: Omit<RelayChoice, 'proxy'> & { readonly proxy?: Proxy | undefined },
  ca: readonly string[],
  options: PublicOptions,
  resources: Resources,
): Promise<Tunnel> {
  const { target, access, spool, subdomain, owner, signal, logger } = options;
  // The local authority made it, or else whoever the system and the user trust.
  const local = { ...options.local, ca: [...ca, ...(options.local?.ca ?? [])] };
  options.onStep({ type: 'tunnel', relay: relay.url });
  const { url, token, proxy } = relay;
  const client = relay.client && (await readTlsFiles(relay.client.cert, relay.client.key));
  return resources.use(
    await openTunnel({
      relay: url,
      target,
      local,
      access,
      spool,
      subdomain,
      owner,
      token,
      ca,
      client,
      proxy,
      signal,
      logger,
    }),
  );
}

import { join } from 'node:path';
import { isOver, type RelayGrants } from '../config/relay-grants.ts';
import { RelayNames } from '../config/relay-names.ts';
import { loadRelayTokens } from '../config/relay-tokens.ts';
import type { Settings } from '../config/resolve.ts';
import { WxDevError } from '../core/errors.ts';
import { Resources } from '../core/resources.ts';
import { checkRelay } from '../dev/check-tunnel.ts';
import { writeJsonFile } from '../dev/running-file.ts';
import { readServerTls, type TlsPaths } from '../dev/tls-files.ts';
import { onUsualPort } from '../dev/usual-port.ts';
import { watchTls } from '../dev/watch-tls.ts';
import { startRelay, type Relay, type RelayOptions, type RelayTls } from '../relay/relay.ts';
import { runFast } from './relay-heap.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { relayLimits } from './relay-limits.ts';
import { renderRelayBanner, renderRelayRequest, type RelayView } from './render/relay.ts';
import { relayGrantsOf } from './run-relay-token.ts';
import { dataFolderOf } from './data-folder.ts';
import { loadCommandSettings } from './settings.ts';

/** Ports of a relay when none are asked for: unprivileged, and the ones the documents name. */
const HTTP_PORT = 8787;
const HTTPS_PORT = 8443;

/** How long a relay that is told to end goes on answering what is in work: twice as long as WeChat waits. A second Ctrl-C ends it at once. */
const DRAIN_MS = 10_000;

/** `wx-dev relay`: the public end of tunnels, until Ctrl-C. */
export async function runRelay(invocation: Invocation): Promise<ExitCode> {
  const { context } = invocation;
  const { err, quiet, json, version, signal } = context;
  if (!quiet && !json) err.line(`  wx-dev ${version}`);
  await using resources = new Resources();
  const settings = await loadRelaySettings(invocation);
  const { tls, ca, paths } = await openTls(settings, invocation);
  const tokens = await relayTokens(invocation, settings);
  const grants = relayGrantsOf(context);
  const relay = resources.use(
    await start(settings, context, {
      tls,
      tokens,
      grants,
      signal,
      logger: context.logger,
    }),
  );
  const origin = relay.httpsUrl ?? relay.httpUrl ?? '';
  if (tls && paths) {
    const { certificateFor: _, ...served } = tls;
    const apply: Relay['renewTls'] = (next, refuses) => relay.renewTls(next, refuses);
    resources.use(watchTls({ paths, tls: served, apply, logger: context.logger }));
  }
  // A certificate of the user's own may come from an authority that only the clients know.
  await checkRelay({ url: origin, host: relay.domain, ca, verify: ca.length > 0, signal });
  watch(relay, context);
  relay.events.once('request', runFast);
  await announceReady(relay, settings, context);
  if (!quiet && !json) {
    const access = await accessOf(tokens, grants);
    const view = { relay, access, spoolDir: settings.get('spoolDir') };
    for (const line of renderRelayBanner(view, context)) err.line(line);
  }
  const reason = await relay.closed;
  if (json) context.out.line(JSON.stringify({ event: 'closed', reason: reason.type }));
  if (reason.type === 'failed') throw reason.error;
  return exitCodes.ok;
}

/** The token file of a relay lists many tokens, the one of a client holds one: it is read here and not as a setting. */
async function loadRelaySettings({ args, options, context }: Invocation): Promise<Settings> {
  const { relayTokenFile: _, ...others } = options;
  return loadCommandSettings({ args, options: others, context });
}

async function relayTokens(
  { options, context }: Invocation,
  settings: Settings,
): Promise<readonly string[]> {
  const file = textOption(options, 'relayTokenFile');
  if (file !== undefined) {
    return loadRelayTokens(file, { cwd: context.cwd, readStdin: () => context.readStdin() });
  }
  const single = settings.get('relayToken');
  return single === undefined ? [] : [single];
}

/** Who may open tunnels: everybody, who has a token, or nobody, because no token is left. */
async function accessOf(
  tokens: readonly string[],
  grants: RelayGrants,
): Promise<RelayView['access']> {
  if (tokens.length > 0) return 'token';
  if (!(await grants.wasUsed())) return 'everybody';
  const now = Date.now();
  return (await grants.list()).some((grant) => !isOver(grant, now)) ? 'token' : 'nobody';
}

interface OpenedTls {
  readonly tls: RelayTls | undefined;
  /** The local authority, where it made the certificate. */
  readonly ca: readonly string[];
  /** What to watch for renewal. */
  readonly paths?: TlsPaths | undefined;
}

async function openTls(settings: Settings, invocation: Invocation): Promise<OpenedTls> {
  const certPath = settings.get('tlsCert');
  const keyPath = settings.get('tlsKey');
  const kind = settings.get('tls') ?? (certPath === undefined ? 'off' : 'files');
  const clients = { clientCa: settings.get('clientCa'), crl: settings.get('crl') };
  if (clients.crl !== undefined && clients.clientCa === undefined) {
    throw needs('--client-ca', '--crl');
  }
  if (kind === 'off') {
    // Without TLS of its own the relay sees nobody's certificate.
    if (clients.clientCa !== undefined) throw needs('--tls', '--client-ca');
    return { tls: undefined, ca: [] };
  }
  if (kind === 'files') {
    if (certPath === undefined || keyPath === undefined) {
      throw needs(certPath === undefined ? '--tls-cert' : '--tls-key', '--tls files');
    }
    const paths = { cert: certPath, key: keyPath, ...clients };
    return { tls: await readServerTls(paths), ca: [], paths };
  }
  // A relay that makes no certificates need not hold the code for it.
  const [{ openAuthority }, { openLocalTls }, { withAuthority }] = await Promise.all([
    import('../certs/store.ts'),
    import('../dev/local-tls.ts'),
    import('./cert-authority.ts'),
  ]);
  const domain = settings.get('domain') ?? 'localhost';
  const local = await openLocalTls({
    authority: await withAuthority(invocation, (place) => openAuthority(place)),
    leafFolder: join(dataFolderOf(invocation.context), 'relay'),
    names: [domain, 'localhost', '127.0.0.1', '::1'],
  });
  const paths = { ...local.paths, ...clients };
  const tls = { ...(await readServerTls(paths)), certificateFor: local.tls.certificateFor };
  return { tls, ca: [local.authority.certPem], paths };
}

function needs(name: string, need: string): WxDevError {
  return new WxDevError('WXD6002', { name, need, run: 'wx-dev relay --help' });
}

async function start(
  settings: Settings,
  context: Context,
  rest: Pick<RelayOptions, 'tls' | 'tokens' | 'grants' | 'signal' | 'logger'>,
): Promise<Relay> {
  const options = {
    ...rest,
    host: settings.get('host'),
    domain: settings.get('domain'),
    publicUrl: settings.get('publicUrl'),
    ...relayLimits(settings),
    names: relayNames(settings, context),
    healthPort: settings.get('healthPort'),
    spoolDir: settings.get('spoolDir'),
  };
  const httpsPort = rest.tls ? (settings.get('httpsPort') ?? HTTPS_PORT) : undefined;
  return onUsualPort(settings.get('port'), HTTP_PORT, (httpPort) =>
    startRelay({ ...options, httpPort, httpsPort, drainMs: DRAIN_MS }),
  );
}

/** Each domain has names of its own. */
function relayNames(settings: Settings, context: Context): RelayNames {
  const domain = settings.get('domain') ?? 'localhost';
  const file = join(dataFolderOf(context), 'relay', 'names', `${domain}.json`);
  return new RelayNames(file, (error) =>
    context.logger.warn('cannot keep the names of this relay', { error: error.message }),
  );
}

function watch(relay: Relay, context: Context): void {
  const { out, json, messages } = context;
  const { tunnelState } = messages;
  relay.events.on('tunnel-open', (state) => {
    if (json) return out.line(JSON.stringify({ event: 'tunnel-open', ...state }));
    out.line(`  ${tunnelState.opened(state.name, state.remote)}`);
  });
  if (json || context.verbose)
    relay.events.on('request', (request) => {
      const ms = Math.round(request.ms * 10) / 10;
      if (json) return out.line(JSON.stringify({ event: 'request', ...request, ms }));
      out.line(renderRelayRequest(request, out));
    });
  relay.events.on('spooled', (state) => {
    if (json) return out.line(JSON.stringify({ event: 'spooled', ...state }));
    out.line(`  ${messages.client.spooled(state.name, state.waiting)}`);
  });
  relay.events.on('delivered', (state) => {
    if (json) return out.line(JSON.stringify({ event: 'delivered', ...state }));
    out.line(`  ${messages.client.delivered(state.name, state.waiting)}`);
  });
  relay.events.on('tunnel-closed', (state) => {
    if (json) return out.line(JSON.stringify({ event: 'tunnel-closed', ...state }));
    out.line(`  ${tunnelState.closed(state.name, state.reason)}`);
  });
}

async function announceReady(relay: Relay, settings: Settings, context: Context): Promise<void> {
  const { out, json, pid } = context;
  const listen = [relay.httpUrl, relay.httpsUrl].filter((url) => url !== undefined);
  const health = relay.healthUrl ?? null;
  const announced = { listen, domain: relay.domain, public: relay.urlOf('*'), health };
  const ready = { event: 'ready', ...announced, pid };
  const readyFile = settings.get('readyFile');
  if (readyFile !== undefined) await writeJsonFile(readyFile, ready);
  if (json) out.line(JSON.stringify(ready));
}

import { openAuthority } from '../certs/store.ts';
import { target as parseTarget } from '../config/values.ts';
import { openProjectState } from '../config/state.ts';
import { WxDevError } from '../core/errors.ts';
import { Resources } from '../core/resources.ts';
import { checkTunnel } from '../dev/check-tunnel.ts';
import { openPublicUrl, type PublicUrl } from '../dev/public-url.ts';
import { writeJsonFile } from '../dev/running-file.ts';
import type { LocalOptions } from '../tunnel/local-target.ts';
import type { Tunnel } from '../tunnel/tunnel.ts';
import { withAuthority } from './cert-authority.ts';
import type { Invocation } from './command.ts';
import { localOptions } from './local-options.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { LostTunnel, lostLinkJson } from './render/lost-tunnel.ts';
import { createProgress } from './render/progress.ts';
import { renderTunnelBanner, renderTunnelExchange, tunnelExchangeJson } from './render/tunnel.ts';
import { proxyFor } from './proxy.ts';
import { clientFiles } from './serve-tls.ts';
import { dataFolderOf } from './data-folder.ts';
import { loadCommandSettings } from './settings.ts';
import { spoolPath } from './spool-path.ts';
import { tunnelAccess } from './tunnel-access.ts';
import { urlQr } from './url-qr.ts';

/** `wx-dev tunnel <port|url>`: a public URL for a local server, until Ctrl-C. */
export async function runTunnel(invocation: Invocation): Promise<ExitCode> {
  const { context } = invocation;
  const { err, quiet, json, version } = context;
  if (!quiet && !json) err.line(`  wx-dev ${version}`);
  const progress = createProgress(context);
  const resources = new Resources();
  try {
    const target = targetOf(invocation);
    const { open, announce, local, spool } = await start(
      invocation,
      target,
      progress.step,
      resources,
    );
    const { tunnel } = open ?? {};
    if (!open || !tunnel) throw new Error('a relay was chosen, so there is a tunnel');
    const { ms } = await checkTunnel({
      url: open.url,
      ca: open.ca,
      proxy: open.proxy,
      signal: context.signal,
    });
    progress.stop();
    watch(tunnel, context, announce.printUrl);
    await announceReady(tunnel, target, { ...announce, context });
    if (!quiet && !json) {
      const qr = await urlQr(open.url, err);
      const view = { open, tunnel, target, local, spool, qr, ms };
      for (const line of renderTunnelBanner(view, context)) err.line(line);
    }
    const reason = await tunnel.closed;
    if (reason.type === 'failed') throw reason.error;
    return exitCodes.ok;
  } finally {
    progress.stop();
    await resources.close();
  }
}

interface Announce {
  readonly printUrl: boolean;
  readonly readyFile: string | undefined;
}

interface Started {
  readonly open: PublicUrl | undefined;
  readonly announce: Announce;
  readonly local: LocalOptions;
  readonly spool: string | undefined;
}

async function start(
  invocation: Invocation,
  target: string,
  step: (text: string) => void,
  resources: Resources,
): Promise<Started> {
  const { context } = invocation;
  const { messages, user, hostname, signal, logger } = context;
  const settings = await loadCommandSettings(invocation);
  const state = await openProjectState(context.cwd);
  const relay = settings.get('relay');
  const local = await localOptions(invocation, settings, target);
  const spool = spoolPath(settings, relay !== undefined);
  const open = await openPublicUrl(
    {
      choice:
        relay === undefined
          ? {
              type: 'embedded',
              authority: await withAuthority(invocation, (place) => openAuthority(place)),
            }
          : {
              type: 'relay',
              url: relay,
              token: settings.get('relayToken'),
              proxy: await proxyFor(relay, settings),
              client: clientFiles(settings),
            },
      target,
      local,
      access: await tunnelAccess(settings, context, spool === undefined ? [] : [spool]),
      spool,
      subdomain: settings.get('subdomain') ?? state.subdomain,
      owner: state.owner,
      dataFolder: dataFolderOf(context),
      stateFolder: state.dir,
      user,
      hostname,
      signal,
      logger,
      onStep: (at) =>
        step(at.type === 'relay' ? messages.starting.relay : messages.starting.tunnel(at.relay)),
    },
    resources,
  );
  const announce = {
    printUrl: settings.get('printUrl') ?? false,
    readyFile: settings.get('readyFile'),
  };
  return { open, announce, local, spool };
}

function targetOf({ args, context }: Invocation): string {
  const received = args[0] ?? '';
  const target = parseTarget.parse(received, context.cwd);
  // Both loopback addresses: Vite and other servers of Node listen on ::1 only.
  if (target !== undefined && /^\d+$/.test(received)) return `http://localhost:${Number(received)}`;
  if (target !== undefined) return target;
  const expected = parseTarget.expected;
  throw new WxDevError('WXD6001', {
    source: { name: '<port|url>' },
    received: { en: JSON.stringify(received), zh: JSON.stringify(received) },
    expected,
  });
}

async function announceReady(
  tunnel: Tunnel,
  target: string,
  { context, printUrl, readyFile }: Announce & { context: Context },
): Promise<void> {
  const { out, json } = context;
  const { url, relay, subdomain } = tunnel;
  const ready = { event: 'ready', public: url, target, relay, subdomain };
  if (readyFile !== undefined) await writeJsonFile(readyFile, ready);
  if (json) out.line(JSON.stringify(ready));
  else if (printUrl) out.line(url);
}

function watch(tunnel: Tunnel, context: Context, printsUrlOnly: boolean): void {
  const { out, err, json } = context;
  const log = printsUrlOnly ? err : out;
  tunnel.events.on('exchange', (exchange) => {
    if (json) out.line(JSON.stringify(tunnelExchangeJson(exchange)));
    else for (const line of renderTunnelExchange(exchange, log, context)) log.line(line);
  });
  const lost = new LostTunnel();
  tunnel.events.on('reconnecting', (state) => {
    if (json) return out.line(JSON.stringify({ event: 'reconnecting', ...lostLinkJson(state) }));
    for (const line of lost.reconnecting(state, performance.now(), context)) err.line(line);
  });
  tunnel.events.on('reconnected', (state) => {
    if (json) return out.line(JSON.stringify({ event: 'reconnected', ...state }));
    for (const line of lost.reconnected(state.downMs, state.url, context)) err.line(line);
  });
  void tunnel.closed.then((reason) => {
    if (json) out.line(JSON.stringify({ event: 'closed', reason: reason.type }));
  });
}

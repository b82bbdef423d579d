import { resolve } from 'node:path';
import { noticePath } from '../callback/authorizer-path.ts';
import { placeOf } from '../callback/place.ts';
import { openAuthority } from '../certs/store.ts';
import type { Settings } from '../config/resolve.ts';
import { openProjectState, type ProjectState } from '../config/state.ts';
import { WxDevError } from '../core/errors.ts';
import type { AppOptions } from '../dev/app.ts';
import { startDev, type Answerer, type DevOptions, type DevServer } from '../dev/dev.ts';
import { authorityCertificate } from '../dev/local-tls.ts';
import type { PublicChoice } from '../dev/public-url.ts';
import { remindAfterMs } from '../dev/remind.ts';
import { removeRunningFile, runningFile, writeJsonFile } from '../dev/running-file.ts';
import {
  accountEnvironment,
  isMerchant,
  resolveRecipient,
  type ResolvedRecipient,
} from './recipient.ts';
import { withAuthority } from './cert-authority.ts';
import type { Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { historyOptions } from './history-options.ts';
import { refuseWithoutApp, upstreamOptions } from './local-options.ts';
import { createDevView, type DevView } from './render/dev-view.ts';
import { proxyFor } from './proxy.ts';
import { clientFiles, serveTls } from './serve-tls.ts';
import { dataFolderOf } from './data-folder.ts';
import { loadCommandSettings } from './settings.ts';
import { spoolPath } from './spool-path.ts';
import { lateReplyAccount } from './late-reply.ts';
import { tunnelAccess } from './tunnel-access.ts';

/** Where templates and most frameworks listen when `PORT` says nothing else. */
const APP_PORT = 3000;

/** `wx-dev dev` and `wx-dev serve`: one start-up, with more or less switched on. */
export async function runDev(kind: 'dev' | 'serve', invocation: Invocation): Promise<ExitCode> {
  const { context } = invocation;
  const view = createDevView(context);
  const starting = startUp(kind, invocation, view);
  const { server, settings, state, resolved, options } = await starting.finally(view.started);
  const file = runningFile(state.dir);
  const unwatch = options.answerer.type === 'module' ? surviveModule(context) : undefined;
  try {
    await announce(server, { context, settings, resolved, options, file });
    view.ready({ server, resolved, options, settings });
    const reason = await server.closed;
    view.ended(reason);
    if (reason.type === 'failed') throw reason.error;
    return exitCodes.ok;
  } finally {
    await removeRunningFile(file, context.pid);
    await server.close();
    unwatch?.();
  }
}

/**
 * A promise that the user's module forgets, or a timer of it that throws, belongs to no push: it is told, and the next push is
 * answered like any other.
 */
function surviveModule({ logger, onStrayError }: Context): () => void {
  return onStrayError((cause) => {
    const error = cause instanceof Error ? cause.message : String(cause);
    const place = placeOf(cause) ?? (cause instanceof Error ? cause.stack : undefined);
    logger.error('the handler module failed where nobody waits for it', { error, place });
  });
}

interface StartedUp extends Found {
  readonly options: Omit<DevOptions, 'onEvent'>;
  readonly server: DevServer;
}

async function startUp(
  kind: 'dev' | 'serve',
  invocation: Invocation,
  { onEvent }: DevView,
): Promise<StartedUp> {
  const { context } = invocation;
  const settings = await loadCommandSettings(invocation);
  const state = await openProjectState(context.cwd);
  const resolved = await resolveRecipient(settings, state);
  const found = { invocation, settings, state, resolved };
  const options = await devOptions(kind, found);
  return { ...found, options, server: await startDev({ ...options, onEvent }) };
}

/** Everything a start-up has found out so far. */
interface Found {
  readonly invocation: Invocation;
  readonly settings: Settings;
  readonly state: ProjectState;
  readonly resolved: ResolvedRecipient;
}

async function devOptions(
  kind: 'dev' | 'serve',
  found: Found,
): Promise<Omit<DevOptions, 'onEvent'>> {
  const { invocation, settings, state, resolved } = found;
  const { context } = invocation;
  const app = kind === 'dev' ? await appOptions(found) : undefined;
  const choice = await publicChoice(kind, found);
  return {
    host: settings.get('host') ?? '127.0.0.1',
    port: settings.get('port'),
    path: settings.get('path') ?? '/wx',
    pathSource: settings.source('path'),
    account: resolved.account,
    mode: isMerchant(resolved) ? 'safe' : resolved.mode,
    answerer: await answererOf(kind, found, app?.port),
    lateReply: lateReplyAccount(settings, resolved.account),
    app,
    tls: kind === 'serve' ? await serveTls(invocation, settings, state) : undefined,
    history: await historyOptions(invocation, settings, state),
    public: choice,
    spool: spoolPath(settings, choice.type === 'relay'),
    remindAfterMs: kind === 'dev' ? remindAfterMs : undefined,
    // WeChat sends no password, and its addresses change.
    access: await tunnelAccess(settings, context, callbackPaths(settings.get('path') ?? '/wx')),
    subdomain: settings.get('subdomain') ?? state.subdomain,
    owner: state.owner,
    dataFolder: dataFolderOf(context),
    stateFolder: state.dir,
    user: context.user,
    hostname: context.hostname,
    logger: context.logger,
    signal: context.signal,
  };
}

/** Where WeChat calls: a platform's path has a placeholder, with its other URL before it. */
function callbackPaths(path: string): string[] {
  const own = noticePath(path);
  return own === path ? [path] : [own, `${own.replace(/\/$/, '')}/*`];
}

async function answererOf(
  kind: 'dev' | 'serve',
  { invocation, settings }: Found,
  appPort: number | undefined,
): Promise<Answerer> {
  const { args, context } = invocation;
  const strict = settings.get('strict') ?? false;
  const dedupe = settings.get('dedupe') ?? false;
  const given = kind === 'serve' ? args[0] : undefined;
  const path = given === undefined ? settings.get('handler') : resolve(context.cwd, given);
  const target = settings.source('forwardTo');
  if (path !== undefined && target !== undefined) {
    const first = settings.source('handler') ?? { name: 'handler' };
    throw new WxDevError('WXD6007', { first, second: target });
  }
  const app = appPort === undefined ? undefined : `http://localhost:${appPort}`;
  const forwardTo = settings.get('forwardTo') ?? app;
  if (forwardTo !== undefined) {
    const upstream = await upstreamOptions(settings, context.cwd, forwardTo);
    return { type: 'forward', ...upstream, forwardTo, strict, dedupe };
  }
  refuseWithoutApp(settings, kind);
  return path === undefined ? { type: 'echo' } : { type: 'module', path };
}

async function publicChoice(
  kind: 'dev' | 'serve',
  { invocation, settings }: Found,
): Promise<PublicChoice> {
  const wanted = settings.get('tunnel');
  if (wanted === false) return { type: 'none' };
  const own = settings.get('tunnelUrl');
  if (own !== undefined) return { type: 'url', url: own };
  if (kind === 'serve' && wanted !== true) return { type: 'none' };
  const url = settings.get('relay');
  if (url !== undefined) {
    const proxy = await proxyFor(url, settings);
    const client = clientFiles(settings);
    return { type: 'relay', url, token: settings.get('relayToken'), proxy, client };
  }
  const authority = await withAuthority(invocation, (place) => openAuthority(place));
  return { type: 'embedded', httpsPort: settings.get('httpsPort'), authority };
}

async function appOptions({
  invocation,
  settings,
  resolved,
}: Found): Promise<Omit<AppOptions, 'signal' | 'onLine'> | undefined> {
  const { args, context } = invocation;
  if (args.length === 0) return undefined;
  const forward = settings.get('forwardTo');
  const forwardPort =
    forward === undefined ? undefined : Number(new URL(forward).port) || undefined;
  const port = forwardPort ?? settings.get('appPort') ?? APP_PORT;
  const authority = await authorityCertificate(dataFolderOf(context));
  return {
    command: args,
    cwd: context.cwd,
    port,
    kill: context.kill,
    atExit: context.atExit,
    env: {
      PORT: String(port),
      ...accountEnvironment(settings, resolved),
      WX_API_BASE: settings.get('apiBase'),
      // Node reads no system trust store; without this the app could not call its own public URL.
      NODE_EXTRA_CA_CERTS: context.env['NODE_EXTRA_CA_CERTS'] ?? authority,
    },
  };
}

interface Announcement {
  readonly context: Context;
  readonly settings: Settings;
  readonly resolved: ResolvedRecipient;
  readonly options: Omit<DevOptions, 'onEvent'>;
  readonly file: string;
}

/** Tells scripts and other terminals: the running file, `--ready-file`, `--json`, `--print-url`. */
async function announce(server: DevServer, announcement: Announcement): Promise<void> {
  const { context, settings, resolved, options, file } = announcement;
  const { path, local } = server;
  const { mode } = options;
  const { pid, out, json } = context;
  const open = server.public?.url ?? null;
  const running = { pid, local, public: open, path, mode };
  await writeJsonFile(file, running);
  const token = isMerchant(resolved) ? null : resolved.token;
  const kind = resolved.account.kind ?? 'official';
  const ready = { event: 'ready', ...running, kind, token, inspector: null };
  const readyFile = settings.get('readyFile');
  if (readyFile !== undefined) await writeJsonFile(readyFile, ready);
  if (json) out.line(JSON.stringify(ready));
  else if (settings.get('printUrl')) out.line(`${open ?? local}${path}`);
}

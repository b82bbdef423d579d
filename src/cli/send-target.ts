import { readFile } from 'node:fs/promises';
import type { Settings } from '../config/resolve.ts';
import { openProjectState } from '../config/state.ts';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import { readAuthorityPem } from '../dev/local-tls.ts';
import { findRunning, type RunningInfo } from '../dev/running-file.ts';
import type { TargetOptions } from '../simulator/target.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { resolveAccount } from './account.ts';
import type { Invocation } from './command.ts';
import { clientFiles } from './serve-tls.ts';
import { dataFolderOf } from './data-folder.ts';
import { loadCommandSettings } from './settings.ts';

/** Where templates and most frameworks listen when nothing else is known. */
const APP_PORT = 3000;

/** Where to send, and how. */
export interface SendPlace extends TargetOptions {
  /** Where the app calls WeChat's API. */
  readonly apiBase: string | undefined;
}

/** Where to send pushes, as whom, and how. */
export interface SendTarget extends SendPlace {
  readonly account: Account;
  readonly mode: Mode;
}

/**
 * What the flags and settings say, else what runs in this project, else the app's usual place.
 *
 * @throws what settings and the account throw; WXD6006 for a client certificate that cannot be read
 */
export async function findSendTarget(
  invocation: Invocation,
  timeoutMs: number,
): Promise<SendTarget> {
  return targetOf(invocation, await loadCommandSettings(invocation), timeoutMs);
}

/** The same with settings that have been loaded. */
export async function targetOf(
  invocation: Invocation,
  settings: Settings,
  timeoutMs: number,
): Promise<SendTarget> {
  const { context } = invocation;
  const state = await openProjectState(context.cwd);
  const resolved = resolveAccount(settings, state);
  const place = await placeOf(invocation, settings, timeoutMs);
  const running = await findRunning(state.dir, (pid) => context.kill(pid, 0));
  return { ...place, account: resolved.account, mode: modeOf(settings, running) ?? resolved.mode };
}

/** Where to send, whoever it is for. */
export async function placeOf(
  { context }: Invocation,
  settings: Settings,
  timeoutMs: number,
): Promise<SendPlace> {
  const state = await openProjectState(context.cwd);
  const running = await findRunning(state.dir, (pid) => context.kill(pid, 0));
  const authority = await readAuthorityPem(dataFolderOf(context));
  return {
    url: callbackUrl(settings, running),
    apiBase: settings.get('apiBase'),
    ca: authority === undefined ? [] : [authority],
    ...(await clientIdentity(settings)),
    timeoutMs,
    signal: context.signal,
  };
}

function modeOf(settings: Settings, running: RunningInfo | undefined): Mode | undefined {
  if (settings.source('mode') !== undefined) return settings.get('mode');
  return running?.mode;
}

/** Where WeChat would push to: what the user says, else what runs in this project, else the app's usual place. */
function callbackUrl(settings: Settings, running: RunningInfo | undefined): string {
  const own = settings.get('forwardTo');
  const path = settings.get('path') ?? '/wx';
  if (settings.source('forwardTo') === undefined && running) {
    const runningPath = settings.source('path') === undefined ? running.path : path;
    return `${running.public ?? running.local}${runningPath}`;
  }
  const base = own ?? `http://127.0.0.1:${settings.get('appPort') ?? APP_PORT}`;
  return new URL(base).pathname === '/' ? `${base.replace(/\/$/, '')}${path}` : base;
}

async function clientIdentity(
  settings: Settings,
): Promise<{ clientCert?: string; clientKey?: string }> {
  const files = clientFiles(settings);
  if (files === undefined) return {};
  return {
    clientCert: await readPem(files.cert, '--client-cert'),
    clientKey: await readPem(files.key, '--client-key'),
  };
}

function readPem(path: string, name: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    const source = { name };
    throw new WxDevError('WXD6006', { path, source, reason: fileProblem(error) }, { cause: error });
  });
}

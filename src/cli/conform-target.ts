import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../config/resolve.ts';
import { openProjectState } from '../config/state.ts';
import { WxDevError, type Words } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { readAuthorityPem } from '../dev/local-tls.ts';
import { findRunning, type RunningInfo } from '../dev/running-file.ts';
import type { AppProcess, ConformTarget } from '../simulator/conform/target.ts';
import { startWechatApi, type WechatApi } from '../simulator/conform/wechat-api.ts';
import { resolveAccount } from './account.ts';
import { dataFolderOf } from './data-folder.ts';
import { textOption, type Invocation, type Options } from './command.ts';
import type { Context } from './context.ts';

/** Where templates and most frameworks listen when nothing else is known. */
const APP_PORT = 3000;

/** Longest wait for one answer that may be asked for, in seconds. */
const MAX_TIMEOUT_S = 60;

/** What is to be tested, from settings and flags. `api` is not open yet. */
export async function readTarget(
  { args, options, context }: Invocation,
  settings: Settings,
): Promise<ConformTarget> {
  const state = await openProjectState(context.cwd);
  const running = await findRunning(state.dir, (pid) => context.kill(pid, 0));
  const { account } = resolveAccount(settings, state);
  const authority = await readAuthorityPem(dataFolderOf(context));
  const secret = settings.get('appSecret');
  const logFile = textOption(options, 'log');
  return {
    url: urlOf(args[0], settings, running),
    account,
    mode: settings.source('mode') === undefined ? undefined : settings.get('mode'),
    timeoutMs: timeoutOf(options),
    ca: authority === undefined ? [] : [authority],
    countText: textOption(options, 'countText'),
    slowText: textOption(options, 'slowText'),
    apiUrl: apiUrlOf(options),
    jwtSecret: await jwtSecretOf(options, context),
    app: processOf(options, context),
    logFile: logFile === undefined ? undefined : await logOf(resolve(context.cwd, logFile)),
    secrets: secret === undefined ? [] : [secret],
    signal: context.signal,
  };
}

/**
 * Opens the stand-in for WeChat's API at `--customer-base`, where that is given.
 *
 * @throws WXD6001 for an address that is not this machine's, WXD6003 for a port that is taken
 */
export async function openApi(options: Options): Promise<WechatApi | undefined> {
  const text = textOption(options, 'customerBase');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOurs = url?.protocol === 'http:' && url.port !== '' && isLoopbackHost(url.hostname);
  if (!isOurs || url.pathname !== '/') {
    throw invalid('--customer-base', text, {
      en: 'an address of this machine with a port, such as http://127.0.0.1:7799',
      zh: '本机地址并带端口，如 http://127.0.0.1:7799',
    });
  }
  const port = Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  try {
    return await startWechatApi({ port, host: host.endsWith('localhost') ? '127.0.0.1' : host });
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    const run = `wx-dev conform --customer-base http://127.0.0.1:${port === 7799 ? 7800 : 7799}`;
    throw new WxDevError('WXD6003', { port, host, run }, { cause });
  }
}

/** What the user says, else what runs in this project, else the app's usual place. */
function urlOf(
  text: string | undefined,
  settings: Settings,
  running: RunningInfo | undefined,
): string {
  const path = settings.get('path') ?? '/wx';
  if (text === undefined) {
    if (running === undefined) {
      return `http://127.0.0.1:${settings.get('appPort') ?? APP_PORT}${path}`;
    }
    const ownPath = settings.source('path') === undefined ? running.path : path;
    return `${running.public ?? running.local}${ownPath}`;
  }
  const full = /^\d{1,5}$/.test(text)
    ? `http://127.0.0.1:${text}`
    : /^[\w.-]+:\d+(\/|$)/.test(text)
      ? `http://${text}`
      : text;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw invalid('[url]', text, {
      en: 'a port or a URL such as http://127.0.0.1:3000/wx',
      zh: '端口或 URL，如 http://127.0.0.1:3000/wx',
    });
  }
  if (url.pathname === '/' && url.search === '') return `${url.origin}${path}`;
  return url.href;
}

function timeoutOf(options: Options): number | undefined {
  const text = textOption(options, 'timeout');
  if (text === undefined) return undefined;
  const seconds = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= MAX_TIMEOUT_S) return seconds * 1000;
  const expected = { en: `seconds, at most ${MAX_TIMEOUT_S}`, zh: `秒数，最多 ${MAX_TIMEOUT_S}` };
  throw invalid('--timeout', text, expected);
}

function apiUrlOf(options: Options): string | undefined {
  const text = textOption(options, 'api');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search + url.hash === '') {
    return url.href.replace(/\/$/, '');
  }
  throw invalid('--api', text, {
    en: 'a URL such as http://127.0.0.1:3000/api',
    zh: 'URL，如 http://127.0.0.1:3000/api',
  });
}

async function jwtSecretOf(options: Options, { cwd }: Context): Promise<string | undefined> {
  const file = textOption(options, 'jwtSecretFile');
  if (file === undefined) return undefined;
  try {
    return (await readFile(resolve(cwd, file), 'utf8')).trim();
  } catch (error) {
    throw invalid('--jwt-secret-file', file, fileProblem(error));
  }
}

/** A log that cannot be read would look like one without secrets. */
async function logOf(file: string): Promise<string> {
  try {
    await (await open(file)).close();
    return file;
  } catch (error) {
    throw invalid('--log', file, fileProblem(error));
  }
}

function processOf(options: Options, { kill, pid: own }: Context): AppProcess | undefined {
  const text = textOption(options, 'pid');
  if (text === undefined) return undefined;
  const pid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  // 0 and 1 are the whole group and the machine's first process.
  if (pid <= 1 || pid === own || !kill(pid, 0)) {
    throw invalid('--pid', text, {
      en: 'the number of a running process that is yours',
      zh: '你自己的、正在运行的进程号',
    });
  }
  return { terminate: () => void kill(pid, 'SIGTERM'), isRunning: () => kill(pid, 0) };
}

function invalid(name: string, received: string, expected: Words): WxDevError {
  return new WxDevError('WXD6001', { source: { name }, received, expected });
}

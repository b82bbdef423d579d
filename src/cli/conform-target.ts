import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../config/resolve.ts';
import { WxDevError, type Words } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import {
  wechatTimeoutMs,
  type AppProcess,
  type ConformTarget,
} from '../simulator/conform/target.ts';
import { startWechatApi, type WechatApi } from '../simulator/wechat-api.ts';
import { textOption, type Invocation, type Options } from './command.ts';
import type { Context } from './context.ts';
import { parseDuration } from './duration.ts';
import { targetOf } from './send-target.ts';

/** Longest wait for one answer that may be asked for, in milliseconds. */
const MAX_TIMEOUT_MS = 60_000;

/** What is to be tested, from settings and flags. `api` is not open yet. */
export async function readTarget(
  invocation: Invocation,
  settings: Settings,
): Promise<ConformTarget> {
  const { args, options, context } = invocation;
  const target = await targetOf(invocation, settings, timeoutOf(options));
  const [url] = args;
  const secret = settings.get('appSecret');
  const logFile = textOption(options, 'log');
  return {
    ...target,
    url: url === undefined ? target.url : urlOf(url, settings.get('path') ?? '/wx'),
    mode: settings.source('mode') === undefined ? undefined : settings.get('mode'),
    format: textOption(options, 'format') === 'json' ? 'json' : 'xml',
    countText: textOption(options, 'countText'),
    slowText: textOption(options, 'slowText'),
    apiUrl: apiUrlOf(options),
    jwtSecret: await jwtSecretOf(options, context),
    app: processOf(options, context),
    logFile: logFile === undefined ? undefined : await logOf(resolve(context.cwd, logFile)),
    secrets: secret === undefined ? [] : [secret],
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

/** A port, host and port, or URL as people write it; without a path the one of the settings. */
function urlOf(text: string, path: string): string {
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

function timeoutOf(options: Options): number {
  const text = textOption(options, 'timeout');
  if (text === undefined) return wechatTimeoutMs;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1 && ms <= MAX_TIMEOUT_MS) return ms;
  throw invalid('--timeout', text, {
    en: 'a time such as 5s or 500ms, at most 60s',
    zh: '时间，如 5s、500ms，最多 60s',
  });
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

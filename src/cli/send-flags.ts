import { WxDevError } from '../core/errors.ts';
import { parseExpectation, type Expectation } from '../simulator/expectation.ts';
import { tampers, type Tamper } from '../simulator/tamper.ts';
import { botStreamMs } from '../wechat/work/bot-stream.ts';
import { listOption, textOption, type Options } from './command.ts';
import { parseDuration } from './duration.ts';

/** Most sends that run at once: each holds a socket, and a process usually may have 1024. */
const maxConcurrency = 500;

/** Most sends of one command; more is a typing mistake. */
const maxTimes = 100_000_000;

/** 消息推送: a push that is not answered is sent three times in all. */
const wechatAttempts = 3;

/** Longest wait a timer of Node takes, in milliseconds. */
const maxWaitMs = 2 ** 31 - 1;

/** The flags of `send` that are numbers, times and choices. */
export interface SendFlags {
  readonly times: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Before each further attempt, in milliseconds; absent: as WeChat, one attempt's time apart. */
  readonly delaysMs: readonly number[] | undefined;
  /** How long the stream of an AI bot is followed, in milliseconds. */
  readonly streamMs: number;
  readonly tamper: Tamper | undefined;
  readonly timestamp: string | undefined;
  readonly nonce: string | undefined;
  readonly seed: string | undefined;
  readonly msgId: string | undefined;
  readonly expectations: readonly Expectation[];
  readonly set: readonly (readonly [path: string, value: string])[];
  readonly unset: readonly string[];
}

/**
 * Reads them.
 *
 * @throws WXD6001 for a value that cannot be used, WXD6043 for an expectation that cannot be understood
 */
export function readSendFlags(options: Options): SendFlags {
  const timeoutMs = readTimeout(options);
  const delaysMs = readDelays(options);
  const isRetried = options['retry'] === true || delaysMs !== undefined;
  return {
    times: readCount(options, 'times', '--times', maxTimes),
    concurrency: readCount(options, 'concurrency', '--concurrency', maxConcurrency),
    timeoutMs,
    attempts: isRetried ? (delaysMs?.length ?? wechatAttempts - 1) + 1 : 1,
    delaysMs,
    streamMs: readStream(options),
    tamper: tampers.find((tamper) => tamper === options['tamper']),
    timestamp: readDigits(options, 'timestamp', '--timestamp'),
    nonce: textOption(options, 'nonce'),
    seed: textOption(options, 'seed'),
    msgId: readDigits(options, 'msgId', '--msg-id'),
    expectations: listOption(options, 'expect').map(parseExpectation),
    set: listOption(options, 'set').map(readAssignment),
    unset: listOption(options, 'unset'),
  };
}

function readTimeout(options: Options): number {
  const text = textOption(options, 'timeout');
  if (text === undefined) return 5000;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1 && ms <= maxWaitMs) return ms;
  throw invalidFlag('--timeout', text, 'a time such as 5s or 500ms', '时间，如 5s、500ms');
}

function readStream(options: Options): number {
  const text = textOption(options, 'stream');
  if (text === undefined) return botStreamMs;
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= maxWaitMs) return ms;
  throw invalidFlag('--stream', text, 'a time such as 30s, or 0', '时间，如 30s，或 0');
}

function readDelays(options: Options): readonly number[] | undefined {
  const text = textOption(options, 'retryDelays');
  if (text === undefined) return undefined;
  const delays = text.split(',').map(parseDuration);
  const usable = delays.filter((ms) => ms !== undefined && ms <= maxWaitMs);
  if (usable.length === delays.length) return usable.map(Number);
  throw invalidFlag(
    '--retry-delays',
    text,
    'times such as 15s,15s,30s,3m',
    '时间列表，如 15s,15s,30s,3m',
  );
}

function readCount(options: Options, name: string, flag: string, max: number): number {
  const text = textOption(options, name);
  if (text === undefined) return 1;
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= max) return count;
  throw invalidFlag(flag, text, `a number from 1 to ${max}`, `1 到 ${max} 的数字`);
}

function readDigits(options: Options, name: string, flag: string): string | undefined {
  const text = textOption(options, name);
  if (text === undefined || /^\d{1,20}$/.test(text)) return text;
  throw invalidFlag(flag, text, 'up to 20 digits', '最多 20 位数字');
}

function readAssignment(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  if (at >= 1) return [pair.slice(0, at), pair.slice(at + 1)];
  throw invalidFlag('--set', pair, 'Name=value', 'Name=value');
}

/** A value on the command line that cannot be used. */
export function invalidFlag(name: string, received: string, en: string, zh: string): WxDevError {
  // What was typed may be a megabyte.
  const shown = received.length > 200 ? `${received.slice(0, 200)}…` : received;
  return new WxDevError('WXD6001', { source: { name }, received: shown, expected: { en, zh } });
}

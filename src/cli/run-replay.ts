import { randomInt } from 'node:crypto';
import type { Settings } from '../config/resolve.ts';
import { openProjectState } from '../config/state.ts';
import { formatError, isWxDevError, WxDevError } from '../core/errors.ts';
import { readAuthorityPem } from '../dev/local-tls.ts';
import { findRunning, type RunningInfo } from '../dev/running-file.ts';
import type { RecordedExchange } from '../inspector/record.ts';
import type { SendOutcome } from '../simulator/outcome.ts';
import { sendPush, sendVerify } from '../simulator/send.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { parseJson } from '../wechat/json.ts';
import { parseXml } from '../wechat/xml.ts';
import { createFields, type Fields } from '../wechat/fields.ts';
import { setField } from '../wechat/set-field.ts';
import { resolveAccount } from './account.ts';
import { listOption, textOption, type Invocation, type Options } from './command.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { findRecorded, parseSelector, recordedFolder } from './recorded.ts';
import { diffAnswers, renderDiff } from './render/answer-diff.ts';
import { renderError } from './render/error.ts';
import { renderSend, sendJson } from './render/send.ts';
import { exitCodeOfOutcome } from './send-exit.ts';
import { dataFolderOf } from './data-folder.ts';
import { loadCommandSettings } from './settings.ts';

/** Pushes that one replay sends at most. More is a load test, and an app that sends messages would send as many. */
const MAX_PUSHES = 1000;

/** `wx-dev replay`: sends recorded pushes again, signed and encrypted anew, and judges the answers as WeChat would. */
export async function runReplay(invocation: Invocation): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const [what = ''] = args;
  const selector = parseSelector(what, '<what>');
  const times = timesOf(options);
  const edits = editsOf(options);
  const found = await findRecorded(recordedFolder(context), selector, context);
  const count = found.size * times;
  if (count > MAX_PUSHES)
    throw new WxDevError('WXD6065', { wanted: what, count, limit: MAX_PUSHES });
  const targets = new Map<string | undefined, Target>();
  let code: ExitCode = exitCodes.ok;
  for (const [id, deliveries] of found) {
    try {
      const recorded = repeatable(id, deliveries);
      const { account } = recorded;
      const target = targets.get(account) ?? (await targetOf(invocation, account));
      targets.set(account, target);
      for (let turn = 0; turn < times; turn += 1) {
        const outcome = await repeat(recorded, target, options, edits);
        print(recorded, outcome, target.mode, invocation);
        code ||= exitCodeOfOutcome(outcome);
      }
    } catch (error) {
      // One of many that cannot be repeated does not keep the others from it.
      if (found.size === 1 || !isWxDevError(error, 'WXD6062')) throw error;
      skip(error, context);
      code ||= exitCodeOf(error);
    }
  }
  return code;
}

/** The delivery to repeat: the last one that was understood. @throws WXD6062 */
function repeatable(id: number, deliveries: readonly RecordedExchange[]): RecordedExchange {
  const recorded = deliveries.findLast(({ type, push }) => type === 'verify' || push);
  if (recorded && isPayment(recorded)) throw new WxDevError('WXD6062', { id, why: 'payment' });
  if (recorded?.masked) throw new WxDevError('WXD6062', { id, why: 'masked' });
  if (recorded) return recorded;
  const [first] = deliveries;
  if (first?.type === 'http') throw new WxDevError('WXD6062', { id, why: 'page' });
  throw new WxDevError('WXD6062', { id, why: isCut(deliveries) ? 'cut' : 'unopened' });
}

/** Only WeChat Pay's events are called so. */
function isPayment({ type }: RecordedExchange): boolean {
  return type.startsWith('pay.');
}

function isCut(deliveries: readonly RecordedExchange[]): boolean {
  return deliveries.some(
    ({ request, error }) => request.truncated || isWxDevError(error, 'WXD3012', 'WXD1204'),
  );
}

/** Where replays go, as whom. */
interface Target {
  readonly url: string;
  readonly account: Account;
  readonly mode: Mode;
  readonly ca: readonly string[];
  readonly signal: AbortSignal;
}

/** The target for what `name` got; the user may choose another account. */
async function targetOf(invocation: Invocation, name: string | undefined): Promise<Target> {
  const { context, options } = invocation;
  const account = options['account'] ?? name;
  const settings = await loadCommandSettings({ ...invocation, options: { ...options, account } });
  const state = await openProjectState(context.cwd);
  const running = await findRunning(state.dir, (pid) => context.kill(pid, 0));
  const { account: recipient, mode } = resolveAccount(settings, state);
  const own = settings.source('mode') === undefined ? running?.mode : undefined;
  const authority = await readAuthorityPem(dataFolderOf(context));
  return {
    url: urlOf(settings, running),
    account: recipient,
    mode: own ?? mode,
    ca: authority === undefined ? [] : [authority],
    signal: context.signal,
  };
}

/** The app where one is configured, else what runs in this project; never its public URL, since the way there is not in question. */
function urlOf(settings: Settings, running: RunningInfo | undefined): string {
  const own = settings.source('path') === undefined ? undefined : settings.get('path');
  const forwardTo = settings.get('forwardTo');
  if (forwardTo !== undefined) {
    const path = own ?? settings.get('path') ?? '/wx';
    return new URL(forwardTo).pathname === '/' ? `${forwardTo}${path}` : forwardTo;
  }
  if (running) return `${running.local}${own ?? running.path}`;
  throw new WxDevError('WXD6063', {});
}

async function repeat(
  recorded: RecordedExchange,
  { mode, ...target }: Target,
  options: Options,
  edits: readonly Edit[],
): Promise<SendOutcome> {
  const { push } = recorded;
  if (!push) return sendVerify(target);
  const { format, text } = push;
  const sameId = options['sameId'] === true;
  const parsed = createFields(Object.entries(format === 'xml' ? parseXml(text) : parseJson(text)));
  const fields = [...(sameId ? [] : freshIds(parsed)), ...edits].reduce(
    (edited, [path, value]) => setField(edited, path, value),
    parsed as Fields,
  );
  // To the byte, where nothing is to change: what was CDATA then stays CDATA.
  const unchanged = sameId && edits.length === 0 ? text : undefined;
  return sendPush({ ...target, mode, format, fields, text: unchanged, attempts: 1 });
}

type Edit = readonly [path: string, value: string];

/** Makes it another push: apps recognise a repetition by MsgId, and events, which have none, by their time. */
function freshIds(fields: Fields): Edit[] {
  const seconds = Math.floor(Date.now() / 1000);
  const fresh: Edit[] = [
    ['CreateTime', String(seconds)],
    ['MsgId', `${seconds}${String(randomInt(1e9)).padStart(9, '0')}`],
  ];
  return fresh.filter(([name]) => name in fields);
}

function editsOf(options: Options): Edit[] {
  return listOption(options, 'set').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw invalid('--set', pair, 'Name=value', 'Name=value');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

function timesOf(options: Options): number {
  const text = textOption(options, 'times');
  if (text === undefined) return 1;
  const times = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (times >= 1) return times;
  throw invalid('--times', text, 'a whole number from 1 on', '不小于 1 的整数');
}

function print(
  recorded: RecordedExchange,
  outcome: SendOutcome,
  mode: Mode,
  { options, context }: Invocation,
): void {
  const { out, err, json, quiet } = context;
  const { id, type, content } = recorded;
  const diff = options['diff'] === true ? diffAnswers(recorded, outcome) : undefined;
  if (json) {
    out.line(JSON.stringify({ id, ...sendJson(outcome), diff }));
    return;
  }
  if (quiet) {
    if (!outcome.accepted) err.line(`#${id} ${outcome.summary}`);
    return;
  }
  const subject = { what: type, content, mode: type === 'verify' ? undefined : mode };
  out.line(out.tone('strong', `#${id}`));
  for (const line of renderSend(outcome, subject, context)) out.line(line);
  for (const line of diff ? renderDiff(diff, context) : []) out.line(line);
}

function skip(error: WxDevError<'WXD6062'>, { out, err, json, language }: Context): void {
  const report = formatError(error, language);
  for (const line of renderError(report, err)) err.line(line);
  const { code, details } = error;
  if (json) out.line(JSON.stringify({ id: details.id, error: { code, message: error.message } }));
}

function invalid(name: string, received: string, en: string, zh: string): WxDevError {
  return new WxDevError('WXD6001', {
    source: { name },
    received: JSON.stringify(received),
    expected: { en, zh },
  });
}

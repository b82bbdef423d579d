import { Resources } from '../core/resources.ts';
import type { Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderSendList } from './render/send-list.ts';
import { runSendOnce } from './run-send-once.ts';
import { runSendTimes } from './run-send-times.ts';
import { readSendFlags } from './send-flags.ts';
import { listSendNames } from './send-names.ts';
import { readSubject } from './send-subject.ts';
import { findSendTarget } from './send-target.ts';

/** `wx-dev send`: plays WeChat, prints how the answer is judged, and exits accordingly. */
export async function runSend(invocation: Invocation): Promise<ExitCode> {
  const { context, options } = invocation;
  if (options['list'] === true) return listNames(context);
  const flags = readSendFlags(options);
  await using resources = new Resources();
  const target = await findSendTarget(invocation, flags.timeoutMs);
  const subject = await readSubject(invocation, flags, resources, target.account.appId);
  const sending = { invocation, flags, target, subject };
  // Awaited here: a picture is served until the answer has come.
  return await (flags.times > 1 ? runSendTimes(sending) : runSendOnce(sending));
}

function listNames({ out, json, messages }: Context): ExitCode {
  const names = listSendNames();
  if (json) out.line(JSON.stringify(names));
  else for (const line of renderSendList(names, messages, out.columns)) out.line(line);
  return exitCodes.ok;
}

interface Target {
  readonly url: string;
  readonly account: Account;
  readonly ca: readonly string[];
  readonly signal: AbortSignal;
}

async function push(
  invocation: Invocation,
  target: Target,
  mode: Mode,
): Promise<{ outcome: SendOutcome; subject: SendSubject }> {
  const { args, options } = invocation;
  const [what = '', content] = args;
  const fields = fieldsOf(invocation);
  const format = textOption(options, 'format') === 'json' ? 'json' : 'xml';
  const outcome = await sendPush({ ...target, mode, format, fields });
  const msgId = typeof fields['MsgId'] === 'string' ? fields['MsgId'] : undefined;
  return { outcome, subject: { what, content, mode, msgId } };
}

function fieldsOf({ args, options }: Invocation): Fields {
  const [what = '', content] = args;
  const kind = findKind(what);
  if (kind === undefined) throw unknownKind(what);
  const overrides: Record<string, string> = {};
  for (const pair of listOption(options, 'set')) {
    const at = pair.indexOf('=');
    if (at < 1) throw invalid('--set', pair, 'Name=value', 'Name=value');
    overrides[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const seconds = Math.floor(Date.now() / 1000);
  const ids = {
    from: textOption(options, 'from') ?? FOLLOWER,
    to: textOption(options, 'to') ?? ACCOUNT_ID,
    createTime: String(seconds),
    msgId: messageId(options) ?? `${seconds}${String(randomInt(1e9)).padStart(9, '0')}`,
  };
  if (content === undefined) return makePush(kind, overrides, ids);
  const name = contentField(makePush(kind, {}, ids));
  if (name === undefined) {
    throw invalid(
      '[content]',
      content,
      `--set Name=value; ${kind} has no main field`,
      `--set Name=value；${kind} 没有主字段`,
    );
  }
  return makePush(kind, { [name]: content, ...overrides }, ids);
}

/** WeChat's names mix cases (`subscribe`, `SCAN`); a person need not know which has which, unless two differ only by case. */
function findKind(what: string): string | undefined {
  if (pushKinds.includes(what)) return what;
  const alike = pushKinds.filter((kind) => kind.toLowerCase() === what.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

function messageId(options: Invocation['options']): string | undefined {
  const id = textOption(options, 'msgId');
  if (id === undefined || /^\d{1,20}$/.test(id)) return id;
  throw invalid('--msg-id', id, 'up to 20 digits', '最多 20 位数字');
}

/** The field that a person means by the content of this kind of push. */
function contentField(fields: Fields): string | undefined {
  return ['Content', 'EventKey', 'PicUrl', 'Title', 'MediaId', 'Label'].find(
    (name) => name in fields,
  );
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

/** What a sent push means for the exit code. */
export function exitCodeOfOutcome({ accepted, verdict, status, faults }: SendOutcome): ExitCode {
  if (accepted) return exitCodes.ok;
  if (verdict === 'late') return exitCodes.late;
  if (status === 0) return exitCodes.network;
  if (status === 401 || status === 403) return exitCodes.verification;
  const [fault] = faults;
  return fault ? exitCodeOf(fault) : exitCodes.expectation;
}

function unknownKind(what: string): WxDevError {
  const some = 'verify, text, image, subscribe, scan, click, view';
  return invalid(
    '<what>',
    what,
    `${some} or another name of wx-dev send --list`,
    `${some}，或 wx-dev send --list 列出的其他名称`,
  );
}

function invalid(name: string, received: string, en: string, zh: string): WxDevError {
  return new WxDevError('WXD6001', { source: { name }, received, expected: { en, zh } });
}

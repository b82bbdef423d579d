import { resolve } from 'node:path';
import { isWxDevError } from '../core/errors.ts';
import type { Resources } from '../core/resources.ts';
import { composePush, msgIdOf } from '../simulator/compose.ts';
import { createEntropy, type Entropy } from '../simulator/entropy.ts';
import { attemptParse } from '../simulator/parse-message.ts';
import { servePicture } from '../simulator/picture-server.ts';
import { parseScenario } from '../simulator/scenario/parse.ts';
import { releaseTest, releaseTestName } from '../simulator/scenario/release-test.ts';
import type { Scenario } from '../simulator/scenario/scenario.ts';
import { isWork, receiveIdsOf, type Account, type Format } from '../wechat/account.ts';
import { parseBody } from '../wechat/body.ts';
import { textOf, type Fields } from '../wechat/fields.ts';
import { setField } from '../wechat/set-field.ts';
import { describeMessage, parseMessage } from '../wechat/message.ts';
import { textOption, type Invocation } from './command.ts';
import { editFields } from './send-editor.ts';
import { invalidFlag, type SendFlags } from './send-flags.ts';
import { readInput, readInputFile } from './send-input.ts';

/** A verification, or pushes. */
export type PushSubject =
  | { readonly type: 'verify' }
  | { readonly type: 'push'; readonly make: (index: number) => PreparedSubject };

/** What `send` was asked to send. */
type Subject = PushSubject | { readonly type: 'scenario'; readonly scenario: Scenario };

/** One push, ready to be sealed. */
interface PreparedSubject {
  readonly fields: Fields;
  /** Sent exactly as it is. */
  readonly text: string | undefined;
  readonly msgId: string | undefined;
  readonly entropy: Entropy;
  readonly timestamp: string | undefined;
}

/** The app of a company, where nobody says which. */
const usualAgentId = '1000002';

/** With a seed and no `--timestamp`, every run has this one: 2026-01-01 00:00 UTC, as the samples. */
const seededTimestamp = '1767225600';

/** The timestamp asked for: by itself, or by a seed. Undefined is now. */
export function timestampOf({ timestamp, seed }: SendFlags): string | undefined {
  return timestamp ?? (seed === undefined ? undefined : seededTimestamp);
}

/** Randomness for number `index` of a command: the same for the same seed, whatever order they end in. */
export function entropyOf({ seed }: SendFlags, index: number): Entropy {
  return createEntropy(seed === undefined || index === 0 ? seed : `${seed}#${index}`);
}

/**
 * Finds out what to send from the arguments and flags, reads its files, opens the editor and serves a picture (closed with `resources`).
 *
 * @throws WXD1207 for an unknown name, WXD6001 and WXD600x for flags and files, WXD6042 for the editor
 */
export async function readSubject(
  invocation: Invocation,
  flags: SendFlags,
  resources: Resources,
  findTarget: () => Promise<{ readonly account: Account }>,
): Promise<Subject> {
  const { args, options, context } = invocation;
  const [what, content] = args;
  const raw = textOption(options, 'raw');
  const data = textOption(options, 'data');
  if (what === 'verify' && data === undefined && raw === undefined) return { type: 'verify' };
  if (what === releaseTestName) {
    return { type: 'scenario', scenario: releaseTest(textOption(options, 'noticePath')) };
  }
  if (raw !== undefined) return rawSubject((await readInput(raw, '--raw', context)).text, flags);
  const named = data === undefined && what !== undefined && isPath(what) ? what : undefined;
  const input =
    named === undefined
      ? data === undefined
        ? undefined
        : await readInput(data, '--data', context)
      : await readInputFile(named, '<what>', context);
  if (named !== undefined && input !== undefined && isScenario(input.text)) {
    return { type: 'scenario', scenario: parseScenario(input.text, input.shown) };
  }
  const { account } = await findTarget();
  if (input === undefined && what === undefined) throw noSubject();
  const base = input === undefined ? undefined : parseBody(input.text).fields;
  const picture = await pictureOf(invocation, resources);
  const compose = (index: number): PreparedSubject =>
    composeOne({ invocation, flags, base, content: picture ?? content, index, account });
  if (options['edit'] !== true) return { type: 'push', make: compose };
  const first = compose(0);
  const format: Format = textOption(options, 'format') === 'json' ? 'json' : 'xml';
  const fields = await editFields(first.fields, format, context);
  return { type: 'push', make: (index) => ({ ...compose(index), fields, msgId: msgIdOf(fields) }) };
}

interface Composing {
  readonly invocation: Invocation;
  readonly flags: SendFlags;
  readonly base: Fields | undefined;
  readonly content: string | undefined;
  readonly index: number;
  readonly account: Account;
}

function composeOne(composing: Composing): PreparedSubject {
  const { invocation, flags, base, content, index, account } = composing;
  const { args, options } = invocation;
  const entropy = entropyOf(flags, index);
  const timestamp = timestampOf(flags);
  const createTime = timestamp ?? String(Math.floor(Date.now() / 1000));
  const isNew = base === undefined || index > 0;
  const msgId = flags.msgId ?? (isNew ? newMsgId(entropy, createTime) : undefined);
  const replacesId =
    base !== undefined && (flags.msgId !== undefined || msgIdOf(base) !== undefined);
  const fields = composePush({
    what: base === undefined ? (args[0] ?? '') : kindOf(base),
    content: base === undefined ? content : undefined,
    data: base,
    scene: textOption(options, 'scene'),
    set: replacesId && msgId !== undefined ? [['MsgId', msgId], ...flags.set] : flags.set,
    unset: flags.unset,
    from:
      textOption(options, 'from') ??
      (flags.times > 1 && base === undefined ? followerNumber(index) : undefined),
    to: textOption(options, 'to') ?? (isWork(account) ? receiveIdsOf(account)?.[0] : undefined),
    appId: account.kind === 'work-suite' ? receiveIdsOf(account)?.[0] : account.appId,
    msgId: msgId ?? '',
    createTime,
  });
  // 企业微信 says in every callback of an app which app it is for.
  const lacksAgent = textOf(fields, 'AgentID') === undefined && !flags.unset.includes('AgentID');
  const sent =
    account.kind === 'work' && lacksAgent ? setField(fields, 'AgentID', usualAgentId) : fields;
  return { fields: sent, text: undefined, msgId: msgIdOf(sent), entropy, timestamp };
}

function rawSubject(text: string, flags: SendFlags): PushSubject {
  const { raw } = attemptParse(text);
  const timestamp = timestampOf(flags);
  return {
    type: 'push',
    make: (index) => ({
      fields: raw,
      text,
      msgId: msgIdOf(raw),
      entropy: entropyOf(flags, index),
      timestamp,
    }),
  };
}

function newMsgId(entropy: Entropy, createTime: string): string {
  return `${createTime.slice(0, 10)}${entropy.digits(9)}`;
}

/** Many sends come from many followers: apps may take two events of one follower in one second for a retry. */
function followerNumber(index: number): string {
  return `oWxDev_${String(index).padStart(21, '0')}`;
}

function kindOf(fields: Fields): string {
  try {
    return describeMessage(parseMessage(fields)).type;
  } catch (error) {
    if (!isWxDevError(error)) throw error;
    return textOf(fields, 'MsgType') ?? 'message';
  }
}

function isPath(what: string): boolean {
  return what === '-' || (!/^(?:message|event):/.test(what) && /[\\/]|\.(?:json|xml)$/i.test(what));
}

/** A scenario has steps; a message in JSON has none. Broken JSON that names them is meant to be one, and its parser says what is wrong. */
function isScenario(text: string): boolean {
  return /^\s*\{/.test(text) && /"steps"\s*:/.test(text);
}

/** A picture on this machine becomes an address that the app can download from, as long as this command runs. */
async function pictureOf(
  { args, context }: Invocation,
  resources: Resources,
): Promise<string | undefined> {
  const [what, content] = args;
  if (what !== 'image' && what !== 'i') return undefined;
  if (content === undefined || /^https?:\/\//i.test(content)) return undefined;
  const server = await servePicture(resolve(context.cwd, content));
  resources.defer(() => server[Symbol.asyncDispose]());
  if (!context.quiet) context.err.line(context.messages.send.serving(content, server.url));
  return server.url;
}

function noSubject(): Error {
  return invalidFlag(
    '<what>',
    'nothing',
    'verify, text, image, subscribe, scan, click, view, or a name of wx-dev send --list',
    'verify、text、image、subscribe、scan、click、view，或 wx-dev send --list 列出的名称',
  );
}

import { withLikelyPath } from '../simulator/find-callback.ts';
import { wechatPause } from '../simulator/pacing.ts';
import type { SendOutcome, SentRequest } from '../simulator/outcome.ts';
import { preparePush, prepareVerify, sendPush, sendVerify } from '../simulator/send.ts';
import { isWork, type Account, type Format } from '../wechat/account.ts';
import { formatFields } from '../wechat/body.ts';
import { textOf, type Fields } from '../wechat/fields.ts';
import { asWorkPushes, formatFor } from '../wechat/work/as-pushed.ts';
import { textOption, type Invocation } from './command.ts';
import type { Audience, SendSubject } from './render/send.ts';
import { renderSteps } from './render/send-steps.ts';
import type { SendFlags } from './send-flags.ts';
import { entropyOf, timestampOf, type PushSubject } from './send-subject.ts';
import type { SendTarget } from './send-target.ts';

/** All that one `send` was told. */
export interface Sending {
  readonly invocation: Invocation;
  readonly flags: SendFlags;
  /** What is sent as number `index`. */
  readonly plan: (index: number) => SendPlan;
}

/** One thing to send: what to call it, how to look at it, how to send it. */
export interface SendPlan {
  readonly subject: SendSubject;
  /** The message before it is encrypted; a verification has none. */
  readonly plain: string | undefined;
  /** The request, without sending it. */
  readonly preview: () => SentRequest;
  readonly send: (onRefresh?: () => void) => Promise<SendOutcome>;
  /** The outcome with what else can be found out by asking the app again, such as the path that was meant. */
  readonly lookAround: (outcome: SendOutcome) => Promise<SendOutcome>;
  /** How a request of it was made, step by step. */
  readonly explain: (outcome: SendOutcome) => readonly string[];
}

/** What a push or verification is planned from. */
interface PushPlanning {
  readonly invocation: Invocation;
  readonly flags: SendFlags;
  readonly target: SendTarget;
  readonly subject: PushSubject;
}

/** Plans number `index` of the pushes or verifications of a command. */
export function planPush(planning: PushPlanning, index: number): SendPlan {
  const { invocation, flags, target, subject } = planning;
  const { args, options, context } = invocation;
  const { tamper, nonce, attempts, streamMs } = flags;
  if (subject.type === 'verify') return planVerify(planning, index);
  const prepared = subject.make(index);
  const { fields, text, msgId, entropy, timestamp } = prepared;
  const asked: Format = textOption(options, 'format') === 'json' ? 'json' : 'xml';
  const format = formatFor(target.account, asked);
  const waitMs = wechatPause(flags.timeoutMs, flags.delaysMs);
  const content = { format, fields, text, entropy, timestamp };
  const push = { ...target, ...content, nonce, tamper, attempts, waitMs };
  const plain = text ?? formatFields(asWorkPushes(fields, target.account), format);
  const [what = 'message', said] = args;
  return {
    subject: {
      what,
      content: said,
      account: textOption(options, 'account'),
      audience: audienceOf(target.account, fields),
      mode: target.mode,
      msgId,
      tamper,
    },
    plain,
    preview: () => preparePush(push).seal().request,
    send: (onRefresh) => sendPush({ ...push, stream: { forMs: streamMs, onRefresh } }),
    lookAround: (outcome) => lookForPath(outcome, target),
    explain: (outcome) => renderSteps(plain, outcome, target.account, context.messages),
  };
}

/** A notice has no sender who would see an answer: of a third-party platform, of a suite, of a change in a company. */
export function audienceOf(account: Account, fields: Fields): Audience {
  if (textOf(fields, 'InfoType') !== undefined) return 'notice';
  return isWork(account) ? 'member' : 'follower';
}

function planVerify({ invocation, flags, target }: PushPlanning, index: number): SendPlan {
  const { tamper, nonce } = flags;
  const make = (): Parameters<typeof sendVerify>[0] => {
    const entropy = entropyOf(flags, index);
    return { ...target, tamper, nonce, timestamp: timestampOf(flags), entropy };
  };
  const { messages } = invocation.context;
  return {
    subject: {
      what: 'verify',
      account: textOption(invocation.options, 'account'),
      mode: undefined,
      tamper,
    },
    plain: undefined,
    preview: () => prepareVerify(make()).request,
    send: () => sendVerify(make()),
    lookAround: (outcome) => lookForPath(outcome, target),
    explain: (outcome) => renderSteps(undefined, outcome, target.account, messages),
  };
}

async function lookForPath(outcome: SendOutcome, target: SendTarget): Promise<SendOutcome> {
  return { ...outcome, faults: await withLikelyPath(outcome.faults, target) };
}

import { wechatPause } from '../simulator/pacing.ts';
import type { SendOutcome, SentRequest } from '../simulator/outcome.ts';
import { preparePush, prepareVerify, sendPush, sendVerify } from '../simulator/send.ts';
import type { Format } from '../wechat/account.ts';
import { formatFields } from '../wechat/body.ts';
import { textOption, type Invocation } from './command.ts';
import type { SendSubject } from './render/send.ts';
import type { SendFlags } from './send-flags.ts';
import { entropyOf, timestampOf, type Subject } from './send-subject.ts';
import type { SendTarget } from './send-target.ts';

/** All that one `send` was told. */
export interface Sending {
  readonly invocation: Invocation;
  readonly flags: SendFlags;
  readonly target: SendTarget;
  readonly subject: Subject;
}

/** One thing to send: what to call it, how to look at it, how to send it. */
export interface SendPlan {
  readonly subject: SendSubject;
  /** The message before it is encrypted; a verification has none. */
  readonly plain: string | undefined;
  /** The request, without sending it. */
  readonly preview: () => SentRequest;
  readonly send: () => Promise<SendOutcome>;
}

/** What is sent as number `index` of a command. */
export function planSend({ invocation, flags, target, subject }: Sending, index: number): SendPlan {
  const { args, options } = invocation;
  const { tamper, nonce, attempts } = flags;
  if (subject.type !== 'push') {
    const make = (): Parameters<typeof sendVerify>[0] => {
      const entropy = entropyOf(flags, index);
      return { ...target, tamper, nonce, timestamp: timestampOf(flags), entropy };
    };
    return {
      subject: { what: 'verify', mode: undefined, tamper },
      plain: undefined,
      preview: () => prepareVerify(make()).request,
      send: () => sendVerify(make()),
    };
  }
  const prepared = subject.make(index);
  const { fields, text, msgId, entropy, timestamp } = prepared;
  const format: Format = textOption(options, 'format') === 'json' ? 'json' : 'xml';
  const waitMs = wechatPause(flags.timeoutMs, flags.delaysMs);
  const push = {
    ...target,
    format,
    fields,
    text,
    entropy,
    timestamp,
    nonce,
    tamper,
    attempts,
    waitMs,
  };
  const [what = 'message', content] = args;
  return {
    subject: { what, content, mode: target.mode, msgId, tamper },
    plain: text ?? formatFields(fields, format),
    preview: () => preparePush(push).seal().request,
    send: () => sendPush(push),
  };
}

import { WxDevError } from '../core/errors.ts';
import type { Account, Format, Mode } from '../wechat/account.ts';
import { textOf, type Fields } from '../wechat/fields.ts';
import {
  judgeAnswer,
  judgeEchostr,
  judgeVerifyTime,
  type Judgement,
  type PushAnswer,
} from '../wechat/judge.ts';
import { parseMessage, type Message } from '../wechat/message.ts';
import { asWorkPushes, formatFor } from '../wechat/work/as-pushed.ts';
import { isBotMessage } from '../wechat/work/bot.ts';
import { refreshOf } from '../wechat/work/bot-stream.ts';
import { deliver } from './delivery.ts';
import { createEntropy, type Entropy } from './entropy.ts';
import { followStream, type StreamOptions } from './follow-stream.ts';
import { judgeTampered } from './judge-tampered.ts';
import { attemptParse } from './parse-message.ts';
import type { Attempt, ReceivedAnswer, SendOutcome, SentRequest } from './outcome.ts';
import { pushRequest, verifyRequest, type SealedRequest } from './push-request.ts';
import type { Tamper } from './tamper.ts';
import { parseTargetUrl, requestOptionsOf, type TargetOptions } from './target.ts';

/** 消息推送: a push that is not answered is sent three times in all. */
const wechatAttempts = 3;

/** What a verification and a push have in common. */
export interface SendOptions extends TargetOptions {
  readonly account: Account;
  /** Where nonces and random bytes come from. @default real randomness */
  readonly entropy?: Entropy | undefined;
  /** `timestamp` of the query, seconds since the epoch. @default now */
  readonly timestamp?: string | undefined;
  /** `nonce` of the query. @default random, fresh for each attempt */
  readonly nonce?: string | undefined;
  /** Makes something wrong on purpose; then the app should refuse it, and the outcome is judged by that. */
  readonly tamper?: Tamper | undefined;
}

/** One push to send. */
export interface SendPushOptions extends SendOptions {
  readonly mode: Mode;
  /** @default xml */
  readonly format?: Format | undefined;
  /** The message or event, by WeChat's own field names. */
  readonly fields: Fields;
  /** Sent exactly as it is instead of `fields`, which then only say how to judge. */
  readonly text?: string | undefined;
  /** How often the push is sent when no answer with status 200 comes in time. @default 3 */
  readonly attempts?: number | undefined;
  /** How long to wait after an attempt that did not end it, in milliseconds. @default 0 */
  readonly waitMs?: ((attempt: Attempt) => number) | undefined;
  /** Told about each attempt as it ends. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
  /** How the stream of an AI bot is followed. */
  readonly stream?: StreamOptions | undefined;
}

/**
 * Sends the signed GET that WeChat sends when the server settings are saved, and judges the echostr byte for byte.
 *
 * @throws WXD6001 for a URL that is not http(s)
 */
export async function sendVerify(options: SendOptions): Promise<SendOutcome> {
  const { request, echostr } = prepareVerify(options);
  const { tamper, account } = options;
  const outcome = await deliver(
    {
      request: () => request,
      judge: (answer) => {
        const judged = judgeVerification(answer, echostr, options, request);
        return tamper === undefined ? judged : judgeTampered(answer, judged, tamper);
      },
      ends: () => true,
      attempts: 1,
    },
    requestOptionsOf(options),
  );
  const isRight = outcome.accepted && tamper === undefined;
  const [late] = isRight ? judgeVerifyTime(outcome.ms, account) : [];
  return late === undefined ? outcome : { ...outcome, verdict: 'slow', warnings: [late] };
}

/**
 * The request of a verification, to look at or to send.
 *
 * @throws WXD6001 for a URL that is not http(s), WXD6048 for a `tamper` that only encrypted pushes have
 */
export function prepareVerify(options: SendOptions): { request: SentRequest; echostr: string } {
  const { account, entropy = createEntropy(), timestamp, nonce, tamper } = options;
  const url = parseTargetUrl(options.url);
  if (tamper !== undefined && tamper !== 'signature' && tamper !== 'timestamp') {
    throw new WxDevError('WXD6048', { tamper, mode: 'plain' });
  }
  // 19 digits, as WeChat's: more than a number can hold, which catches apps that parse it.
  const echostr = `7${entropy.digits(18)}`;
  return {
    request: verifyRequest(url, account, { entropy, timestamp, nonce, tamper, echostr }),
    echostr,
  };
}

/**
 * Sends one push as WeChat does, up to three times with the same MsgId and a fresh nonce, and judges the last answer. A stream that an AI
 * bot begins is followed to its end.
 *
 * @throws WXD6001 for a URL that is not http(s), WXD1105 without the key that `mode` needs, WXD1206 for fields that are no message,
 * WXD6048 for a `tamper` that the mode does not have
 */
export async function sendPush(options: SendPushOptions): Promise<SendOutcome> {
  const outcome = await deliverPush(options);
  if (options.account.kind !== 'work-bot' || options.tamper !== undefined) return outcome;
  const { account, entropy = createEntropy(), signal, stream } = options;
  const asked = asWorkPushes(options.fields, account);
  const refresh = (streamId: string): Promise<SendOutcome> => {
    const fields = refreshOf(asked, streamId, entropy.digits(19));
    return deliverPush({ ...options, fields, text: undefined, attempts: 1, onAttempt: undefined });
  };
  return followStream(outcome, refresh, { ...stream, signal });
}

async function deliverPush(options: SendPushOptions): Promise<SendOutcome> {
  const { attempts = wechatAttempts, waitMs, onAttempt, tamper } = options;
  const prepared = preparePush(options);
  // Of the last request: what is wrong with an answer may depend on how its push was padded.
  let padding: number | undefined;
  return deliver(
    {
      request: () => {
        const sealed = prepared.seal();
        padding = sealed.padding;
        return sealed.request;
      },
      judge: (answer, { url }) => {
        const judged = judgePush({ ...answer, url, padding }, prepared.push, options);
        return tamper === undefined ? judged : judgeTampered(answer, judged, tamper);
      },
      ends: ({ status }) => status === 200 || (tamper !== undefined && status > 0),
      attempts,
      waitMs,
      onAttempt,
    },
    requestOptionsOf(options),
  );
}

/** The requests of one push, to look at or to send; each call makes a fresh nonce. Throws what `sendPush` does. */
export function preparePush(options: SendPushOptions): {
  push: Message;
  seal: () => SealedRequest;
} {
  const { account, mode, text, entropy = createEntropy() } = options;
  checkKind(options.fields, account);
  const fields = asWorkPushes(options.fields, account);
  const format = formatFor(account, options.format ?? 'xml');
  const { timestamp, nonce, tamper } = options;
  const url = parseTargetUrl(options.url);
  // A text may be malformed on purpose; fields that are no message are a mistake.
  const push = text === undefined ? parseMessage(fields) : attemptParse(text);
  const content = { account, mode, format, message: text ?? fields };
  return {
    push,
    seal: () => pushRequest(url, content, { entropy, timestamp, nonce, tamper }),
  };
}

/** A bot gets messages of its own form, and of the others only what has a counterpart there; nobody else gets a bot's. */
function checkKind(fields: Fields, { kind = 'official' }: Account): void {
  const isBot = kind === 'work-bot';
  if (isBotMessage(fields)) {
    if (isBot) return;
    const what = { en: "a bot's message", zh: '智能机器人的消息' };
    throw new WxDevError('WXD6032', { kind, what });
  }
  const type = textOf(fields, 'Event') ?? textOf(fields, 'MsgType') ?? textOf(fields, 'InfoType');
  if (isBot && type !== undefined && !alsoForBots.has(type)) {
    throw new WxDevError('WXD6032', { kind, what: type });
  }
}

/** What `asWorkPushes` knows to say in a bot's form. */
const alsoForBots = new Set(['text', 'image', 'voice', 'subscribe']);

function judgeVerification(
  answer: ReceivedAnswer,
  expected: string,
  { account }: SendOptions,
  { url }: SentRequest,
): Judgement {
  const tokenSource = account.sources?.token;
  const { accepted, faults } = judgeEchostr({ ...answer, expected, url, tokenSource });
  const summary = accepted ? 'echostr' : (faults[0]?.message ?? `HTTP ${answer.status}`);
  return { accepted, visible: 'nothing', summary, faults, warnings: [] };
}

function judgePush(
  answer: ReceivedAnswer & Pick<PushAnswer, 'url' | 'padding'>,
  push: Message,
  { mode, format: asked = 'xml', account }: SendPushOptions,
): Judgement {
  const format = formatFor(account, asked);
  return judgeAnswer({ ...answer, format, encrypted: mode !== 'plain', mode, push, account });
}

import { isWxDevError, WxDevError } from '../core/errors.ts';
import type { Account, Format, Mode } from './account.ts';
import { createFields, textOf, type Fields } from './fields.ts';
import { openReply } from './judge-envelope.ts';
import { judgeHttp, readAnswerText, type Answer } from './judge-http.ts';
import { judgeReply } from './judge-reply.ts';
import { quote, readAnswer, type Findings } from './judge-shape.ts';
import type { Message } from './message.ts';
import type { PushQuery } from './query.ts';
import { describeReply, type Reply } from './reply.ts';
import { judgeBotReply } from './work/judge-bot.ts';

export { judgeEchostr, judgeVerifyTime } from './judge-echostr.ts';

/** An answer to a push, with what is needed to judge it. */
export interface PushAnswer extends Answer {
  /** The data format of the account. */
  readonly format: Format;
  /** Whether the push was encrypted (`encrypt_type=aes`). */
  readonly encrypted: boolean;
  readonly mode: Mode;
  readonly push: Message;
  /** The query of the push; makes one hint about signatures possible. */
  readonly query?: PushQuery | undefined;
  readonly account: Account;
  /** The padding byte of an encrypted push: above 16, decryption with usual padding fails. */
  readonly padding?: number | undefined;
}

/** What WeChat would make of an answer. */
export interface Judgement {
  /** Whether WeChat is content; otherwise it sends the push again or reports a failure. */
  readonly accepted: boolean;
  /** What the follower sees. */
  readonly visible: 'nothing' | 'reply' | 'failure';
  readonly reply?: Reply | undefined;
  /** The answer as text, decrypted. */
  readonly text?: string | undefined;
  /** One line: `success`, `empty`, `text "…"`, or the title of the first fault. */
  readonly summary: string;
  readonly faults: readonly WxDevError[];
  readonly warnings: readonly WxDevError[];
}

/** What an answer holds, apart from what was found wrong with it. */
interface Content {
  readonly summary: string;
  readonly text?: string | undefined;
  readonly reply?: Reply | undefined;
}

/** Events in a conversation the follower looks at: a failure is shown there (observed by developers, not documented). */
const conversationEvents = new Set([
  'subscribe',
  'SCAN',
  'CLICK',
  'scancode_waitmsg',
  'user_enter_tempsession',
]);

/**
 * Judges an answer to a push as WeChat does, strictly. Faults are WXD2101 to WXD2135; what works today or is only odd is a warning.
 *
 * @see https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html 被动回复用户消息
 */
export function judgeAnswer(answer: PushAnswer): Judgement {
  const findings: Findings = { faults: [], warnings: [] };
  const content = judgeContent(answer, findings);
  judgePadding(answer, findings);
  const [first] = findings.faults;
  return {
    ...content,
    ...findings,
    accepted: first === undefined,
    visible: first === undefined ? visibleOf(content, answer.push) : failureOf(answer.push),
    summary: first?.message ?? content.summary,
  };
}

function judgeContent(answer: PushAnswer, findings: Findings): Content {
  const httpFault = judgeHttp({ tokenSource: answer.account.sources?.token, ...answer });
  if (httpFault !== undefined) {
    findings.faults.push(httpFault);
    return { summary: '' };
  }
  const text = readAnswerText(answer.body);
  if (typeof text !== 'string') {
    findings.faults.push(text);
    return { summary: '' };
  }
  if (text === '' || text === 'success') return judgeNothing(text, answer, findings);
  const read = readAnswer(text, formatOf(answer), findings)?.fields;
  if (read === undefined) return { summary: '', text };
  const fields = answer.push.type === 'bot' ? withEnvelopeNames(read) : read;
  const isEnvelope = textOf(fields, 'Encrypt') !== undefined && !textOf(fields, 'MsgType');
  if (isEnvelope) return judgeEnvelope(fields, answer, findings);
  if (answer.encrypted && answer.mode !== 'compat') {
    findings.faults.push(new WxDevError('WXD2110', {}));
  }
  return judgeFields(fields, text, answer, findings);
}

/** Most that a cipher with blocks of 16 bytes can unpad. */
const usualPadding = 16;

/** What an app says that could not decrypt: often nothing more than an error. */
const undecrypted = new Set(['bad-decrypt', 'biz-crypt', 'refused', 'bad-request', 'server-error']);

function judgePadding({ padding = 0 }: PushAnswer, { faults, warnings }: Findings): void {
  const [fault] = faults;
  if (padding <= usualPadding || fault === undefined) return;
  if (!isWxDevError(fault, 'WXD2101', 'WXD2103', 'WXD2104', 'WXD2112')) return;
  const { cause } = fault.details;
  if (cause !== undefined && undecrypted.has(cause.type)) {
    warnings.push(new WxDevError('WXD2135', { padding }));
  }
}

function judgeEnvelope(fields: Fields, answer: PushAnswer, findings: Findings): Content {
  if (!answer.encrypted) {
    findings.faults.push(new WxDevError('WXD2125', {}));
    return { summary: '' };
  }
  const text = openReply(fields, answer.account, answer.query, findings);
  if (text === undefined) return { summary: '' };
  if (text === '' || text === 'success') {
    findings.warnings.push(new WxDevError('WXD2127', {}));
    return judgeNothing(text, answer, findings);
  }
  const inner = readAnswer(text, formatOf(answer), findings)?.fields;
  return inner === undefined ? { summary: '', text } : judgeFields(inner, text, answer, findings);
}

function judgeNothing(text: string, { push }: PushAnswer, { faults }: Findings): Content {
  const own = ownAnswerOf(push);
  if (own !== undefined) {
    faults.push(
      new WxDevError('WXD2126', { event: own.event, expected: own.expected, received: text }),
    );
  }
  return { summary: text === '' ? 'empty' : text, text };
}

function judgeFields(
  fields: Fields,
  text: string,
  { push }: PushAnswer,
  findings: Findings,
): Content {
  const own = ownAnswerOf(push);
  if (own !== undefined) {
    if (textOf(fields, own.field) !== '0') {
      const { event, expected } = own;
      findings.faults.push(new WxDevError('WXD2126', { event, expected, received: quote(text) }));
    }
    return { summary: `${own.field} 0`, text };
  }
  if (push.type === 'bot') return { summary: judgeBotReply(fields, push, findings), text };
  const notice = textOf(push.raw, 'InfoType');
  if (notice !== undefined && textOf(fields, 'MsgType') !== undefined) {
    // Nobody would read a reply: no follower has sent this.
    const details = { event: notice, expected: 'success', received: quote(text) };
    findings.faults.push(new WxDevError('WXD2126', details));
    return { summary: '', text };
  }
  if (isOwnFormat(fields, push)) return { summary: 'answer to the event', text };
  const reply = judgeReply(fields, push, findings);
  return { summary: describeReply(reply), text, reply };
}

/** Whether `success` is a good answer to a push, whatever it says: virtual payment asks for an answer of its own. */
export function takesSuccess(push: Message): boolean {
  return ownAnswerOf(push) === undefined;
}

/** A bot's envelope as that of all others: its four names are in lower case, 企业微信 101033. */
function withEnvelopeNames(fields: Fields): Fields {
  const names = new Map([
    ['encrypt', 'Encrypt'],
    ['msgsignature', 'MsgSignature'],
    ['timestamp', 'TimeStamp'],
    ['nonce', 'Nonce'],
  ]);
  const entries = Object.entries(fields);
  return createFields(entries.map(([name, value]) => [names.get(name) ?? name, value] as const));
}

/** The answer that virtual payment (虚拟支付) asks for instead of `success`. */
function ownAnswerOf({
  raw,
}: Message): { event: string; field: string; expected: string } | undefined {
  const event = textOf(raw, 'Event') ?? '';
  if (!/^xpay_.*_notify$/u.test(event)) return undefined;
  return event.endsWith('_query_notify')
    ? { event, field: 'result_code', expected: '{"result_code":0,…}' }
    : { event, field: 'ErrCode', expected: '{"ErrCode":0,"ErrMsg":"success"}' };
}

/** Virtual payment documents its answers in JSON, whatever the format of the account. */
function formatOf({ push, format }: PushAnswer): Format | undefined {
  return ownAnswerOf(push) === undefined ? format : undefined;
}

/** Many events of mini programs and platforms have answers of their own, without addresses; a conversation has none. */
function isOwnFormat(fields: Fields, { type, raw }: Message): boolean {
  if (conversationEvents.has(textOf(raw, 'Event') ?? '')) return false;
  const isReply = ['ToUserName', 'FromUserName', 'MsgType', 'xml'].some((name) => name in fields);
  return (type === 'event' || type === 'unknown') && !isReply;
}

function visibleOf({ reply, text = '' }: Content, push: Message): 'nothing' | 'reply' {
  // What a bot answers has a form of its own; anything but these two is shown.
  if (push.type === 'bot') return text === '' || text === 'success' ? 'nothing' : 'reply';
  if (reply === undefined || reply.type === 'transfer_customer_service') return 'nothing';
  return push.type === 'event' && push.event === 'unsubscribe' ? 'nothing' : 'reply';
}

function failureOf(push: Message): 'nothing' | 'failure' {
  const { raw } = push;
  const isMessage = textOf(raw, 'MsgType') !== 'event';
  return isMessage || conversationEvents.has(textOf(raw, 'Event') ?? '') ? 'failure' : 'nothing';
}

import { WxDevError } from '../../core/errors.ts';
import { fieldsOf, textOf, type Fields } from '../fields.ts';

/**
 * What 企业微信 pushes to an AI bot (智能机器人). Its names are in lower case; everything it holds is in `raw`.
 *
 * @see https://developer.work.weixin.qq.com/document/path/100719 接收消息
 */
export interface BotMessage {
  readonly type: 'bot';
  /** `text`, `image`, `mixed`, `voice`, `file`, `stream`, `event`. */
  readonly msgType: string;
  /** When `msgType` is `event`: `enter_chat`, `template_card_event`, `feedback_event`. */
  readonly event?: string;
  /** What was said, of a text or a voice message. */
  readonly content?: string;
  /** Which stream is asked for, when `msgType` is `stream`. */
  readonly streamId?: string;
  readonly chatId?: string;
  /** `single` or `group`. */
  readonly chatType: string;
  /** Takes an answer later; for one message only. */
  readonly responseUrl?: string;
  /** The bot, `aibotid`. */
  readonly toUserName: string;
  /** The member's UserID. */
  readonly fromUserName: string;
  /** Seconds since the epoch; empty where it is not said. */
  readonly createTime: string;
  readonly msgId?: string;
  readonly raw: Fields;
}

/** Whether decrypted fields are a bot's. */
export function isBotMessage(fields: Fields): boolean {
  return textOf(fields, 'msgtype') !== undefined && textOf(fields, 'aibotid') !== undefined;
}

/** Reads what a bot got. */
export function parseBotMessage(fields: Fields): BotMessage {
  const msgType = textOf(fields, 'msgtype') ?? '';
  const own = fieldsOf(fields, msgType) ?? {};
  const chatType = textOf(fields, 'chattype') ?? '';
  return {
    type: 'bot',
    msgType,
    chatType,
    toUserName: textOf(fields, 'aibotid') ?? '',
    fromUserName: textOf(fieldsOf(fields, 'from') ?? {}, 'userid') ?? '',
    createTime: textOf(fields, 'create_time') ?? '',
    raw: fields,
    ...present('msgId', textOf(fields, 'msgid')),
    ...present('chatId', textOf(fields, 'chatid')),
    ...present('responseUrl', textOf(fields, 'response_url')),
    ...present('event', msgType === 'event' ? textOf(own, 'eventtype') : undefined),
    ...present('content', textOf(own, 'content')),
    ...present('streamId', msgType === 'stream' ? textOf(own, 'id') : undefined),
  };
}

/** What a bot answers with. */
export interface BotReplyOptions {
  /** Text, Markdown where it is a stream. */
  readonly content: string;
  /** Names the stream; 企业微信 asks for the rest of it by this id. */
  readonly streamId: string;
  /** The last piece. @default true */
  readonly finish?: boolean | undefined;
}

/**
 * Writes the answer to a bot's message as 企业微信 takes it: a text where somebody enters the chat, a stream everywhere else.
 *
 * @throws WXD2113 when there is nothing to say
 * @see https://developer.work.weixin.qq.com/document/path/101031 被动回复消息
 */
export function formatBotReply(
  { event }: Pick<BotMessage, 'event'>,
  { content, streamId, finish = true }: BotReplyOptions,
): string {
  if (content === '') throw new WxDevError('WXD2113', { type: 'text', field: 'content' });
  return event === 'enter_chat'
    ? JSON.stringify({ msgtype: 'text', text: { content } })
    : JSON.stringify({ msgtype: 'stream', stream: { id: streamId, finish, content } });
}

function present<Key extends string>(
  key: Key,
  value: string | undefined,
): { readonly [K in Key]?: string } {
  // TypeScript cannot follow a computed name into the mapped type.
  return (value === undefined || value === '' ? {} : { [key]: value }) as {
    readonly [K in Key]?: string;
  };
}

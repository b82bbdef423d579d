import { createHash } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import { eventShapes } from './event-shapes.ts';
import { textOf, type Fields } from './fields.ts';
import { readShape, type Shaped } from './read-shape.ts';
import { messageShapes } from './shapes.ts';
import { isBotMessage, parseBotMessage, type BotMessage } from './work/bot.ts';

/** What every message has. Values are WeChat's text; a field that WeChat left out is empty text, optional ones are absent. */
interface MessageBase {
  /** The account that was written to, `gh_…`. */
  readonly toUserName: string;
  /** The follower's openid. */
  readonly fromUserName: string;
  /** Seconds since the epoch. */
  readonly createTime: string;
  /** 64-bit number of a message; events have none. */
  readonly msgId?: string;
  /** All fields, under WeChat's names. */
  readonly raw: Fields;
}

type MessageShapes = typeof messageShapes;
type EventShapes = typeof eventShapes;

type MessageOf<T extends keyof MessageShapes> = MessageBase & { readonly type: T } & Shaped<
    MessageShapes[T]
  >;

type EventOf<E extends keyof EventShapes> = MessageBase & {
  readonly type: 'event';
  readonly event: E;
} & Shaped<EventShapes[E]>;

/** A message of a kind this library does not know; everything it holds is in `raw`. */
export interface UnknownMessage extends MessageBase {
  readonly type: 'unknown';
  /** Empty in the notices of the open platform, which have `infoType`. */
  readonly msgType: string;
  /** When `msgType` is `event`. */
  readonly event?: string;
  /** Kind of a notice of the open platform (third-party platforms). */
  readonly infoType?: string;
}

/** An event WeChat reports, such as a follow or a menu click. */
export type EventMessage = { [E in keyof EventShapes]: EventOf<E> }[keyof EventShapes];

/**
 * What WeChat pushes: a follower's message (`type` is the MsgType), an event (`type` is `event`, then switch on `event`), or something
 * unknown.
 */
export type Message =
  | { [T in keyof MessageShapes]: MessageOf<T> }[keyof MessageShapes]
  | EventMessage
  | BotMessage
  | UnknownMessage;

/**
 * Reads a message from its fields.
 *
 * @throws WXD1206 when there is neither a MsgType nor the InfoType of an open platform notice.
 */
export function parseMessage(fields: Fields): Message {
  const msgType = textOf(fields, 'MsgType');
  const infoType = textOf(fields, 'InfoType');
  const msgId = textOf(fields, 'MsgId');
  if (!msgType && !infoType) {
    if (isBotMessage(fields)) return parseBotMessage(fields);
    const start = Object.keys(fields).join(', ').slice(0, shownCharacters);
    throw new WxDevError('WXD1206', { problem: 'MsgType is missing', start });
  }
  const base: MessageBase = {
    toUserName: textOf(fields, 'ToUserName') ?? '',
    fromUserName: textOf(fields, 'FromUserName') ?? '',
    createTime: textOf(fields, 'CreateTime') ?? '',
    raw: fields,
    ...(msgId ? { msgId } : undefined),
  };
  return parseKnown(fields, base, msgType) ?? parseUnknown(fields, base, msgType, infoType);
}

/** How much of a strange body an error quotes. */
const shownCharacters = 60;

// In what is made for each push, a spread comes last: V8 puts `{ ...a, b }`, but not `{ b, ...a }`, where only a full collection finds it.
function parseKnown(
  fields: Fields,
  base: MessageBase,
  msgType: string | undefined,
): Message | undefined {
  if (msgType === undefined) return undefined;
  if (msgType === 'event') {
    const event = textOf(fields, 'Event') ?? '';
    if (!hasKey(eventShapes, event)) return undefined;
    const shaped = readShape(fields, eventShapes[event]);
    // The shape belongs to the name, which TypeScript cannot follow through a lookup.
    return { type: 'event', event, ...base, ...shaped } as EventMessage;
  }
  if (!hasKey(messageShapes, msgType)) return undefined;
  return { type: msgType, ...base, ...readShape(fields, messageShapes[msgType]) } as Message; // As above.
}

function parseUnknown(
  fields: Fields,
  base: MessageBase,
  msgType = '',
  infoType: string | undefined,
): UnknownMessage {
  const event = textOf(fields, 'Event');
  return {
    ...base,
    type: 'unknown',
    msgType,
    ...(event === undefined ? {} : { event }),
    ...(infoType === undefined ? {} : { infoType }),
  };
}

function hasKey<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}

/** Where the one thing worth showing in a line is, best first. */
const summaryPaths = [
  'Content',
  'EventKey',
  'Title',
  'Label',
  'Status',
  'MediaId',
  'KfAccount',
  'ToKfAccount',
  'CardId',
  'OrderId',
  'debug_str',
];

/** A message in one line: the MsgType, Event or InfoType, and what was said or clicked. */
export function describeMessage(message: Message): { type: string; content?: string } {
  const { raw } = message;
  const content =
    message.type === 'bot'
      ? message.content
      : textOf(raw, 'ChangeType')
        ? describeChange(raw)
        : summaryPaths.map((name) => textOf(raw, name)).find((text) => text);
  return { type: kindOf(message), ...(content === undefined ? {} : { content }) };
}

/** What changed in a company, and whom or what it is about. */
function describeChange(raw: Fields): string {
  const ids = ['UserID', 'TagId', 'ChatId', 'Id'].map((name) => textOf(raw, name));
  return [textOf(raw, 'ChangeType'), ids.find((id) => id)].filter(Boolean).join(' ');
}

function kindOf(message: Message): string {
  if (message.type === 'event') return message.event;
  if (message.type === 'bot') return message.event ?? message.msgType;
  if (message.type !== 'unknown') return message.type;
  return message.event ?? (message.msgType || message.infoType || 'unknown');
}

/**
 * What stays the same when WeChat sends a push again: the MsgId, or for events, which have none, everything they say. Sender, time, Event
 * and EventKey alone would take two jobs or payments of one second for one.
 */
export function dedupeKey({ msgId, toUserName, raw }: Message): string {
  if (msgId !== undefined) return `${toUserName} ${msgId}`;
  // In compat mode without a key the ciphertext is among the fields, and that is new each time.
  const fields = Object.entries(raw).filter(([name]) => name !== 'Encrypt');
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** Most articles the reply may have: one to a message, eight to other events such as a follow or a menu click (since 2018-10-12). */
export function articleLimit(message: Message): number {
  const isMessage =
    message.type !== 'event' && (message.type !== 'unknown' || message.event === undefined);
  return isMessage ? 1 : 8;
}

import type { Format } from './account.ts';
import { formatFields } from './body.ts';
import {
  createFields,
  fieldsOf,
  isFields,
  listOf,
  textOf,
  type Fields,
  type FieldValue,
} from './fields.ts';
import { findFault } from './reply-rules.ts';
import { formatCdata } from './xml.ts';

/** One article of a news reply. WeChat asks for all four. */
export interface Article {
  readonly title: string;
  readonly description: string;
  readonly picUrl: string;
  readonly url: string;
}

/**
 * What an app answers to a message (被动回复).
 *
 * @see https://developers.weixin.qq.com/doc/service/guide/product/message/Passive_user_reply_message.html 被动回复用户消息
 */
export type Reply =
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'image'; readonly mediaId: string }
  | { readonly type: 'voice'; readonly mediaId: string }
  | {
      readonly type: 'video';
      readonly mediaId: string;
      readonly title?: string;
      readonly description?: string;
    }
  | {
      readonly type: 'music';
      readonly thumbMediaId: string;
      readonly title?: string;
      readonly description?: string;
      readonly musicUrl?: string;
      readonly hqMusicUrl?: string;
    }
  | { readonly type: 'news'; readonly articles: readonly Article[] }
  /** Hands the message to customer service (客服); with `kfAccount` to that agent only. */
  | { readonly type: 'transfer_customer_service'; readonly kfAccount?: string }
  /** Any other reply; `fields` are written as they are, after the common ones. */
  | { readonly type: 'unknown'; readonly msgType: string; readonly fields: Fields };

/** Addresses and time of a reply. */
export interface ReplyOptions {
  /** The follower's openid: FromUserName of the push. */
  readonly to: string;
  /** The account, `gh_…`: ToUserName of the push. */
  readonly from: string;
  /** Seconds since the epoch. */
  readonly createTime: number | string;
  /** @default 'xml' */
  readonly format?: Format | undefined;
  /** Most articles WeChat takes in answer to this push, see `articleLimit`. @default 8 */
  readonly articleLimit?: number | undefined;
}

/** WeChat's own upper limit of articles, for events. */
const maxArticles = 8;

/**
 * Writes a reply as WeChat expects it.
 *
 * @throws WXD2108 when a text is empty; WXD2113 when a field is missing; WXD2114 when news have no article or too many.
 */
export function formatReply(reply: Reply, options: ReplyOptions): string {
  const fault = findFault(reply, options.articleLimit ?? maxArticles);
  if (fault !== undefined) throw fault;
  const createTime = String(options.createTime);
  const isXml = (options.format ?? 'xml') === 'xml';
  if (isXml && reply.type === 'text' && /^\d+$/.test(createTime)) {
    return formatText(reply.content, createTime, options);
  }
  const fields = createFields([
    ['ToUserName', options.to],
    ['FromUserName', options.from],
    ['CreateTime', createTime],
    ['MsgType', reply.type === 'unknown' ? reply.msgType : reply.type],
    ...bodyOf(reply),
  ]);
  return formatFields(fields, options.format ?? 'xml');
}

/** What most replies are, written as `formatFields` would, which takes five times as long. */
function formatText(content: string, createTime: string, { to, from }: ReplyOptions): string {
  return (
    `<xml><ToUserName>${formatCdata(to)}</ToUserName><FromUserName>${formatCdata(from)}</FromUserName>` +
    `<CreateTime>${createTime}</CreateTime><MsgType><![CDATA[text]]></MsgType>` +
    `<Content>${formatCdata(content)}</Content></xml>`
  );
}

function bodyOf(reply: Reply): readonly (readonly [string, FieldValue])[] {
  switch (reply.type) {
    case 'text':
      return [['Content', reply.content]];
    case 'image':
      return [['Image', createFields([['MediaId', reply.mediaId]])]];
    case 'voice':
      return [['Voice', createFields([['MediaId', reply.mediaId]])]];
    case 'video':
      return [
        [
          'Video',
          present({ MediaId: reply.mediaId, Title: reply.title, Description: reply.description }),
        ],
      ];
    case 'music':
      return [
        [
          'Music',
          present({
            Title: reply.title,
            Description: reply.description,
            MusicUrl: reply.musicUrl,
            HQMusicUrl: reply.hqMusicUrl,
            ThumbMediaId: reply.thumbMediaId,
          }),
        ],
      ];
    case 'news':
      return [
        ['ArticleCount', String(reply.articles.length)],
        ['Articles', createFields([['item', reply.articles.map(articleFields)]])],
      ];
    case 'transfer_customer_service':
      return reply.kfAccount ? [['TransInfo', createFields([['KfAccount', reply.kfAccount]])]] : [];
    case 'unknown':
      return Object.entries(reply.fields);
  }
}

function articleFields({ title, description, picUrl, url }: Article): Fields {
  return createFields([
    ['Title', title],
    ['Description', description],
    ['PicUrl', picUrl],
    ['Url', url],
  ]);
}

function present(texts: Readonly<Record<string, string | undefined>>): Fields {
  return createFields(
    Object.entries(texts).flatMap(([name, text]) => (text ? [[name, text] as const] : [])),
  );
}

/** A reply as it was received: missing texts are empty, nothing is checked. */
export interface ParsedReply {
  readonly reply: Reply;
  readonly toUserName: string;
  readonly fromUserName: string;
  readonly createTime: string;
}

/** Reads a reply from its fields. Judging it is another matter: see `judgeAnswer`. */
export function parseReply(fields: Fields): ParsedReply {
  return {
    reply: parseBodyOf(fields, textOf(fields, 'MsgType') ?? ''),
    toUserName: textOf(fields, 'ToUserName') ?? '',
    fromUserName: textOf(fields, 'FromUserName') ?? '',
    createTime: textOf(fields, 'CreateTime') ?? '',
  };
}

function parseBodyOf(fields: Fields, msgType: string): Reply {
  const inner = (parent: string, name: string): string => {
    const nested = fieldsOf(fields, parent);
    return (nested && textOf(nested, name)) ?? '';
  };
  const optional = (property: string, parent: string, name: string): Record<string, string> => {
    const text = inner(parent, name);
    return text === '' ? {} : { [property]: text };
  };
  switch (msgType) {
    case 'text':
      return { type: 'text', content: textOf(fields, 'Content') ?? '' };
    case 'image':
      return { type: 'image', mediaId: inner('Image', 'MediaId') };
    case 'voice':
      return { type: 'voice', mediaId: inner('Voice', 'MediaId') };
    case 'video':
      return {
        type: 'video',
        mediaId: inner('Video', 'MediaId'),
        ...optional('title', 'Video', 'Title'),
        ...optional('description', 'Video', 'Description'),
      };
    case 'music':
      return {
        type: 'music',
        thumbMediaId: inner('Music', 'ThumbMediaId'),
        ...optional('title', 'Music', 'Title'),
        ...optional('description', 'Music', 'Description'),
        ...optional('musicUrl', 'Music', 'MusicUrl'),
        ...optional('hqMusicUrl', 'Music', 'HQMusicUrl'),
      };
    case 'news':
      return { type: 'news', articles: parseArticles(fields) };
    case 'transfer_customer_service':
      return {
        type: 'transfer_customer_service',
        ...optional('kfAccount', 'TransInfo', 'KfAccount'),
      };
    default:
      return { type: 'unknown', msgType, fields: withoutCommon(fields) };
  }
}

function parseArticles(fields: Fields): readonly Article[] {
  const articles = fieldsOf(fields, 'Articles');
  const items = articles === undefined ? [] : listOf(articles, 'item');
  return items.map((item) => {
    const text = (name: string): string => (isFields(item) ? (textOf(item, name) ?? '') : '');
    return {
      title: text('Title'),
      description: text('Description'),
      picUrl: text('PicUrl'),
      url: text('Url'),
    };
  });
}

const commonNames = new Set(['ToUserName', 'FromUserName', 'CreateTime', 'MsgType']);

function withoutCommon(fields: Fields): Fields {
  return createFields(Object.entries(fields).filter(([name]) => !commonNames.has(name)));
}

/** A reply in one line: `text "你好"`, `news x1`. */
export function describeReply(reply: Reply): string {
  switch (reply.type) {
    case 'text':
      return `text "${reply.content}"`;
    case 'image':
    case 'voice':
    case 'video':
      return `${reply.type} ${reply.mediaId}`;
    case 'music':
      return `music ${reply.title ?? reply.thumbMediaId}`;
    case 'news':
      return `news x${reply.articles.length}`;
    case 'transfer_customer_service':
      return reply.kfAccount ? `transfer_customer_service ${reply.kfAccount}` : reply.type;
    case 'unknown':
      return reply.msgType || 'unknown';
  }
}

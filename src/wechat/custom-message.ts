import type { Article, Reply } from './reply.ts';

/**
 * The body of one customer-service message (客服消息), ready for JSON. Names and nesting are those of the API.
 *
 * @see https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage 发送客服消息
 */
export interface CustomMessage {
  /** The follower's openid. */
  readonly touser: string;
  readonly msgtype: string;
  /** What is said, under the name of the msgtype. */
  readonly [content: string]: unknown;
}

/** What a passive reply becomes, or why it has no customer-service form. */
export type CustomForm =
  | { readonly messages: readonly CustomMessage[]; readonly problem?: undefined }
  | { readonly messages?: undefined; readonly problem: 'type' | 'length' };

/** A longer text is refused with 45002. The documents give no number; this size is known to arrive. Bytes of UTF-8. */
const maxTextBytes = 2048;

/** What one message of a follower allows: 客服消息下发规则, 5 within 48 hours. */
const maxMessages = 5;

/**
 * A passive reply as customer-service messages to `openid`. A long text becomes several messages, in order; news become one message
 * for each article, because the API takes one article (error 45008). `transfer_customer_service` and unknown types have no form.
 */
export function toCustomMessages(reply: Reply, openid: string): CustomForm {
  const contents = contentsOf(reply);
  if (contents === undefined) return { problem: 'type' };
  if (reply.type === 'text' && contents.length > maxMessages) return { problem: 'length' };
  return {
    messages: contents.map((content) => ({
      touser: openid,
      msgtype: reply.type,
      [reply.type]: content,
    })),
  };
}

function contentsOf(reply: Reply): readonly object[] | undefined {
  switch (reply.type) {
    case 'text':
      return splitText(reply.content, maxTextBytes).map((content) => ({ content }));
    case 'image':
    case 'voice':
      return [{ media_id: reply.mediaId }];
    case 'video': {
      const { mediaId, title, description } = reply;
      return [present({ media_id: mediaId, title, description })];
    }
    case 'music':
      return [musicOf(reply)];
    case 'news':
      return reply.articles.map((article) => ({ articles: [articleOf(article)] }));
    case 'transfer_customer_service':
    case 'unknown':
      return undefined;
    default:
      return reply satisfies never;
  }
}

/** The API wants both addresses, a passive reply has either or none. */
function musicOf(reply: Extract<Reply, { type: 'music' }>): object {
  const { title, description, thumbMediaId } = reply;
  const musicurl = reply.musicUrl ?? reply.hqMusicUrl;
  const hqmusicurl = reply.hqMusicUrl ?? reply.musicUrl;
  return present({ title, description, musicurl, hqmusicurl, thumb_media_id: thumbMediaId });
}

function articleOf({ title, description, picUrl, url }: Article): object {
  return { title, description, url, picurl: picUrl };
}

function present(texts: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text));
}

/** Parts of at most `limit` bytes: cut after a line where there is one in the second half, never inside a character. */
function splitText(text: string, limit: number): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (Buffer.byteLength(rest) > limit) {
    const end = cutOf(rest, limit);
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === '' ? parts : [...parts, rest];
}

function cutOf(text: string, limit: number): number {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    end += character.length;
  }
  const line = text.lastIndexOf('\n', end - 1) + 1;
  return line > end / 2 ? line : end;
}

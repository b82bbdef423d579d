import { WxDevError } from '../core/errors.ts';
import type { Article, Reply } from './reply.ts';

/** The first thing about the content of a reply that WeChat would refuse. Handlers in JavaScript may give anything. */
export function findFault(reply: Reply, limit: number): WxDevError | undefined {
  const require = (value: unknown, field: string): WxDevError | undefined =>
    isFilled(value) ? undefined : new WxDevError('WXD2113', { type: reply.type, field });
  switch (reply.type) {
    case 'text':
      return reply.content === ''
        ? new WxDevError('WXD2108', {})
        : require(reply.content, 'Content');
    case 'image':
      return require(reply.mediaId, 'Image.MediaId');
    case 'voice':
      return require(reply.mediaId, 'Voice.MediaId');
    case 'video':
      return require(reply.mediaId, 'Video.MediaId');
    case 'music':
      return require(reply.thumbMediaId, 'Music.ThumbMediaId');
    case 'news':
      return findNewsFault(Array.isArray(reply.articles) ? reply.articles : [], limit);
    case 'transfer_customer_service':
      return undefined;
    case 'unknown':
      return require(reply.msgType, 'MsgType');
    default:
      return unknownType(reply satisfies never);
  }
}

function findNewsFault(articles: readonly Article[], limit: number): WxDevError | undefined {
  if (articles.length === 0 || articles.length > limit) {
    return new WxDevError('WXD2114', { count: articles.length, limit });
  }
  for (const [index, { title, description, picUrl, url }] of articles.entries()) {
    const texts = { Title: title, Description: description, PicUrl: picUrl, Url: url };
    const missing = Object.entries(texts).find(([, text]) => !isFilled(text));
    if (missing === undefined) continue;
    const field = `Articles.item[${index + 1}].${missing[0]}`;
    return new WxDevError('WXD2113', { type: 'news', field });
  }
  return undefined;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function unknownType(reply: { readonly type?: unknown }): WxDevError {
  return new WxDevError('WXD2120', { received: String(reply.type) });
}

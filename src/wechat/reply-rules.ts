import { WxDevError } from '../core/errors.ts';
import type { Article, Reply } from './reply.ts';

/** The first thing about the content of a reply that WeChat would refuse. */
export function findFault(reply: Reply, limit: number): WxDevError | undefined {
  const missing = (field: string): WxDevError =>
    new WxDevError('WXD2113', { type: reply.type, field });
  switch (reply.type) {
    case 'text':
      return reply.content === '' ? new WxDevError('WXD2108', {}) : undefined;
    case 'image':
      return reply.mediaId === '' ? missing('Image.MediaId') : undefined;
    case 'voice':
      return reply.mediaId === '' ? missing('Voice.MediaId') : undefined;
    case 'video':
      return reply.mediaId === '' ? missing('Video.MediaId') : undefined;
    case 'music':
      return reply.thumbMediaId === '' ? missing('Music.ThumbMediaId') : undefined;
    case 'news':
      return findNewsFault(reply.articles, limit);
    case 'transfer_customer_service':
    case 'unknown':
      return undefined;
    default:
      return reply satisfies never;
  }
}

function findNewsFault(articles: readonly Article[], limit: number): WxDevError | undefined {
  if (articles.length === 0 || articles.length > limit) {
    return new WxDevError('WXD2114', { count: articles.length, limit });
  }
  const names = {
    title: 'Title',
    description: 'Description',
    picUrl: 'PicUrl',
    url: 'Url',
  } as const;
  for (const [index, article] of articles.entries()) {
    for (const [property, name] of Object.entries(names)) {
      // Object.entries widens the key of the table above.
      if (article[property as keyof Article] !== '') continue;
      return new WxDevError('WXD2113', {
        type: 'news',
        field: `Articles.item[${index + 1}].${name}`,
      });
    }
  }
  return undefined;
}

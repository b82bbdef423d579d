import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCustomMessages } from '../../src/wechat/custom-message.ts';
import type { Article, Reply } from '../../src/wechat/reply.ts';

const openid = 'oWxDev_Alice_000000000000001';

test.each<{ reply: Reply; message: object }>([
  {
    reply: { type: 'text', content: '你好 <a href="https://a.test">a</a>' },
    message: { msgtype: 'text', text: { content: '你好 <a href="https://a.test">a</a>' } },
  },
  {
    reply: { type: 'image', mediaId: 'm1' },
    message: { msgtype: 'image', image: { media_id: 'm1' } },
  },
  {
    reply: { type: 'voice', mediaId: 'm2' },
    message: { msgtype: 'voice', voice: { media_id: 'm2' } },
  },
  {
    reply: { type: 'video', mediaId: 'm3', title: 't', description: 'd' },
    message: { msgtype: 'video', video: { media_id: 'm3', title: 't', description: 'd' } },
  },
  {
    reply: { type: 'video', mediaId: 'm3' },
    message: { msgtype: 'video', video: { media_id: 'm3' } },
  },
  {
    reply: {
      type: 'music',
      thumbMediaId: 'm4',
      title: 't',
      description: 'd',
      musicUrl: 'https://a.test/1',
      hqMusicUrl: 'https://a.test/2',
    },
    message: {
      msgtype: 'music',
      music: {
        title: 't',
        description: 'd',
        musicurl: 'https://a.test/1',
        hqmusicurl: 'https://a.test/2',
        thumb_media_id: 'm4',
      },
    },
  },
  {
    reply: { type: 'music', thumbMediaId: 'm4', hqMusicUrl: 'https://a.test/2' },
    message: {
      msgtype: 'music',
      music: {
        musicurl: 'https://a.test/2',
        hqmusicurl: 'https://a.test/2',
        thumb_media_id: 'm4',
      },
    },
  },
  {
    reply: { type: 'news', articles: [article('1')] },
    message: {
      msgtype: 'news',
      news: {
        articles: [
          { title: '1', description: 'd', url: 'https://a.test', picurl: 'https://a.test/p' },
        ],
      },
    },
  },
])('$reply.type becomes the message that the API documents', ({ reply, message }) => {
  expect(toCustomMessages(reply, openid)).toEqual({ messages: [{ touser: openid, ...message }] });
});

test('several articles become one message each: the API takes one article', () => {
  const { messages = [] } = toCustomMessages(
    { type: 'news', articles: ['1', '2', '3'].map(article) },
    openid,
  );
  expect(messages.map(({ news }) => news)).toMatchObject(
    ['1', '2', '3'].map((title) => ({ articles: [{ title }] })),
  );
});

test.each<Reply>([
  { type: 'transfer_customer_service' },
  { type: 'transfer_customer_service', kfAccount: 'a@b' },
  { type: 'unknown', msgType: 'hologram', fields: {} },
])('$type has no form', (reply) => {
  expect(toCustomMessages(reply, openid)).toEqual({ problem: 'type' });
});

describe('a long text', () => {
  test('is cut after a line where there is one', () => {
    const lines = `${'甲'.repeat(400)}\n${'乙'.repeat(400)}`;
    expect(textsOf(lines)).toEqual([`${'甲'.repeat(400)}\n`, '乙'.repeat(400)]);
  });

  test('of more than five messages is not sent at all', () => {
    expect(toCustomMessages({ type: 'text', content: 'x'.repeat(5 * 2048) }, openid)).toMatchObject(
      { messages: { length: 5 } },
    );
    expect(toCustomMessages({ type: 'text', content: 'x'.repeat(5 * 2048 + 1) }, openid)).toEqual({
      problem: 'length',
    });
  });

  test('arrives whole, in parts that fit, without half a character', () => {
    const words = fc.string({
      unit: fc.constantFrom('a', '你', '\n', '😀', '\uD83D'),
      maxLength: 4000,
    });
    fc.assert(
      fc.property(words, (content) => {
        const texts = textsOf(content);
        expect(texts.join('')).toBe(content);
        for (const text of texts) {
          expect(text).not.toBe('');
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048);
        }
        // A pair that was one character before the cut is one afterwards.
        const emoji = (text: string): number => text.match(/😀/gu)?.length ?? 0;
        expect(texts.reduce((sum, text) => sum + emoji(text), 0)).toBe(emoji(content));
      }),
      { numRuns: 300 },
    );
  });
});

function textsOf(content: string): string[] {
  const { messages = [] } = toCustomMessages({ type: 'text', content }, openid);
  return messages.map(({ text }) => (text as { content: string }).content);
}

function article(title: string): Article {
  return { title, description: 'd', picUrl: 'https://a.test/p', url: 'https://a.test' };
}

import { expect, test } from 'vitest';
import { createFields } from '../../src/wechat/fields.ts';
import { parseJson } from '../../src/wechat/json.ts';
import {
  describeReply,
  formatReply,
  parseReply,
  type Article,
  type Reply,
} from '../../src/wechat/reply.ts';
import { parseXml } from '../../src/wechat/xml.ts';
import { codeOf, errorOf } from './helpers.ts';

const options = { to: 'oAlice', from: 'gh_1', createTime: 1767225600 };
const head =
  '<xml><ToUserName><![CDATA[oAlice]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName><CreateTime>1767225600</CreateTime>';
const article: Article = { title: 't', description: 'd', picUrl: 'p', url: 'u' };
const item =
  '<item><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description><PicUrl><![CDATA[p]]></PicUrl><Url><![CDATA[u]]></Url></item>';

const replies: readonly (readonly [Reply, string, string])[] = [
  [
    { type: 'text', content: '收到 <a href="x">]]></a>\n😀' },
    '<Content><![CDATA[收到 <a href="x">]]]]><![CDATA[></a>\n😀]]></Content>',
    'text "收到 <a href="x">]]></a>\n😀"',
  ],
  [{ type: 'image', mediaId: 'm' }, '<Image><MediaId><![CDATA[m]]></MediaId></Image>', 'image m'],
  [{ type: 'voice', mediaId: 'm' }, '<Voice><MediaId><![CDATA[m]]></MediaId></Voice>', 'voice m'],
  [{ type: 'video', mediaId: 'm' }, '<Video><MediaId><![CDATA[m]]></MediaId></Video>', 'video m'],
  [
    { type: 'video', mediaId: 'm', title: 't', description: 'd' },
    '<Video><MediaId><![CDATA[m]]></MediaId><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description></Video>',
    'video m',
  ],
  [
    { type: 'music', thumbMediaId: 'm' },
    '<Music><ThumbMediaId><![CDATA[m]]></ThumbMediaId></Music>',
    'music m',
  ],
  [
    {
      type: 'music',
      thumbMediaId: 'm',
      title: 't',
      description: 'd',
      musicUrl: 'u',
      hqMusicUrl: 'h',
    },
    '<Music><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description><MusicUrl><![CDATA[u]]></MusicUrl><HQMusicUrl><![CDATA[h]]></HQMusicUrl><ThumbMediaId><![CDATA[m]]></ThumbMediaId></Music>',
    'music t',
  ],
  [
    { type: 'news', articles: [article] },
    `<ArticleCount>1</ArticleCount><Articles>${item}</Articles>`,
    'news x1',
  ],
  [
    { type: 'news', articles: [article, article] },
    `<ArticleCount>2</ArticleCount><Articles>${item}${item}</Articles>`,
    'news x2',
  ],
  [{ type: 'transfer_customer_service' }, '', 'transfer_customer_service'],
  [
    { type: 'transfer_customer_service', kfAccount: 'a@b' },
    '<TransInfo><KfAccount><![CDATA[a@b]]></KfAccount></TransInfo>',
    'transfer_customer_service a@b',
  ],
  [
    {
      type: 'unknown',
      msgType: 'update_button',
      fields: createFields([['Button', createFields([['ReplaceName', 'x']])]]),
    },
    '<Button><ReplaceName><![CDATA[x]]></ReplaceName></Button>',
    'update_button',
  ],
];

test.each(replies)('writes, reads back and describes %j', (reply, body, line) => {
  const msgType = reply.type === 'unknown' ? reply.msgType : reply.type;
  const xml = formatReply(reply, options);
  expect(xml).toBe(`${head}<MsgType><![CDATA[${msgType}]]></MsgType>${body}</xml>`);
  const expected = { reply, toUserName: 'oAlice', fromUserName: 'gh_1', createTime: '1767225600' };
  expect(parseReply(parseXml(xml))).toEqual(expected);
  expect(parseReply(parseJson(formatReply(reply, { ...options, format: 'json' })))).toEqual(
    expected,
  );
  expect(describeReply(reply)).toBe(line);
});

test('writes JSON with numbers bare', () => {
  const json = formatReply({ type: 'news', articles: [article] }, { ...options, format: 'json' });
  expect(json).toContain('"CreateTime":1767225600,"MsgType":"news","ArticleCount":1');
});

test.each<[Reply, string, object]>([
  [{ type: 'text', content: '' }, 'WXD2108', {}],
  [{ type: 'image', mediaId: '' }, 'WXD2113', { field: 'Image.MediaId' }],
  [{ type: 'voice', mediaId: '' }, 'WXD2113', { field: 'Voice.MediaId' }],
  [{ type: 'video', mediaId: '' }, 'WXD2113', { field: 'Video.MediaId' }],
  [{ type: 'music', thumbMediaId: '' }, 'WXD2113', { field: 'Music.ThumbMediaId' }],
  [{ type: 'news', articles: [] }, 'WXD2114', { count: 0, limit: 8 }],
  [
    { type: 'news', articles: Array.from({ length: 9 }, () => article) },
    'WXD2114',
    { count: 9, limit: 8 },
  ],
  [
    { type: 'news', articles: [article, { ...article, picUrl: '' }] },
    'WXD2113',
    { field: 'Articles.item[2].PicUrl' },
  ],
])('refuses to write %j', (reply, code, details) => {
  expect(errorOf(() => formatReply(reply, options))).toMatchObject({ code, details });
});

test.each([
  [{ type: 'text' }, 'WXD2113'],
  [{ type: 'text', content: 42 }, 'WXD2113'],
  [{ type: 'image', mediaId: null }, 'WXD2113'],
  [{ type: 'news' }, 'WXD2114'],
  [{ type: 'news', articles: 'x' }, 'WXD2114'],
  [{ type: 'news', articles: [{}] }, 'WXD2113'],
  [{ type: 'unknown', fields: {} }, 'WXD2113'],
  [{ type: 'txt', content: 'x' }, 'WXD2120'],
  [{}, 'WXD2120'],
])('refuses what a handler without types may give: %j', (reply, code) => {
  expect(codeOf(() => formatReply(reply as Reply, options))).toBe(code);
});

test('keeps to the number of articles the push allows', () => {
  const reply: Reply = { type: 'news', articles: [article, article] };
  expect(codeOf(() => formatReply(reply, { ...options, articleLimit: 1 }))).toBe('WXD2114');
});

test('reads a reply with anything missing as empty', () => {
  const empty = { toUserName: '', fromUserName: '', createTime: '' };
  const read = (body: string): unknown => parseReply(parseXml(`<xml>${body}</xml>`));
  expect(read('')).toEqual({
    ...empty,
    reply: { type: 'unknown', msgType: '', fields: createFields() },
  });
  expect(read('<MsgType>text</MsgType>')).toEqual({
    ...empty,
    reply: { type: 'text', content: '' },
  });
  expect(read('<MsgType>image</MsgType><MediaId>m</MediaId>')).toEqual({
    ...empty,
    reply: { type: 'image', mediaId: '' },
  });
  expect(read('<MsgType>image</MsgType><Image><X>m</X></Image>')).toEqual({
    ...empty,
    reply: { type: 'image', mediaId: '' },
  });
  expect(read('<MsgType>news</MsgType>')).toEqual({
    ...empty,
    reply: { type: 'news', articles: [] },
  });
  const blank = { title: '', description: '', picUrl: '', url: '' };
  expect(
    read('<MsgType>news</MsgType><Articles><item>x</item><item><Title>t</Title></item></Articles>'),
  ).toEqual({
    ...empty,
    reply: { type: 'news', articles: [blank, { ...blank, title: 't' }] },
  });
  expect(describeReply({ type: 'unknown', msgType: '', fields: {} })).toBe('unknown');
});

/** Text as an `unknown` reply takes the general way; both must write the same, whatever followers and handlers say. */
test.each([
  ['plain', 'hello'],
  ['the end of CDATA', 'a]]>b]]>'],
  ['characters that XML cannot hold', 'a\u0000\u000B\uFFFFb'],
  ['half a surrogate pair', '\uD83D!'],
  ['Chinese and emoji', '你好 😀'],
])('writes a text reply like any other reply: %s', (_what, text) => {
  for (const createTime of [0, 1767225600, '1767225600', '1.5', '-1', '', 'x]]>', '１']) {
    const given = { to: `o${text}`, from: `gh_${text}`, createTime };
    const general: Reply = {
      type: 'unknown',
      msgType: 'text',
      fields: createFields([['Content', text]]),
    };
    expect(formatReply({ type: 'text', content: text }, given)).toBe(formatReply(general, given));
  }
});

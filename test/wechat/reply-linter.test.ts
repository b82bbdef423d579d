import { createCipheriv } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatError } from '../../src/core/errors.ts';
import { createFields } from '../../src/wechat/fields.ts';
import { seal } from '../../src/wechat/envelope.ts';
import { judgeAnswer, type Judgement, type PushAnswer } from '../../src/wechat/judge.ts';
import { parseMessage } from '../../src/wechat/message.ts';
import { formatReply, type Reply } from '../../src/wechat/reply.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { sign } from '../../src/wechat/signature.ts';
import { formatXml } from '../../src/wechat/xml.ts';
import { account } from './helpers.ts';

const from = 'oWxDev_Alice_000000000000001';
const to = 'gh_0f1e2d3c4b5a';
const addresses = { from, to, createTime: 1767225600, msgId: '25000000000000017' };
const swapped = { to: from, from: to, createTime: 1767225601 };
const random16 = Buffer.from('0123456789abcdef');
const sealed = { format: 'xml', timestamp: '1767225601', nonce: '415670741', random16 } as const;
const safe = { encrypted: true, mode: 'safe' } as const;

const text = (content: string): string => formatReply({ type: 'text', content }, swapped);
const reply = (value: Reply): string => formatReply(value, { ...swapped, articleLimit: 8 });
const hello = text('hello');
const envelope = seal(hello, account, sealed);
const article = { title: 't', description: 'd', picUrl: 'p', url: 'u' };
const news = (count: number): string =>
  reply({ type: 'news', articles: Array.from({ length: count }, () => article) });

/** `from` with one part replaced; the part must be there. */
function change(whole: string, part: string | RegExp, by: string): string {
  const changed = whole.replace(part, by);
  expect(changed, `${String(part)} is in the reply`).not.toBe(whole);
  return changed;
}

type Answered = Partial<Omit<PushAnswer, 'body'>> & { body: string | Uint8Array; kind?: string };

function judge(answered: string | Answered): Judgement {
  const given = typeof answered === 'string' ? { body: answered } : answered;
  const { kind = 'text', body, ...more } = given;
  return judgeAnswer({
    status: 200,
    headers: [],
    format: 'xml',
    encrypted: false,
    mode: 'plain',
    push: parseMessage(makePush(kind, {}, addresses)),
    account,
    ...more,
    body: Buffer.from(body),
  });
}

/** An envelope of `message` as an app makes it that pads like everybody else. */
function paddedTo16(message: string): string {
  const key = account.aesKey;
  if (key === undefined) throw new Error('the account of the vectors has a key');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(message));
  const full = Buffer.concat([random16, length, Buffer.from(message + (account.appId ?? ''))]);
  const cipher = createCipheriv('aes-256-cbc', key.bytes, key.iv);
  const encrypt = Buffer.concat([cipher.update(full), cipher.final()]).toString('base64');
  const { timestamp, nonce } = sealed;
  return formatXml(
    createFields([
      ['Encrypt', encrypt],
      ['MsgSignature', sign(account.token, timestamp, nonce, encrypt)],
      ['TimeStamp', timestamp],
      ['Nonce', nonce],
    ]),
  );
}

interface Rule {
  /** The rule, as wechat-push.md §1.5 or §5 has it. */
  readonly rule: string;
  readonly bad: string | Answered;
  /** What the first finding is, and a part of what it says. */
  readonly code: string;
  readonly says: string | RegExp;
  readonly saysZh: string | RegExp;
  /** WeChat delivers it today: said, but not counted as a failure. */
  readonly isWarning?: true;
  readonly good: string | Answered;
}

const rules: readonly Rule[] = [
  {
    rule: 'exactly success: no capitals',
    bad: 'SUCCESS',
    code: 'WXD2112',
    says: 'lower case',
    saysZh: '小写',
    good: 'success',
  },
  {
    rule: 'exactly success: no newline',
    bad: 'success\n',
    code: 'WXD2112',
    says: 'white space or a newline',
    saysZh: '空白或换行',
    good: 'success',
  },
  {
    rule: 'exactly success: no byte order mark',
    bad: '\u{FEFF}success',
    code: 'WXD2112',
    says: 'byte order mark',
    saysZh: 'BOM',
    good: 'success',
  },
  {
    rule: 'no quotes around success',
    bad: '"success"',
    code: 'WXD2105',
    says: 'a JSON response adds the quotes',
    saysZh: 'JSON 响应会加上引号',
    good: { body: 'success', ...safe },
  },
  {
    rule: 'no quotes around the reply',
    bad: JSON.stringify(hello),
    code: 'WXD2130',
    says: 'a JSON string',
    saysZh: 'JSON 字符串',
    good: hello,
  },
  {
    rule: 'no value of a program',
    bad: 'None',
    code: 'WXD2112',
    says: 'printed a value of the program',
    saysZh: '程序里的一个值',
    good: '',
  },
  {
    rule: 'no stack trace',
    bad: 'Traceback (most recent call last):\n  File "app.py", line 3',
    code: 'WXD2112',
    says: 'an error of the app',
    saysZh: '应用的报错',
    good: '',
  },
  {
    rule: 'no HTML',
    bad: '<!DOCTYPE html><html><body>Welcome</body></html>',
    code: 'WXD2103',
    says: 'the body starts with "<!DOCTYPE',
    saysZh: '内容开头是 "<!DOCTYPE',
    good: hello,
  },
  {
    rule: 'no JSON where XML is configured',
    bad: '{"errcode":0}',
    code: 'WXD2104',
    says: 'this account uses XML',
    saysZh: '此账号使用 XML',
    good: {
      body: formatReply({ type: 'text', content: 'x' }, { ...swapped, format: 'json' }),
      format: 'json',
    },
  },
  {
    rule: 'no XML where JSON is configured',
    bad: { body: hello, format: 'json' },
    code: 'WXD2134',
    says: 'data format',
    saysZh: '数据格式',
    isWarning: true,
    good: { body: hello, format: 'xml' },
  },
  {
    rule: 'nothing before <xml>: a byte order mark',
    bad: `\u{FEFF}${hello}`,
    code: 'WXD2106',
    says: '3 bytes before it: "\\u{feff}"',
    saysZh: '前面有 3 字节',
    good: hello,
  },
  {
    rule: 'nothing before <xml>: text',
    bad: `debug: ${hello}`,
    code: 'WXD2106',
    says: '7 bytes before it: "debug: "',
    saysZh: '前面有 7 字节',
    good: `<?xml version="1.0"?>${hello}`,
  },
  {
    rule: 'nothing before <xml>: blank lines (unknown whether WeChat minds)',
    bad: `\n\n${hello}`,
    code: 'WXD2106',
    says: 'blank lines',
    saysZh: '空行',
    isWarning: true,
    good: hello,
  },
  {
    rule: 'one body: not XML followed by success',
    bad: `${hello}success`,
    code: 'WXD2111',
    says: 'followed by "success": output once',
    saysZh: '还有 "success"：只应输出一次',
    good: `${hello}\n`,
  },
  {
    rule: 'one body: not two replies',
    bad: hello + text('again'),
    code: 'WXD2111',
    says: 'output once',
    saysZh: '只应输出一次',
    good: text('</xml> in the text is no end'),
  },
  {
    rule: 'no <xml> in <xml>',
    bad: `<xml>${hello}</xml>`,
    code: 'WXD2107',
    says: 'wrapped twice',
    saysZh: '被包了两次',
    good: hello,
  },
  {
    rule: 'the root is <xml>',
    bad: hello.replaceAll('xml>', 'XML>'),
    code: 'WXD2133',
    says: 'expected <xml>, in lower case',
    saysZh: '小写的 <xml>',
    good: hello,
  },
  {
    rule: 'not escaped for HTML',
    bad: hello.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    code: 'WXD2131',
    says: 'template engine',
    saysZh: '模板引擎',
    good: text('&lt;b&gt; in the text'),
  },
  {
    rule: 'no "< ![CDATA[" as blogs print it',
    bad: change(hello, '<![CDATA[hello', '< ![CDATA[hello'),
    code: 'WXD2132',
    says: 'comes from blogs',
    saysZh: '博客',
    good: hello,
  },
  {
    rule: ']]> in CDATA is split',
    bad: change(hello, 'hello', 'a ]]> b'),
    code: 'WXD2132',
    says: 'split it',
    saysZh: '拆成',
    good: text('a ]]> b'),
  },
  {
    rule: 'text outside CDATA is escaped',
    bad: change(hello, '<![CDATA[hello]]>', 'fish & chips'),
    code: 'WXD2132',
    says: 'a bare & or <',
    saysZh: '裸露的 & 或 <',
    good: change(hello, '<![CDATA[hello]]>', 'fish &amp; chips'),
  },
  {
    rule: 'well-formed XML',
    bad: change(hello, '</Content>', ''),
    code: 'WXD2119',
    says: 'Malformed XML: line 1',
    saysZh: '第 1 行',
    good: hello,
  },
  {
    rule: 'UTF-8',
    bad: { body: Buffer.from([0x3c, 0x78, 0x6d, 0x6c, 0x3e, 0xc4, 0xe3]) },
    code: 'WXD2119',
    says: 'not UTF-8',
    saysZh: '不是 UTF-8',
    good: text('你好'),
  },
  {
    rule: 'To and From are swapped',
    bad: reply({ type: 'text', content: 'x' }).replaceAll(/(oWxDev\w+|gh_\w+)/gu, (name) =>
      name === from ? to : from,
    ),
    code: 'WXD2109',
    says: 'were not swapped',
    saysZh: '没有对调',
    good: hello,
  },
  {
    rule: 'gh_… and not the AppId',
    bad: change(hello, to, 'wx1234567890abcdef'),
    code: 'WXD2109',
    says: 'this is an AppId: take the gh_… id',
    saysZh: '这是 AppID：应填 gh_… 原始 ID',
    good: hello,
  },
  {
    rule: 'no spaces around an address',
    bad: change(hello, from, ` ${from} `),
    code: 'WXD2109',
    says: 'white space around it',
    saysZh: '前后有空白',
    good: hello,
  },
  {
    rule: 'the reply is for who wrote',
    bad: change(hello, from, 'oSomebodyElse'),
    code: 'WXD2109',
    says: `expected "${from}"`,
    saysZh: `应为 "${from}"`,
    good: hello,
  },
  {
    rule: 'CreateTime is there',
    bad: change(hello, /<CreateTime>.*<\/CreateTime>/u, ''),
    code: 'WXD2113',
    says: 'lacks CreateTime',
    saysZh: '缺少 CreateTime',
    good: hello,
  },
  {
    rule: 'CreateTime without brackets',
    bad: change(hello, '1767225601', '[1767225601]'),
    code: 'WXD2124',
    says: 'received "[1767225601]"',
    saysZh: '收到 "[1767225601]"',
    good: hello,
  },
  {
    rule: 'CreateTime in seconds, not 13 digits',
    bad: change(hello, '1767225601', '1767225601123'),
    code: 'WXD2118',
    says: 'expected seconds: ten digits',
    saysZh: '应为秒：十位数字',
    isWarning: true,
    good: hello,
  },
  {
    rule: 'MsgType is there',
    bad: change(hello, /<MsgType>.*<\/MsgType>/u, ''),
    code: 'WXD2113',
    says: 'lacks MsgType',
    saysZh: '缺少 MsgType',
    good: hello,
  },
  {
    rule: 'field names in WeChat’s capitals',
    bad: hello.replaceAll('MsgType', 'msgtype'),
    code: 'WXD2113',
    says: 'other capitals: write MsgType',
    saysZh: '应写作 MsgType',
    good: hello,
  },
  {
    rule: 'a MsgType that WeChat knows',
    bad: change(hello, '[text]', '[ text ]'),
    code: 'WXD2120',
    says: 'mind spaces',
    saysZh: '不能有空格',
    good: hello,
  },
  {
    rule: 'text: Content is not empty',
    bad: change(hello, 'hello', ''),
    code: 'WXD2108',
    says: 'not an empty Content',
    saysZh: '不要返回空的 Content',
    good: '',
  },
  {
    rule: 'text: at most 2048 bytes',
    bad: text('你'.repeat(683)),
    code: 'WXD2122',
    says: 'more than 2048 bytes',
    saysZh: '超过 2048 字节',
    isWarning: true,
    good: text('你'.repeat(682)),
  },
  ...(['image', 'voice', 'video'] as const).map((type): Rule => {
    const outer = { image: 'Image', voice: 'Voice', video: 'Video' }[type];
    const good = reply({ type, mediaId: 'media-1' });
    return {
      rule: `${type}: MediaId is nested in <${outer}>`,
      bad: good.replaceAll(new RegExp(`</?${outer}>`, 'gu'), ''),
      code: 'WXD2113',
      says: `nest it, as <${outer}><MediaId>`,
      saysZh: `应嵌套为 <${outer}><MediaId>`,
      good,
    };
  }),
  {
    rule: 'image: MediaId is not empty',
    bad: change(reply({ type: 'image', mediaId: 'media-1' }), 'media-1', ''),
    code: 'WXD2113',
    says: 'it is there, but empty',
    saysZh: '内容为空',
    good: reply({ type: 'image', mediaId: 'media-1' }),
  },
  {
    rule: 'music: ThumbMediaId',
    bad: change(
      reply({ type: 'music', thumbMediaId: 'm', title: 't' }),
      /<ThumbMediaId>.*<\/ThumbMediaId>/u,
      '',
    ),
    code: 'WXD2113',
    says: 'lacks Music.ThumbMediaId',
    saysZh: '缺少 Music.ThumbMediaId',
    good: reply({ type: 'music', thumbMediaId: 'm' }),
  },
  {
    rule: 'news: one article to a message',
    bad: news(2),
    code: 'WXD2114',
    says: 'expected 1',
    saysZh: '应为 1',
    good: news(1),
  },
  {
    rule: 'news: eight articles to an event',
    bad: {
      body: change(
        news(8),
        /<item>/u,
        '<item><Title>t</Title><Description>d</Description><PicUrl>p</PicUrl><Url>u</Url></item><item>',
      ).replace('<ArticleCount>8', '<ArticleCount>9'),
      kind: 'subscribe',
    },
    code: 'WXD2114',
    says: 'expected 1 to 8',
    saysZh: '应为 1 到 8',
    good: { body: news(8), kind: 'subscribe' },
  },
  {
    rule: 'news: ArticleCount is the number of items',
    bad: change(news(1), '<ArticleCount>1', '<ArticleCount>2'),
    code: 'WXD2121',
    says: 'ArticleCount is "2", 1 <item> came',
    saysZh: '实际有 1 个',
    good: news(1),
  },
  {
    rule: 'news: all four fields of an article',
    bad: change(news(1), /<PicUrl>.*<\/PicUrl>/u, ''),
    code: 'WXD2113',
    says: 'lacks Articles.item[1].PicUrl',
    saysZh: '缺少 Articles.item[1].PicUrl',
    good: news(1),
  },
  {
    rule: 'news: items stand in <Articles>',
    bad: news(1).replaceAll(/<\/?Articles>/gu, ''),
    code: 'WXD2113',
    says: 'nest it, as <Articles><item>',
    saysZh: '应嵌套为 <Articles><item>',
    good: news(1),
  },
  {
    rule: 'safe mode: no plain text',
    bad: { body: hello, ...safe },
    code: 'WXD2110',
    says: 'in safe mode a reply is encrypted',
    saysZh: '安全模式下回复必须加密',
    good: { body: hello, encrypted: true, mode: 'compat' },
  },
  {
    rule: 'plain mode: no encryption',
    bad: envelope,
    code: 'WXD2125',
    says: 'without encrypt_type=aes',
    saysZh: 'encrypt_type=aes',
    good: { body: envelope, ...safe },
  },
  {
    rule: 'envelope: all four fields, in WeChat’s spelling',
    bad: { body: envelope.replaceAll('TimeStamp', 'Timestamp'), ...safe },
    code: 'WXD2113',
    says: 'write TimeStamp',
    saysZh: '应写作 TimeStamp',
    good: { body: envelope, ...safe },
  },
  {
    rule: 'envelope: TimeStamp in seconds, not 13 digits',
    bad: { body: seal(hello, account, { ...sealed, timestamp: '1767225601123' }), ...safe },
    code: 'WXD2118',
    says: 'expected seconds: ten digits',
    saysZh: '应为秒：十位数字',
    isWarning: true,
    good: { body: envelope, ...safe },
  },
  {
    rule: 'envelope: MsgSignature covers the reply’s own TimeStamp and Nonce',
    bad: {
      body: change(envelope, '<TimeStamp>1767225601', '<TimeStamp>1767225602'),
      ...safe,
      query: { timestamp: sealed.timestamp, nonce: sealed.nonce },
    },
    code: 'WXD2116',
    says: 'take TimeStamp and Nonce of the reply',
    saysZh: '应用回复里的 TimeStamp 和 Nonce',
    good: { body: envelope, ...safe },
  },
  {
    rule: 'envelope: MsgSignature covers Encrypt',
    bad: {
      body: change(
        envelope,
        /<MsgSignature>.*<\/MsgSignature>/u,
        `<MsgSignature>${sign(account.token, sealed.timestamp, sealed.nonce)}</MsgSignature>`,
      ),
      ...safe,
    },
    code: 'WXD2116',
    says: 'msg_signature covers Encrypt too',
    saysZh: '还要加上 Encrypt',
    good: { body: envelope, ...safe },
  },
  {
    rule: 'envelope: the AppId of the account',
    bad: { body: seal(hello, account, { ...sealed, receiveId: 'wx0000000000000000' }), ...safe },
    code: 'WXD2117',
    says: 'wx0000000000000000',
    saysZh: 'wx0000000000000000',
    good: { body: envelope, ...safe },
  },
  {
    rule: 'envelope: success is not encrypted',
    bad: { body: seal('success', account, sealed), ...safe },
    code: 'WXD2127',
    says: 'the bare text success',
    saysZh: '直接返回 success',
    isWarning: true,
    good: { body: 'success', ...safe },
  },
  {
    rule: 'events with an answer of their own',
    bad: { body: 'success', kind: 'xpay_goods_deliver_notify' },
    code: 'WXD2126',
    says: '"ErrCode":0',
    saysZh: '"ErrCode":0',
    good: { body: '{"ErrCode":0,"ErrMsg":"success"}', kind: 'xpay_goods_deliver_notify' },
  },
  {
    rule: 'no reply to who has left',
    bad: { body: hello, kind: 'unsubscribe' },
    code: 'WXD2128',
    says: 'the follower has left',
    saysZh: '用户已离开',
    isWarning: true,
    good: { body: 'success', kind: 'unsubscribe' },
  },
  {
    rule: 'status 200',
    bad: { body: 'success', status: 500 },
    code: 'WXD2101',
    says: 'expected 200',
    saysZh: '应为 200',
    good: { body: 'success', status: 200 },
  },
  {
    rule: 'no redirect',
    bad: {
      body: '',
      status: 301,
      url: '/wx?signature=1',
      headers: [['Location', '/wx/?signature=1']],
    },
    code: 'WXD2102',
    says: 'differs by the last "/" only',
    saysZh: '只差末尾的 "/"',
    good: 'success',
  },
  {
    rule: 'no redirect to https',
    bad: {
      body: '',
      status: 308,
      url: 'http://a.example/wx',
      headers: [['location', 'https://a.example/wx']],
    },
    code: 'WXD2102',
    says: 'the app wants https',
    saysZh: '应用要求 https',
    good: 'success',
  },
  {
    rule: 'no redirect to a login',
    bad: { body: '', status: 302, headers: [['location', '/login?next=/wx']] },
    code: 'WXD2102',
    says: 'a login check',
    saysZh: '登录检查',
    good: 'success',
  },
  {
    rule: 'no compression',
    bad: { body: gzipSync(hello), headers: [['Content-Encoding', 'gzip']] },
    code: 'WXD2115',
    says: 'switch compression off',
    saysZh: '关闭压缩',
    good: { body: hello, headers: [['Content-Encoding', 'identity']] },
  },
  {
    rule: 'no page of a tunnel',
    bad: {
      body: '<!DOCTYPE html><html><title>Friendly Reminder</title>bypass-tunnel-reminder</html>',
      status: 511,
    },
    code: 'WXD2129',
    says: 'Mozilla/4.0',
    saysZh: 'Mozilla/4.0',
    good: hello,
  },
];

describe.each(rules)('$rule', ({ bad, good, code, says, saysZh, isWarning }) => {
  test('is minded', () => {
    const { accepted, visible, faults, warnings } = judge(bad);
    expect([...faults, ...warnings].map((error) => error.code)).toContain(code);
    expect((isWarning ? warnings : faults)[0]?.code).toBe(code);
    expect(accepted).toBe(isWarning === true);
    if (!isWarning) expect(visible).not.toBe('reply');
    const [error] = isWarning ? warnings : faults;
    if (error === undefined) throw new Error('nothing was found');
    for (const [language, part] of [
      ['en', says],
      ['zh', saysZh],
    ] as const) {
      const { title, body } = formatError(error, language);
      const said = [title, ...body].join('\n');
      if (typeof part === 'string') expect(said).toContain(part);
      else expect(said).toMatch(part);
    }
  });

  test('lets pass what is right', () => {
    const { accepted, faults, warnings } = judge(good);
    expect([...faults, ...warnings]).toEqual([]);
    expect(accepted).toBe(true);
  });
});

test('an envelope padded to 16 bytes works for WeChat today, and is told where it differs', () => {
  const found = Array.from({ length: 32 }, (_, length) => {
    const { accepted, warnings } = judge({
      body: paddedTo16(text('x'.repeat(length + 1))),
      ...safe,
    });
    expect(accepted).toBe(true);
    return warnings.map(({ code }) => code).join();
  });
  expect(found.filter((codes) => codes === 'WXD2123')).toHaveLength(16);
  expect(found.filter((codes) => codes === '')).toHaveLength(16);
});

test('every rule has a name of its own', () => {
  expect(new Set(rules.map(({ rule }) => rule)).size).toBe(rules.length);
});

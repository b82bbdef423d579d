import { createCipheriv } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFields } from '../../src/wechat/fields.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { maxBodyBytes, seal } from '../../src/wechat/envelope.ts';
import {
  judgeAnswer,
  judgeEchostr,
  type Judgement,
  type PushAnswer,
} from '../../src/wechat/judge.ts';
import { parseMessage } from '../../src/wechat/message.ts';
import { formatReply, type Reply } from '../../src/wechat/reply.ts';
import { makePush } from '../../src/wechat/samples.ts';
import { sign } from '../../src/wechat/signature.ts';
import { account } from './helpers.ts';

const addresses = {
  from: 'oAlice',
  to: 'gh_1',
  createTime: 1767225600,
  msgId: '25000000000000017',
};
const swapped = { to: 'oAlice', from: 'gh_1', createTime: 1767225601 };
const sealed = {
  format: 'xml',
  timestamp: '1767225601',
  nonce: '415670741',
  random16: Buffer.from('0123456789abcdef'),
} as const;
const article = { title: 't', description: 'd', picUrl: 'p', url: 'u' };
const hello = formatReply({ type: 'text', content: 'hello' }, swapped);

/** Judges a body, by default in answer to a plain text message. */
function judge(
  body: string | Uint8Array,
  kind = 'text',
  more: Partial<PushAnswer> = {},
): Judgement {
  return judgeAnswer({
    status: 200,
    headers: [],
    body: Buffer.from(body),
    format: 'xml',
    encrypted: false,
    mode: 'plain',
    push: parseMessage(makePush(kind, {}, addresses)),
    account,
    ...more,
  });
}

const safe = { encrypted: true, mode: 'safe' } as const;

/** The codes of the faults, then of the warnings. */
function codes({ faults, warnings }: Judgement): string[] {
  return [...faults.map(({ code }) => code), ...warnings.map(({ code }) => `warning ${code}`)];
}

test.each([
  ['success', 'success'],
  ['', 'empty'],
])('accepts %j in every mode', (body, summary) => {
  for (const more of [{}, safe, { encrypted: true, mode: 'compat' } as const]) {
    expect(judge(body, 'text', more)).toEqual({
      accepted: true,
      visible: 'nothing',
      summary,
      text: body,
      faults: [],
      warnings: [],
    });
  }
});

test.each<[Reply, string]>([
  [{ type: 'text', content: 'hello' }, 'text "hello"'],
  [{ type: 'image', mediaId: 'm' }, 'image m'],
  [{ type: 'voice', mediaId: 'm' }, 'voice m'],
  [{ type: 'video', mediaId: 'm' }, 'video m'],
  [{ type: 'music', thumbMediaId: 'm' }, 'music m'],
  [{ type: 'news', articles: [article] }, 'news x1'],
])('accepts the reply %j, plain and encrypted', (reply, summary) => {
  const text = formatReply(reply, swapped);
  const expected = {
    accepted: true,
    visible: 'reply',
    summary,
    reply,
    text,
    faults: [],
    warnings: [],
  };
  expect(judge(text)).toEqual(expected);
  expect(judge(seal(text, account, sealed), 'text', safe)).toEqual(expected);
  const compat = { encrypted: true, mode: 'compat' } as const;
  expect(judge(text, 'text', compat)).toEqual(expected);
  expect(judge(seal(text, account, sealed), 'text', compat)).toEqual(expected);
  const json = { ...safe, format: 'json' } as const;
  const asJson = formatReply(reply, { ...swapped, format: 'json' });
  expect(judge(seal(asJson, account, { ...sealed, format: 'json' }), 'text', json)).toEqual({
    ...expected,
    text: asJson,
  });
});

test('shows the follower nothing when customer service takes over', () => {
  const reply = formatReply({ type: 'transfer_customer_service' }, swapped);
  expect(judge(reply)).toMatchObject({ accepted: true, visible: 'nothing' });
});

test('allows eight articles in answer to an event, one to a message', () => {
  const news = (count: number): string =>
    formatReply({ type: 'news', articles: Array.from({ length: count }, () => article) }, swapped);
  expect(codes(judge(news(8), 'click'))).toEqual([]);
  expect(codes(judge(news(2)))).toEqual(['WXD2114']);
});

/** The reply with one part replaced. */
const change = (from: string | RegExp, to: string): string => {
  const changed = hello.replace(from, to);
  expect(changed).not.toBe(hello);
  return changed;
};

test.each<[string, () => string, string[]]>([
  ['quotes', () => '"success"', ['WXD2105']],
  ['single quotes and a newline', () => "'success'\n", ['WXD2105']],
  ['capitals', () => 'SUCCESS', ['WXD2112']],
  ['a newline after success', () => 'success\n', ['WXD2112']],
  ['a byte order mark before success', () => '\u{FEFF}success', ['WXD2112']],
  ['only white space', () => '\n', ['WXD2112']],
  ['plain text', () => 'hello', ['WXD2112']],
  ['undefined', () => 'undefined', ['WXD2112']],
  ['a web page', () => '<!DOCTYPE html><html><body>502</body></html>', ['WXD2103']],
  ['a web page without doctype', () => '\n<HTML>x</HTML>', ['WXD2103']],
  ['a fragment of a page', () => '<br />\n<b>Warning</b>: x', ['WXD2103']],
  ['PHP warnings before the reply', () => `<br />\n<b>Warning</b>${hello}`, ['WXD2103']],
  ['JSON', () => '{"errcode":0}', ['WXD2104']],
  ['a JSON list', () => ' []', ['WXD2104']],
  ['JSON that quotes XML', () => JSON.stringify({ xml: hello }), ['WXD2104']],
  ['XML in quotes', () => JSON.stringify(hello), ['WXD2130']],
  ['a byte order mark', () => `\u{FEFF}${hello}`, ['WXD2106']],
  ['text before the reply', () => `debug ${hello}`, ['WXD2106']],
  ['success before the reply', () => `success${hello}`, ['WXD2106']],
  ['blank lines before the reply', () => `\r\n\n${hello}`, ['warning WXD2106']],
  [
    'blank lines before a declaration',
    () => `\n<?xml version="1.0"?>${hello}`,
    ['WXD2119', 'warning WXD2106'],
  ],
  ['a declaration', () => `<?xml version="1.0" encoding="UTF-8"?>\n${hello}\n`, []],
  ['a comment before the reply', () => `<!-- x -->${hello}`, []],
  ['<xml> in <xml>', () => `<xml>${hello}</xml>`, ['WXD2107']],
  ['success after the reply', () => `${hello}success`, ['WXD2111']],
  ['two replies', () => `${hello}${hello}`, ['WXD2111']],
  [
    'two bodies with an end tag in the text',
    () => `${change('hello', 'a</xml>b')}success`,
    ['WXD2111'],
  ],
  ['an end tag in the text', () => change('hello', 'a</xml>b'), []],
  ['too many end tags', () => `<xml>${'</xml>'.repeat(20)}`, ['WXD2111']],
  ['XML that breaks', () => change('</Content>', ''), ['WXD2119']],
  [
    'XML that breaks with many end tags',
    () => `<xml><a><![CDATA[${'</xml>'.repeat(20)}`,
    ['WXD2119'],
  ],
  ['a spaced CDATA from a blog', () => change('<![CDATA[hello', '< ![CDATA[hello'), ['WXD2132']],
  ['a reply with a DOCTYPE', () => `<?xml version="1.0"?><!DOCTYPE xml>${hello}`, ['WXD2119']],
  ['capital XML', () => '<XML></XML>', ['WXD2133']],
  ['empty Content', () => change('hello', ''), ['WXD2108']],
  ['no Content', () => change(/<Content>.*<\/Content>/u, ''), ['WXD2108']],
  ['no MsgType', () => change(/<MsgType>.*<\/MsgType>/u, ''), ['WXD2113']],
  ['no addresses', () => change(/<ToUserName>.*<\/FromUserName>/u, ''), ['WXD2113', 'WXD2113']],
  ['no CreateTime', () => change(/<CreateTime>.*<\/CreateTime>/u, ''), ['WXD2113']],
  ['CreateTime in brackets', () => change('1767225601', '[1767225601]'), ['WXD2124']],
  ['CreateTime in milliseconds', () => change('1767225601', '1767225601123'), ['warning WXD2118']],
  [
    'addresses not swapped',
    () => formatReply({ type: 'text', content: 'x' }, { ...swapped, to: 'gh_1', from: 'oAlice' }),
    ['WXD2109', 'WXD2109'],
  ],
  ['the AppId as sender', () => change('gh_1', 'wx1234567890abcdef'), ['WXD2109']],
  ['an unknown MsgType', () => change('[text]', '[txt]'), ['WXD2120']],
  ['a spaced MsgType', () => change('[text]', '[ text ]'), ['WXD2120']],
  [
    'an image that is not nested',
    () => change('[text]', '[image]').replaceAll('Content', 'MediaId'),
    ['WXD2113'],
  ],
  [
    'a wrong ArticleCount',
    () =>
      formatReply({ type: 'news', articles: [article] }, swapped).replace(
        '<ArticleCount>1',
        '<ArticleCount>2',
      ),
    ['WXD2121'],
  ],
  ['no articles', () => change('[text]', '[news]'), ['WXD2114', 'WXD2121']],
  ['a long text', () => change('hello', '你'.repeat(683)), ['warning WXD2122']],
  ['a text just short enough', () => change('hello', '你'.repeat(682)), []],
  ['encryption nobody asked for', () => seal(hello, account, sealed), ['WXD2125']],
  ['a body over the limit', () => 'x'.repeat(maxBodyBytes + 1), ['WXD2119']],
])('finds %s', (_, body, expected) => {
  const judgement = judge(body());
  expect(codes(judgement)).toEqual(expected);
  const isAccepted = expected.every((code) => code.startsWith('warning'));
  expect(judgement.accepted).toBe(isAccepted);
  expect(judgement.visible).toBe(isAccepted ? 'reply' : 'failure');
});

test('names the first fault in the summary', () => {
  expect(judge('SUCCESS').summary).toBe('The answer is not one WeChat understands');
});

test('refuses bytes that are no text', () => {
  expect(codes(judge(Buffer.from([0x3c, 0xff])))).toEqual(['WXD2119']);
});

test.each([
  [301, [['Location', '/wx/']], 'WXD2102'],
  [302, [], 'WXD2102'],
  [304, [], 'WXD2102'],
  [204, [], 'WXD2101'],
  [404, [], 'WXD2101'],
  [500, [], 'WXD2101'],
] as const)('minds the status %i before the body', (status, headers, code) => {
  const judgement = judge('success', 'text', { status, headers });
  expect(codes(judgement)).toEqual([code]);
  expect(judgement).toMatchObject({ accepted: false, visible: 'failure' });
});

test('says where a redirect leads', () => {
  const [fault] = judge('', 'text', {
    status: 301,
    headers: [
      ['x', 'y'],
      ['LOCATION', 'https://a/wx/'],
    ],
  }).faults;
  expect(fault?.details).toEqual({ status: 301, location: 'https://a/wx/' });
});

test('minds compression, announced or not', () => {
  expect(
    codes(judge(gzipSync('success'), 'text', { headers: [['Content-Encoding', 'gzip']] })),
  ).toEqual(['WXD2115']);
  expect(codes(judge('success', 'text', { headers: [['content-encoding', 'br']] }))).toEqual([
    'WXD2115',
  ]);
  expect(codes(judge(gzipSync('success')))).toEqual(['WXD2115']);
  expect(codes(judge('success', 'text', { headers: [['Content-Encoding', 'Identity']] }))).toEqual(
    [],
  );
});

test('wants replies encrypted in safe mode', () => {
  expect(codes(judge(hello, 'text', safe))).toEqual(['WXD2110']);
  expect(codes(judge(hello, 'text', { encrypted: true, mode: 'compat' }))).toEqual([]);
});

test('opens replies with any key of the account', () => {
  const old = createAccount({
    token: account.token,
    appId: 'wx1234567890abcdef',
    aesKey: 'B'.repeat(43),
  });
  const rotating = { ...account, ...(old.aesKey && { previousAesKey: old.aesKey }) };
  expect(judge(seal(hello, old, sealed), 'text', { ...safe, account: rotating }).accepted).toBe(
    true,
  );
  expect(codes(judge(seal(hello, old, sealed), 'text', safe))).toEqual(['WXD2117']);
});

test.each([
  ['another AppId', seal(hello, { ...account, appId: 'wxother' }, sealed)],
  ['a broken ciphertext', encryptedReply('AAAA')],
])('refuses an envelope with %s', (_, body) => {
  expect(codes(judge(body, 'text', safe))).toEqual(['WXD2117']);
});

/** A signed envelope around any ciphertext. */
function encryptedReply(encrypt: string, timestamp = '1767225601', signature?: string): string {
  const nonce = '415670741';
  const msgSignature = signature ?? sign(account.token, timestamp, nonce, encrypt);
  return `<xml><Encrypt>${encrypt}</Encrypt><MsgSignature>${msgSignature}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>${nonce}</Nonce></xml>`;
}

test('names every part of an envelope that is missing', () => {
  const judgement = judge('<xml><Encrypt>AAAA</Encrypt><Nonce></Nonce></xml>', 'text', safe);
  expect(judgement.faults.map(({ details }) => details)).toEqual([
    { type: 'encrypted', field: 'MsgSignature' },
    { type: 'encrypted', field: 'TimeStamp' },
    { type: 'encrypted', field: 'Nonce', place: 'empty' },
  ]);
});

test.each([
  ['three-values', sign(account.token, '1767225601', '415670741')],
  ['query-values', sign(account.token, '1', '2', 'AAAA')],
  [undefined, 'f'.repeat(40)],
])('explains a wrong reply signature: %s', (hint, signature) => {
  const query = { timestamp: '1', nonce: '2' };
  const body = encryptedReply('AAAA', '1767225601', signature);
  const { faults } = judge(body, 'text', { ...safe, query });
  expect(faults).toMatchObject([{ code: 'WXD2116', details: { hint } }]);
  expect(codes(judge(encryptedReply('AAAA', '1767225601', 'x'), 'text', safe))).toEqual([
    'WXD2116',
  ]);
});

test('minds the time of the envelope', () => {
  const milliseconds = seal(hello, account, { ...sealed, timestamp: '1767225601123' });
  expect(codes(judge(milliseconds, 'text', safe))).toEqual(['warning WXD2118']);
  expect(codes(judge(seal(hello, account, { ...sealed, timestamp: 'now' }), 'text', safe))).toEqual(
    ['WXD2124'],
  );
});

test('warns about padding to 16 bytes', () => {
  const { aesKey } = account;
  if (aesKey === undefined) throw new Error('the test account has a key');
  const found = Array.from({ length: 32 }, (_, index) => {
    const message = Buffer.from(
      formatReply({ type: 'text', content: 'x'.repeat(index + 1) }, swapped),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    // createCipheriv pads to 16 by itself.
    const cipher = createCipheriv('aes-256-cbc', aesKey.bytes, aesKey.iv);
    const full = Buffer.concat([
      sealed.random16,
      length,
      message,
      Buffer.from(account.appId ?? ''),
    ]);
    const encrypt = Buffer.concat([cipher.update(full), cipher.final()]);
    return codes(judge(encryptedReply(encrypt.toString('base64')), 'text', safe));
  });
  // Half of all lengths end on a multiple of 32 anyway.
  expect(found.filter((list) => list.length === 0)).toHaveLength(16);
  expect(found.filter((list) => list.join() === 'warning WXD2123')).toHaveLength(16);
});

test.each(['success', ''])('accepts %j that came encrypted, with a warning', (text) => {
  const judgement = judge(seal(text, account, sealed), 'text', safe);
  expect(codes(judgement)).toEqual(['warning WXD2127']);
  expect(judgement).toMatchObject({ accepted: true, visible: 'nothing' });
});

test('judges what was inside the envelope as strictly', () => {
  expect(codes(judge(seal('hello', account, sealed), 'text', safe))).toEqual(['WXD2112']);
  expect(codes(judge(seal(hello.replace('oAlice', 'x'), account, sealed), 'text', safe))).toEqual([
    'WXD2109',
  ]);
});

test.each([
  ['subscribe', 'failure'],
  ['click', 'failure'],
  ['location-report', 'nothing'],
  ['template-send-finish-ok', 'nothing'],
  ['message:device_text', 'failure'],
  ['event:my_event', 'nothing'],
])('tells whether the follower sees the failure of %s: %s', (kind, visible) => {
  expect(judge('oops', kind).visible).toBe(visible);
});

test('shows no failure of an event without a name', () => {
  const push = parseMessage(createFields([['MsgType', 'event']]));
  expect(judge('oops', 'text', { push }).visible).toBe('nothing');
});

test('warns when a reply to unsubscribe reaches nobody', () => {
  const judgement = judge(hello, 'unsubscribe');
  expect(codes(judgement)).toEqual(['warning WXD2128']);
  expect(judgement.visible).toBe('nothing');
});

test.each([
  ['xpay_coin_pay_notify', '{"ErrCode":0,"ErrMsg":"success"}', []],
  ['xpay_coin_pay_notify', '{"ErrCode":"0"}', []],
  ['xpay_coin_pay_notify', '{"ErrCode":1}', ['WXD2126']],
  ['xpay_coin_pay_notify', 'success', ['WXD2126']],
  ['xpay_coin_pay_notify', '', ['WXD2126']],
  ['event:xpay_subscribe_ios_refund_query_notify', '{"result_code":0,"result_info":""}', []],
  ['event:xpay_subscribe_ios_refund_query_notify', '{"ErrCode":0}', ['WXD2126']],
  ['debug_demo', '{"demo_resp":"good luck"}', []],
  ['debug_demo', '{"MsgType":"text"}', ['WXD2113', 'WXD2113', 'WXD2113', 'WXD2108']],
  ['event:my_event', '{"ResultCode":0}', []],
  ['text', '{"demo_resp":"good luck"}', ['WXD2113', 'WXD2113', 'WXD2113', 'WXD2113']],
  ['click', '{"a":"1"}', ['WXD2113', 'WXD2113', 'WXD2113', 'WXD2113']],
  ['debug_demo', '[]', ['WXD2119']],
  ['debug_demo', 'debug {"a":1}', ['WXD2112']],
  ['debug_demo', '\u{FEFF}{"a":1}', ['WXD2106']],
  ['debug_demo', '{"a":', ['WXD2119']],
])('judges the answer of a JSON account to %s: %s', (kind, body, expected) => {
  expect(codes(judge(body, kind, { format: 'json' }))).toEqual(expected);
});

test('takes the answer of virtual payment in JSON although the account uses XML', () => {
  expect(codes(judge('{"ErrCode":0,"ErrMsg":"success"}', 'xpay_refund_notify'))).toEqual([]);
});

test('takes the XML equivalent of an event answer', () => {
  expect(
    codes(
      judge(
        '<xml><ErrCode>0</ErrCode><ErrMsg><![CDATA[success]]></ErrMsg></xml>',
        'xpay_refund_notify',
      ),
    ),
  ).toEqual([]);
});

test('judges any bytes without failing', () => {
  const part = fc.constantFrom(
    '<xml>',
    '</xml>',
    hello,
    'success',
    '"',
    '{',
    '}',
    '<html>',
    '\u{FEFF}',
    '\r\n',
    '<![CDATA[',
    '\0',
    '<Encrypt>',
    '</Encrypt>',
  );
  const body = fc.oneof(
    fc.uint8Array(),
    fc.array(part, { maxLength: 8 }).map((parts) => Buffer.from(parts.join(''))),
  );
  const more = fc.constantFrom<Partial<PushAnswer>>({}, safe, { format: 'json' });
  fc.assert(
    fc.property(body, more, (bytes, options) => {
      const { accepted, faults } = judge(bytes, 'text', options);
      expect(accepted).toBe(faults.length === 0);
    }),
    { numRuns: 500 },
  );
});

const echostr = '4375120948345356249';

test.each<[string, string, string]>([
  ['nothing', '', 'empty'],
  ['a byte order mark', `\u{FEFF}${echostr}`, 'bom'],
  ['a byte order mark and a newline', `\u{FEFF}${echostr}\n`, 'bom'],
  ['a newline', `${echostr}\n`, 'whitespace'],
  ['a blank line before', `\r\n${echostr}`, 'whitespace'],
  ['quotes', `"${echostr}"`, 'quotes'],
  ['single quotes', `'${echostr}'\n`, 'quotes'],
  ['JSON', `{"echostr":"${echostr}"}`, 'json'],
  ['a web page', '<!doctype html><title>Sign in</title>', 'html'],
  ['a rounded number', String(Number(echostr)), 'rounded-number'],
  ['a number in scientific notation', '4.375120948345356249e18', 'rounded-number'],
  ['debug output', `debug: ${echostr}`, 'text-around'],
  ['success', 'success', 'other'],
])('names %s in the place of the echostr', (_, body, difference) => {
  const bytes = Buffer.from(body);
  const judgement = judgeEchostr({ status: 200, headers: [], body: bytes, expected: echostr });
  expect(judgement.accepted).toBe(false);
  expect(judgement.faults).toMatchObject([
    { code: 'WXD1004', details: { difference, receivedBytes: bytes.length } },
  ]);
});

test('sees when the + of an echostr became a space', () => {
  const body = Buffer.from('a b/c==');
  const { faults } = judgeEchostr({ status: 200, headers: [], body, expected: 'a+b/c==' });
  expect(faults).toMatchObject([{ details: { difference: 'plus-became-space' } }]);
});

test('accepts the echostr byte for byte only, with status 200, not compressed', () => {
  const body = Buffer.from(echostr);
  const answer = { status: 200, headers: [], body, expected: echostr };
  expect(judgeEchostr(answer)).toEqual({ accepted: true, faults: [] });
  expect(judgeEchostr({ ...answer, status: 404 }).faults).toMatchObject([{ code: 'WXD2101' }]);
  expect(judgeEchostr({ ...answer, status: 302 }).faults).toMatchObject([{ code: 'WXD2102' }]);
  expect(judgeEchostr({ ...answer, body: gzipSync(body) }).faults).toMatchObject([
    { code: 'WXD2115' },
  ]);
  for (let length = 0; length < body.length; length += 1) {
    expect(judgeEchostr({ ...answer, body: body.subarray(0, length) }).accepted).toBe(false);
  }
  expect(judgeEchostr({ ...answer, body: Buffer.from([0xff]) }).accepted).toBe(false);
});

test('names the page of a tunnel, where its words or its status give it away', () => {
  const page = '<!DOCTYPE html><html><body>set bypass-tunnel-reminder</body></html>';
  const by = (body: string, status: number): unknown => {
    const [fault] = judge(body, 'text', { status }).faults;
    return fault?.code === 'WXD2129' ? fault.details : fault?.code;
  };
  expect(by(page, 511)).toEqual({ status: 511, by: 'localtunnel' });
  expect(by(page, 200)).toEqual({ status: 200, by: 'localtunnel' });
  expect(by('<html>log in</html>', 511)).toEqual({ status: 511, by: 'HTTP 511' });
  expect(by('<html>log in</html>', 200)).toBe('WXD2103');
});

test('says that a push was padded by more than 16 bytes, where the app failed to decrypt it', () => {
  const warned = (padding: number, body = 'error:1C800064: bad decrypt'): string[] =>
    judge(body, 'text', { status: 500, padding, encrypted: true }).warnings.map(({ code }) => code);
  expect(warned(17)).toEqual(['WXD2135']);
  expect(warned(32)).toEqual(['WXD2135']);
  expect(warned(16)).toEqual([]);
  expect(warned(1)).toEqual([]);
  expect(judge(hello, 'text', { padding: 30 }).warnings).toEqual([]);
});

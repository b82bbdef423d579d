import { expect, expectTypeOf, test } from 'vitest';
import { createFields } from '../../src/wechat/fields.ts';
import { parseJson } from '../../src/wechat/json.ts';
import {
  articleLimit,
  dedupeKey,
  describeMessage,
  parseMessage,
  type Message,
} from '../../src/wechat/message.ts';
import { listPushKinds, makePush, pushKinds } from '../../src/wechat/samples.ts';
import { parseXml } from '../../src/wechat/xml.ts';
import { codeOf } from './helpers.ts';

const options = {
  from: 'oWxDev_Alice_000000000000001',
  to: 'gh_0f1e2d3c4b5a',
  createTime: 1767225600,
  msgId: '25000000000000017',
};

/** The parsed message of a sample. */
function messageOf(kind: string, overrides: Record<string, string> = {}): Message {
  return parseMessage(makePush(kind, overrides, options));
}

/** What a message has beyond what all have. */
function ownFields(message: Message): Record<string, unknown> {
  const common = ['type', 'event', 'toUserName', 'fromUserName', 'createTime', 'msgId', 'raw'];
  return Object.fromEntries(Object.entries(message).filter(([name]) => !common.includes(name)));
}

test('reads what every message has, as text', () => {
  expect(messageOf('text')).toMatchObject({
    type: 'text',
    toUserName: 'gh_0f1e2d3c4b5a',
    fromUserName: 'oWxDev_Alice_000000000000001',
    createTime: '1767225600',
    msgId: '25000000000000017',
    content: 'hello 你好',
  });
});

const conversations = listPushKinds()
  .filter(({ group }) => group !== 'notice')
  .map(({ name }) => name);

test.each(conversations)(
  'knows the sample %s and finds a value for every field it promises',
  (kind) => {
    const fields = makePush(kind, {}, options);
    const message = parseMessage(fields);
    expect(message.type).not.toBe('unknown');
    expect(message.raw).toBe(fields);
    expect('msgId' in message).toBe(message.type !== 'event');
    // Every text of the message comes from the sample: a path that is spelt wrong would read as empty.
    const texts = new Set(JSON.stringify(fields).match(/"(?:[^"\\]|\\.)*"/gu));
    for (const text of JSON.stringify(ownFields(message)).match(/:"(?:[^"\\]|\\.)*"/gu) ?? []) {
      expect(texts).toContain(text.slice(1));
    }
  },
);

test.each([
  ['text-menu', { bizMsgMenuId: '101' }],
  ['text-from-article', { msgDataId: '2650000001', idx: '1' }],
  ['voice', { mediaId16K: 'wxdev-media-voice16k-0001', format: 'amr' }],
  ['voice-recognition', { recognition: '' }],
  ['location', { latitude: '39.904200', longitude: '116.407400', scale: '16' }],
  ['subscribe-qr', { eventKey: 'qrscene_1001', ticket: 'gQH47zwAAAwxdevTicket==' }],
  ['scancode_push', { scanType: 'qrcode', scanResult: 'wxdev-001' }],
  ['pic_weixin', { count: '1', pictures: [{ md5: '9e107d9d372bb6826bd81d3542a419d6' }] }],
  ['location_select', { latitude: '39.9', scale: '15', poiName: '' }],
  [
    'mass-send-finish',
    {
      jobId: '1000001625',
      copyrightChecks: [],
      articles: [{ idx: '1', url: 'https://mp.weixin.qq.com/s/wxdev0001' }],
    },
  ],
  [
    'publish-finish-ok',
    {
      articleId: 'wxdev_article_0001',
      articles: [{ idx: '1', url: 'https://mp.weixin.qq.com/s/wxdev0002' }],
      failIdx: [],
    },
  ],
  ['publish-finish-fail', { failIdx: ['1', '2'], articles: [] }],
  [
    'subscribe-msg-popup',
    {
      items: [
        {
          templateId: 'wxdevTemplateId000000000000000000000000001',
          subscribeStatus: 'accept',
          popupScene: '0',
        },
      ],
    },
  ],
  ['user_info_modified', { openId: 'oWxDev_Alice_000000000000001', appId: 'wx1234567890abcdef' }],
  [
    'wxa_media_check',
    {
      suggest: 'pass',
      details: [
        { strategy: 'content_model', errcode: '0', suggest: 'pass', label: '100', prob: '90' },
      ],
    },
  ],
  ['wxa_media_check-v1', { isRisky: '0', details: [] }],
  [
    'wxa_appeal_record',
    {
      materials: [
        {
          content: '示例内容',
          contentUrl: 'https://example.com/x',
          reason: '内容正常',
          proofMaterialIds: ['wxdevProof1'],
        },
      ],
    },
  ],
  ['wxa_privacy_apply', { apiName: 'wx.choosePoi', auditId: '421600001' }],
  [
    'xpay_goods_deliver_notify',
    { mchOrderNo: 'WXDEV0001', productId: 'gem_60', paidTime: '1767225600' },
  ],
  ['debug_demo', { debugStr: 'hello world' }],
])('reads the fields of %s', (kind, expected) => {
  expect(messageOf(kind)).toMatchObject(expected);
});

test('leaves optional fields out and makes required ones empty', () => {
  expect(ownFields(messageOf('text'))).toEqual({ content: 'hello 你好' });
  const bare = parseMessage(createFields([['MsgType', 'text']]));
  expect(bare).toEqual({
    type: 'text',
    toUserName: '',
    fromUserName: '',
    createTime: '',
    content: '',
    raw: bare.raw,
  });
});

test('reads a subscription event in every shape WeChat gives it', () => {
  const one = '{"MsgType":"event","Event":"subscribe_msg_popup_event","CreateTime":"1767225600",';
  const item = '{"TemplateId":"t","SubscribeStatusString":"accept","PopupScene":"0"}';
  for (const rest of [
    `"SubscribeMsgPopupEvent":{"List":[${item}]}}`,
    `"SubscribeMsgPopupEvent":{"List":${item}}}`,
    `"List":[${item}]}`,
    `"List":${item}}`,
  ]) {
    expect(parseMessage(parseJson(one + rest))).toMatchObject({
      items: [{ templateId: 't', subscribeStatus: 'accept', popupScene: '0' }],
    });
  }
});

test('reads either spelling where WeChat has two', () => {
  const fields = createFields([
    ['MsgType', 'event'],
    ['Event', 'user_info_modified'],
    ['openid', 'o1'],
    ['appid', 'wx1'],
  ]);
  expect(parseMessage(fields)).toMatchObject({ openId: 'o1', appId: 'wx1' });
});

test('keeps what it does not know', () => {
  const fields = parseXml('<xml><MsgType>device_text</MsgType><DeviceID>1</DeviceID></xml>');
  expect(parseMessage(fields)).toMatchObject({
    type: 'unknown',
    msgType: 'device_text',
    raw: { DeviceID: '1' },
  });
  const event = parseXml('<xml><MsgType>event</MsgType><Event>subscribe2</Event></xml>');
  expect(parseMessage(event)).toMatchObject({
    type: 'unknown',
    msgType: 'event',
    event: 'subscribe2',
  });
  const notice = parseXml('<xml><AppId>wx1</AppId><InfoType>unauthorized</InfoType></xml>');
  expect(parseMessage(notice)).toMatchObject({
    type: 'unknown',
    msgType: '',
    infoType: 'unauthorized',
  });
});

test.each(['constructor', '__proto__', 'toString', 'Text', 'EVENT', ' text', 'unknown'])(
  'does not mistake the MsgType or Event %j for one it knows',
  (name) => {
    expect(parseMessage(createFields([['MsgType', name]])).type).toBe('unknown');
    const event = parseMessage(
      createFields([
        ['MsgType', 'event'],
        ['Event', name],
      ]),
    );
    expect(event).toMatchObject({ type: 'unknown', event: name });
  },
);

test('takes an event without Event as unknown', () => {
  expect(parseMessage(createFields([['MsgType', 'event']]))).toMatchObject({
    type: 'unknown',
    msgType: 'event',
  });
});

test.each([
  ['<xml></xml>'],
  ['<xml><MsgType></MsgType></xml>'],
  ['<xml><MsgType><a>text</a></MsgType></xml>'],
  ['<xml><msgtype>text</msgtype></xml>'],
  ['<xml><action>CheckContainerPath</action></xml>'],
])('refuses what is no message: %s', (text) => {
  expect(codeOf(() => parseMessage(parseXml(text)))).toBe('WXD1206');
});

test('takes the first of a repeated field, and nothing from fields in the place of text', () => {
  const text =
    '<xml><MsgType>text</MsgType><MsgType>event</MsgType><Content>a</Content><Content>b</Content><MsgId><x>1</x></MsgId></xml>';
  const message = parseMessage(parseXml(text));
  expect(message).toMatchObject({ type: 'text', content: 'a' });
  expect(message).not.toHaveProperty('msgId');
  const nested =
    '<xml><MsgType>event</MsgType><Event>scancode_push</Event><ScanCodeInfo>x</ScanCodeInfo></xml>';
  expect(parseMessage(parseXml(nested))).toMatchObject({ scanType: '', scanResult: '' });
  const twice =
    '<xml><MsgType>event</MsgType><Event>scancode_push</Event><ScanCodeInfo><ScanType>a</ScanType></ScanCodeInfo><ScanCodeInfo><ScanType>b</ScanType></ScanCodeInfo></xml>';
  expect(parseMessage(parseXml(twice))).toMatchObject({ scanType: 'a' });
});

test.each([
  ['text', { type: 'text', content: 'hello 你好' }],
  ['image', { type: 'image', content: 'wxdev-media-image-0001' }],
  ['location', { type: 'location', content: '北京市东城区示例路1号' }],
  ['click', { type: 'CLICK', content: 'MENU_HELP' }],
  ['subscribe', { type: 'subscribe' }],
  ['message:device_text', { type: 'device_text' }],
  ['event:my_event', { type: 'my_event' }],
])('describes %s in a line', (kind, expected) => {
  expect(describeMessage(messageOf(kind))).toEqual(expected);
});

test('describes notices and what has no name at all', () => {
  expect(describeMessage(parseMessage(createFields([['InfoType', 'unauthorized']])))).toEqual({
    type: 'unauthorized',
  });
  const nameless = { ...messageOf('message:x'), type: 'unknown', msgType: '' } as const;
  expect(describeMessage(nameless)).toEqual({ type: 'unknown' });
});

test('recognises a push that comes again', () => {
  for (const kind of pushKinds) expect(dedupeKey(messageOf(kind))).toBe(dedupeKey(messageOf(kind)));
  const again = messageOf('text', { Content: 'read anew' });
  expect(dedupeKey(again)).toBe(dedupeKey(messageOf('text')));
});

test('tells pushes apart', () => {
  const keys = [
    ...pushKinds
      // A member who subscribes says what a follower says.
      .filter((kind) => messageOf(kind).type === 'event' && !/^work\..*subscribe$/.test(kind))
      .map((kind) => messageOf(kind)),
    messageOf('text'),
    messageOf('text', { MsgId: '25000000000000018' }),
    messageOf('text', { ToUserName: 'gh_other' }),
    messageOf('click', { EventKey: 'OTHER' }),
    messageOf('click', { FromUserName: 'other' }),
    messageOf('click', { CreateTime: '1767225601' }),
    // MsgID of a job is the message that was sent, not this one, but two jobs may end in one second.
    messageOf('template-send-finish-ok', { MsgID: '200163837' }),
    messageOf('xpay_coin_pay_notify', { OutTradeNo: 'WXDEV0002' }),
  ].map(dedupeKey);
  expect(new Set(keys).size).toBe(keys.length);
});

test('does not let the ciphertext of compat mode make a push new', () => {
  const [one, two] = ['a', 'b'].map((text) => dedupeKey(messageOf('click', { Encrypt: text })));
  expect(one).toBe(two);
});

test.each([
  ['text', 1],
  ['image', 1],
  ['location', 1],
  ['message:device_text', 1],
  ['subscribe', 8],
  ['click', 8],
  ['event:my_event', 8],
])('allows in answer to %s %i article(s)', (kind, limit) => {
  expect(articleLimit(messageOf(kind))).toBe(limit);
});

test('narrows by type and event', () => {
  const message = messageOf('text');
  if (message.type === 'text') {
    expectTypeOf(message.content).toEqualTypeOf<string>();
    expectTypeOf(message.idx).toEqualTypeOf<string | undefined>();
  }
  if (message.type === 'event' && message.event === 'pic_weixin') {
    expectTypeOf(message.pictures[0]?.md5).toEqualTypeOf<string | undefined>();
  }
  if (message.type === 'event' && message.event === 'PUBLISHJOBFINISH') {
    expectTypeOf(message.failIdx).toEqualTypeOf<readonly string[]>();
  }
  if (message.type === 'unknown') expectTypeOf(message.msgType).toEqualTypeOf<string>();
});

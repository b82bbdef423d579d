import { WxDevError } from '../core/errors.ts';
import { createFields, type Fields, type FieldValue, type MutableFields } from './fields.ts';
import { sampleEvents, type SampleEvent, type SampleFields } from './sample-events.ts';
import { sampleNotices } from './sample-notices.ts';
import { productsOf, type Product } from './sample-products.ts';
import { setField } from './set-field.ts';
import { similarNames } from './similar.ts';
import { botMessages, sampleBotId, workEvents, workNotices } from './work/samples.ts';

/** Addresses, time and id of a push to build. */
export interface PushOptions {
  /** The follower's openid. */
  readonly from: string;
  /** The account, `gh_…`. */
  readonly to: string;
  /** Seconds since the epoch. */
  readonly createTime: number | string;
  /** 64-bit number of a message; events have none. */
  readonly msgId: string;
  /** The platform's component AppId, or the SuiteId, in notices. @default an invented one */
  readonly appId?: string | undefined;
}

/** Messages by kind: MsgType and further fields, with invented values. */
const sampleMessages = {
  text: ['text', { Content: 'hello 你好' }],
  'text-menu': ['text', { Content: '满意', bizmsgmenuid: '101' }],
  'text-from-article': ['text', { Content: '这篇不错', MsgDataId: '2650000001', Idx: '1' }],
  image: [
    'image',
    { PicUrl: 'http://mmbiz.qpic.cn/mmbiz_jpg/wxdev0001/0', MediaId: 'wxdev-media-image-0001' },
  ],
  voice: [
    'voice',
    { MediaId: 'wxdev-media-voice-0001', Format: 'amr', MediaId16K: 'wxdev-media-voice16k-0001' },
  ],
  'voice-recognition': [
    'voice',
    { MediaId: 'wxdev-media-voice-0001', Format: 'amr', Recognition: '' },
  ],
  video: ['video', { MediaId: 'wxdev-media-video-0001', ThumbMediaId: 'wxdev-media-thumb-0001' }],
  shortvideo: [
    'shortvideo',
    { MediaId: 'wxdev-media-video-0002', ThumbMediaId: 'wxdev-media-thumb-0002' },
  ],
  location: [
    'location',
    {
      Location_X: '39.904200',
      Location_Y: '116.407400',
      Scale: '16',
      Label: '北京市东城区示例路1号',
    },
  ],
  link: [
    'link',
    { Title: 'wx-dev guide', Description: 'local testing', Url: 'https://example.com/guide' },
  ],
  file: [
    'file',
    {
      Title: 'report.pdf',
      Description: '',
      FileKey: 'wxdev-file-key-0001',
      FileMd5: '9e107d9d372bb6826bd81d3542a419d6',
      FileTotalLen: '20480',
    },
  ],
  miniprogrampage: [
    'miniprogrampage',
    {
      Title: '商品 42',
      AppId: 'wx1234567890abcdef',
      PagePath: 'pages/item/item?id=42',
      ThumbUrl: 'https://mmbiz.qpic.cn/wxdev-thumb/0',
      ThumbMediaId: 'wxdev-media-thumb-0003',
    },
  ],
  'release-test-text': ['text', { Content: 'TESTCOMPONENT_MSG_TYPE_TEXT' }],
  'release-test-api': ['text', { Content: 'QUERY_AUTH_CODE:queryauthcode@@@wxdevAuthCode' }],
} as const satisfies Record<string, readonly [msgType: string, fields: SampleFields]>;

const events: Readonly<Record<string, SampleEvent>> = { ...sampleEvents, ...workEvents };

/** Every kind of push that can be built by name: messages, events, notices, and what AI bots get. */
export const pushKinds: readonly string[] = [
  ...Object.keys(sampleMessages),
  ...Object.keys(sampleEvents),
  ...Object.keys(sampleNotices),
  ...Object.keys(workEvents),
  ...Object.keys(workNotices),
  ...Object.keys(botMessages),
];

/** A kind of push, for a list. */
export interface PushKind {
  readonly name: string;
  readonly group: 'message' | 'event' | 'notice';
  /** Which kinds of account get it. */
  readonly products: readonly Product[];
}

/** Every kind of push with who gets it. */
export function listPushKinds(): readonly PushKind[] {
  return pushKinds.map((name) => {
    if (Object.hasOwn(sampleNotices, name)) return { name, group: 'notice', products: ['open'] };
    if (Object.hasOwn(workNotices, name)) return { name, group: 'notice', products: ['work'] };
    if (Object.hasOwn(workEvents, name)) return { name, group: 'event', products: ['work'] };
    if (Object.hasOwn(botMessages, name)) return { name, group: 'message', products: ['bot'] };
    const group = Object.hasOwn(sampleMessages, name) ? 'message' : 'event';
    return { name, group, products: productsOf(name) };
  });
}

/** What is typed instead of the names that are sent all day. */
const shortNames: Readonly<Record<string, string>> = {
  t: 'text',
  i: 'image',
  v: 'voice',
  l: 'link',
  loc: 'location',
};

/**
 * The kind that is meant by a name: WeChat's names mix cases (`subscribe`, `SCAN`), and a person need not know which has which, unless
 * two differ only by case; of WeCom's changes the ChangeType is enough. `t`, `i`, `v`, `l` and `loc` are text, image, voice, link and location.
 *
 * @throws WXD1207 when the kind is not known.
 */
export function findPushKind(name: string): string {
  if (Object.hasOwn(shortNames, name)) return shortNames[name] ?? name;
  const eventNames = new Set(Object.values(events).map(([event]) => event));
  if (pushKinds.includes(name) || eventNames.has(name)) return name;
  if (/^(?:message|event):./su.test(name)) return name;
  const wanted = name.toLowerCase();
  for (const names of [pushKinds, [...eventNames]]) {
    const alike = names.filter((kind) => kind.toLowerCase() === wanted);
    const [only] = alike;
    if (only !== undefined && alike.length === 1) return only;
  }
  // The ChangeType alone: `create_user`.
  const [change, another] = Object.keys(workEvents).filter((kind) => kind.endsWith(`.${wanted}`));
  if (change?.startsWith('change_') && another === undefined) return change;
  throw new WxDevError('WXD1207', { kind: name, similar: similarNames(name, pushKinds) });
}

/**
 * Builds the fields of a push. `kind` is one of `pushKinds` or the name of an Event among them; `message:<MsgType>` and `event:<Event>`
 * build a bare push of any other kind.
 *
 * @param overrides fields to set, by path: `Content`, `ScanCodeInfo.ScanResult`, `SendPicsInfo.PicList.item.0.PicMd5Sum`.
 * @throws WXD1207 when the kind is not known; WXD6040 for a path that is none.
 */
export function makePush(
  kind: string,
  overrides: Readonly<Record<string, string>>,
  options: PushOptions,
): Fields {
  return Object.entries(overrides).reduce<Fields>(
    (built, [path, value]) => setField(built, path, value),
    makeSample(kind, options),
  );
}

/** The third-party platform of the samples, when the caller names none. */
const platformAppId = 'wxfedcba0987654321';

/** The same of WeCom's third-party suites. */
const suiteId = 'wwddddccc7775555aaa';

function makeSample(kind: string, { from, to, createTime, msgId, appId }: PushOptions): Fields {
  const time = ['CreateTime', String(createTime)] as const;
  if (Object.hasOwn(sampleNotices, kind)) {
    // Object.hasOwn does not narrow the key.
    const notice = sampleNotices[kind as keyof typeof sampleNotices];
    return createFields([
      ['AppId', appId ?? platformAppId],
      time,
      ['InfoType', kind],
      ...Object.entries(copy(notice)),
    ]);
  }
  if (Object.hasOwn(workNotices, kind)) {
    const notice = workNotices[kind as keyof typeof workNotices]; // As above.
    return createFields([
      ['SuiteId', appId ?? suiteId],
      ['InfoType', kind],
      ['TimeStamp', String(createTime)],
      ...Object.entries(copy(notice)),
    ]);
  }
  if (Object.hasOwn(botMessages, kind)) {
    const [type, own] = botMessages[kind as keyof typeof botMessages]; // As above.
    return createFields([
      ['msgid', msgId],
      ['aibotid', to === '' || to.startsWith('gh_') ? sampleBotId : to],
      ['chattype', 'single'],
      ['from', createFields([['userid', from]])],
      ['create_time', String(createTime)],
      ['msgtype', type],
      [type, copy(own)],
    ]);
  }
  const { msgType, event, fields } = findSample(kind);
  return createFields([
    ['ToUserName', to],
    ['FromUserName', from],
    time,
    ['MsgType', msgType],
    ...(event === undefined ? [] : ([['Event', event]] as const)),
    ...Object.entries(copy(fields)),
    ...(event === undefined ? ([['MsgId', msgId]] as const) : []),
  ]);
}

/** What one kind is made of. */
interface Sample {
  readonly msgType: string;
  readonly event?: string;
  readonly fields: SampleFields;
}

function findSample(kind: string): Sample {
  const messages: Readonly<Record<string, readonly [string, SampleFields]>> = sampleMessages;
  const message = Object.hasOwn(messages, kind) ? messages[kind] : undefined;
  if (message !== undefined) return { msgType: message[0], fields: message[1] };
  const byEvent = Object.values(events).find(([name]) => name === kind);
  const event = Object.hasOwn(events, kind) ? events[kind] : byEvent;
  if (event !== undefined) return { msgType: 'event', event: event[0], fields: event[1] ?? {} };
  const [, prefix, name = ''] = /^(message|event):(.+)$/su.exec(kind) ?? [];
  if (prefix === 'message') return { msgType: name, fields: {} };
  if (prefix === 'event') return { msgType: 'event', event: name, fields: {} };
  throw new WxDevError('WXD1207', { kind, similar: similarNames(kind, pushKinds) });
}

/** Samples are shared; what is built from them is the caller's. */
function copy(fields: SampleFields): MutableFields {
  return createFields(
    Object.entries(fields).map(([name, value]) => [name, copyValue(value)] as const),
  );
}

function copyValue(value: SampleFields[string]): FieldValue {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(copyValue) : copy(value as SampleFields);
}

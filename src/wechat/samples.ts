import { WxDevError } from '../core/errors.ts';
import {
  createFields,
  isFields,
  isList,
  type Fields,
  type FieldValue,
  type MutableFields,
} from './fields.ts';
import { sampleEvents, type SampleEvent, type SampleFields } from './sample-events.ts';

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

/** Every kind of push that can be built by name, messages first. */
export const pushKinds: readonly string[] = [
  ...Object.keys(sampleMessages),
  ...Object.keys(sampleEvents),
];

/**
 * Builds the fields of a push. `kind` is one of `pushKinds` or the name of an Event among them; `message:<MsgType>` and `event:<Event>`
 * build a bare push of any other kind.
 *
 * @param overrides fields to set, by path: `Content`, `ScanCodeInfo.ScanResult`, `SendPicsInfo.PicList.item.0.PicMd5Sum`.
 * @throws WXD1207 when the kind is not known.
 */
export function makePush(
  kind: string,
  overrides: Readonly<Record<string, string>>,
  options: PushOptions,
): Fields {
  const { from, to, createTime, msgId } = options;
  const { msgType, event, fields } = findSample(kind);
  const push = createFields([
    ['ToUserName', to],
    ['FromUserName', from],
    ['CreateTime', String(createTime)],
    ['MsgType', msgType],
    ...(event === undefined ? [] : ([['Event', event]] as const)),
    ...Object.entries(copy(fields)),
    ...(event === undefined ? ([['MsgId', msgId]] as const) : []),
  ]);
  return Object.entries(overrides).reduce<Fields>(
    (built, [path, value]) => setField(built, path.split('.'), value),
    push,
  );
}

/** What one kind is made of. */
interface Sample {
  readonly msgType: string;
  readonly event?: string;
  readonly fields: SampleFields;
}

function findSample(kind: string): Sample {
  const messages: Readonly<Record<string, readonly [string, SampleFields]>> = sampleMessages;
  const events: Readonly<Record<string, SampleEvent>> = sampleEvents;
  const message = Object.hasOwn(messages, kind) ? messages[kind] : undefined;
  if (message !== undefined) return { msgType: message[0], fields: message[1] };
  const byEvent = Object.values(events).find(([name]) => name === kind);
  const event = Object.hasOwn(events, kind) ? events[kind] : byEvent;
  if (event !== undefined) return { msgType: 'event', event: event[0], fields: event[1] ?? {} };
  const [, prefix, name = ''] = /^(message|event):(.+)$/su.exec(kind) ?? [];
  if (prefix === 'message') return { msgType: name, fields: {} };
  if (prefix === 'event') return { msgType: 'event', event: name, fields: {} };
  throw new WxDevError('WXD1207', { kind, similar: similarKinds(kind) });
}

/** Most kinds an error proposes. */
const maxSimilar = 3;

/** Most letters a typing mistake changes. */
const maxTypos = 2;

function similarKinds(kind: string): readonly string[] {
  const wanted = kind.toLowerCase();
  return pushKinds
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= maxTypos)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, maxSimilar)
    .map(({ name }) => name);
}

/** How far a name is from the wanted one: letters to change, or 1 when it only says more. */
function distanceOf(wanted: string, name: string): number {
  if (Math.abs(wanted.length - name.length) <= maxTypos) {
    return editDistance(wanted, name, maxTypos);
  }
  return wanted.length > maxTypos && name.includes(wanted) ? 1 : Infinity;
}

/** Levenshtein distance as far as `budget`, beyond it Infinity. */
function editDistance(a: string, b: string, budget: number): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return editDistance(restA, restB, budget);
  if (budget === 0) return Infinity;
  const pairs = [
    [restA, restB],
    [restA, b],
    [a, restB],
  ] as const;
  return 1 + Math.min(...pairs.map(([x, y]) => editDistance(x, y, budget - 1)));
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

/** Sets the text at a path in a copy of the fields. Of a list without position the first item is meant. */
function setField(fields: Fields, [name = '', ...rest]: readonly string[], value: string): Fields {
  const existing = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return createFields([...Object.entries(fields), [name, setValue(existing, rest, value)]]);
}

function setValue(
  existing: FieldValue | undefined,
  path: readonly string[],
  value: string,
): FieldValue {
  const [first] = path;
  if (first === undefined) return value;
  if (!isList(existing))
    return setField(isFields(existing) ? existing : createFields(), path, value);
  const hasPosition = /^\d+$/u.test(first);
  const position = hasPosition ? Math.min(Number(first), existing.length) : 0;
  const items = [...existing];
  items[position] = setValue(items[position], hasPosition ? path.slice(1) : path, value);
  return items;
}

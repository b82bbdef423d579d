import { expect, test } from 'vitest';
import { createFields, type Fields } from '../../src/wechat/fields.ts';
import { formatJson, parseJson } from '../../src/wechat/json.ts';
import { isNumberField } from '../../src/wechat/numbers.ts';
import { makePush, pushKinds as allKinds } from '../../src/wechat/samples.ts';
import { botMessages, workEvents, workNotices } from '../../src/wechat/work/samples.ts';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import { errorOf } from './helpers.ts';

/** Those of WeCom alone have tests of their own. */
const workKinds = Object.keys({ ...workEvents, ...workNotices, ...botMessages });
const pushKinds = allKinds.filter((kind) => !workKinds.includes(kind));

const options = { from: 'oAlice', to: 'gh_1', createTime: 1767225600, msgId: '25000000000000017' };

test.each(pushKinds)('builds %s, which survives XML and JSON', (kind) => {
  const fields = makePush(kind, {}, options);
  const isNotice = 'InfoType' in fields;
  expect(fields).toMatchObject(
    isNotice
      ? { AppId: 'wxfedcba0987654321', CreateTime: '1767225600', InfoType: kind }
      : { ToUserName: 'gh_1', FromUserName: 'oAlice', CreateTime: '1767225600' },
  );
  expect(parseJson(formatJson(fields))).toEqual(fields);
  // In XML a list of one is its item.
  const single = (text: string): string => text.replace(/\[(\{[^[\]]*\}|"[^"]*")\]/gu, '$1');
  const flat = (value: Fields): string => single(single(formatJson(value)));
  expect(flat(parseXml(formatXml(fields)))).toBe(flat(fields));
});

test('has unique kinds, messages with MsgId and events without', () => {
  expect(new Set(allKinds).size).toBe(allKinds.length);
  expect(pushKinds).toHaveLength(104);
  for (const kind of pushKinds) {
    const { MsgType, Event, MsgId } = makePush(kind, {}, options);
    const isMessage = MsgType !== 'event' && MsgType !== undefined;
    expect(MsgId).toBe(isMessage ? '25000000000000017' : undefined);
    expect(Event === undefined).toBe(MsgType !== 'event');
  }
});

test('writes numbers bare where WeChat does and nowhere else', () => {
  expect(formatXml(makePush('location', {}, options))).toContain(
    '<Location_X>39.904200</Location_X><Location_Y>116.407400</Location_Y><Scale>16</Scale>',
  );
  expect(formatXml(makePush('location_select', {}, options))).toContain(
    '<Location_X><![CDATA[39.9]]></Location_X>',
  );
  expect(formatXml(makePush('subscribe-msg-sent', {}, options))).toContain(
    '<MsgID><![CDATA[1864000000000000001]]></MsgID><ErrorCode>0</ErrorCode>',
  );
  expect(formatXml(makePush('user_pay_from_pay_cell', {}, options))).toContain(
    '<LocationId>291700001</LocationId><Fee><![CDATA[9900]]></Fee>',
  );
  expect(formatJson(makePush('text', {}, options))).toContain('"MsgId":25000000000000017');
  expect(isNumberField('Content')).toBe(false);
  expect(isNumberField('constructor')).toBe(false);
});

test('takes an event by its own name too', () => {
  expect(makePush('CLICK', {}, options)).toEqual(makePush('click', {}, options));
  expect(makePush('MASSSENDJOBFINISH', {}, options)['Event']).toBe('MASSSENDJOBFINISH');
});

test('builds a bare push of any other kind', () => {
  expect(makePush('event:channels_ec_order_pay', { order_id: '1' }, options)).toEqual(
    createFields([
      ['ToUserName', 'gh_1'],
      ['FromUserName', 'oAlice'],
      ['CreateTime', '1767225600'],
      ['MsgType', 'event'],
      ['Event', 'channels_ec_order_pay'],
      ['order_id', '1'],
    ]),
  );
  expect(makePush('message:device_text', {}, options)).toMatchObject({
    MsgType: 'device_text',
    MsgId: options.msgId,
  });
});

test('sets fields by path, in a copy', () => {
  const set = (kind: string, path: string): Fields => makePush(kind, { [path]: 'new' }, options);
  expect(set('text', 'Content')).toMatchObject({ Content: 'new', MsgId: options.msgId });
  expect(set('text', 'ToUserName')).toMatchObject({ ToUserName: 'new' });
  expect(set('scancode_push', 'ScanCodeInfo.ScanResult')).toMatchObject({
    ScanCodeInfo: { ScanType: 'qrcode', ScanResult: 'new' },
  });
  expect(set('pic_weixin', 'SendPicsInfo.PicList.item.0.PicMd5Sum')).toMatchObject({
    SendPicsInfo: { PicList: { item: [{ PicMd5Sum: 'new' }] } },
  });
  expect(set('pic_weixin', 'SendPicsInfo.PicList.item.PicMd5Sum')).toMatchObject({
    SendPicsInfo: { PicList: { item: [{ PicMd5Sum: 'new' }] } },
  });
  expect(set('pic_weixin', 'SendPicsInfo.PicList.item.9.PicMd5Sum')).toMatchObject({
    SendPicsInfo: { PicList: { item: [{}, { PicMd5Sum: 'new' }] } },
  });
  expect(set('publish-finish-fail', 'PublishEventInfo.fail_idx.1')).toMatchObject({
    PublishEventInfo: { fail_idx: ['1', 'new'] },
  });
  expect(set('text', 'A.B.C')).toMatchObject({ A: { B: { C: 'new' } } });
  expect(set('text', 'Content.B')).toMatchObject({ Content: { B: 'new' } });
  expect(set('wxa_media_check', 'detail')).toMatchObject({ detail: 'new' });
  expect(makePush('pic_weixin', {}, options)).toMatchObject({
    SendPicsInfo: { PicList: { item: [{ PicMd5Sum: '9e107d9d372bb6826bd81d3542a419d6' }] } },
  });
});

test('sets nothing outside the fields', () => {
  const built = makePush(
    'text',
    { ['__proto__.polluted']: '1', ['constructor.prototype.polluted']: '1' },
    options,
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(built)).toContain('__proto__');
});

test.each([
  ['tekst', ['text']],
  ['clik', ['click', 'link']],
  ['subscribe-qrs', ['subscribe-qr']],
  ['mass', ['mass-send-finish']],
  ['qqqqqqqqqq', []],
  ['', []],
  ['constructor', []],
  ['event:', []],
])('refuses the unknown kind %j and proposes %j', (kind, similar) => {
  const error = errorOf(() => makePush(kind, {}, options));
  expect(error).toMatchObject({ code: 'WXD1207', details: { kind, similar } });
});

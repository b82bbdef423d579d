import fc from 'fast-check';
import { createDecipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseV2Key } from '../../../src/wechat/pay/account.ts';
import { decryptReqInfo, encryptReqInfo } from '../../../src/wechat/pay/req-info.ts';
import {
  openV2Notification,
  payV2EventName,
  sealV2Payment,
  sealV2Refund,
} from '../../../src/wechat/pay/v2-notification.ts';
import { signV2, verifyV2, type PayV2SignType } from '../../../src/wechat/pay/v2-signature.ts';
import { parseXml } from '../../../src/wechat/xml.ts';
import { codeOf, errorOf } from '../helpers.ts';
import { vectorsOf } from '../vectors.ts';
import { v2Account } from './support.ts';

const { key } = v2Account;
const payment = {
  return_code: 'SUCCESS',
  result_code: 'SUCCESS',
  appid: 'wx1234567890abcdef',
  mch_id: '1900000109',
  nonce_str: 'abc',
  out_trade_no: '订单 ]]> 1',
  total_fee: '007',
  attach: '',
};

describe('known answers', () => {
  test.each(vectorsOf('pay.v2.sign'))('$name', ({ input, expected }) => {
    // A vector's params are an object, and its type one of two.
    const params = input['params'] as unknown as Record<string, string>;
    const type = input['signType'] as PayV2SignType;
    expect(signV2(params, input['key'] ?? '', type)).toBe(expected['sign']);
  });

  test.each(vectorsOf('pay.v2.notify'))('$name', ({ input, expected }) => {
    const fields = parseXml(input['xml'] ?? '');
    expect(signV2(fields, input['key'] ?? '')).toBe(expected['sign']);
    expect(() => verifyV2(fields, input['key'] ?? '')).not.toThrow();
    expect(codeOf(() => verifyV2({ ...fields, body: 'tesT' }, input['key'] ?? ''))).toBe('WXD1130');
  });

  test.each(vectorsOf('pay.v2.reqInfo'))('$name', ({ input, expected }) => {
    const text = decryptReqInfo(input['req_info'] ?? '', input['key'] ?? '');
    expect(text).toBe(expected['plaintext']);
    expect(encryptReqInfo(text, input['key'] ?? '')).toBe(input['req_info']);
  });

  test.each(vectorsOf('aes256ecb'))('$name is the cipher of req_info', ({ input, expected }) => {
    const decipher = createDecipheriv('aes-256-ecb', input['rawKey'] ?? '', null);
    const text =
      decipher.update(input['ciphertext'] ?? '', 'base64', 'utf8') + decipher.final('utf8');
    expect(text).toBe(expected['plaintext']);
  });
});

describe('a payment notice', () => {
  test.each(['MD5', 'HMAC-SHA256'] as const)('signed by %s is read', (type) => {
    const { type: what, fields } = openV2Notification(
      Buffer.from(sealV2Payment(payment, key, type)),
      v2Account,
    );
    expect(what).toBe('payment');
    expect(payV2EventName({ type: what })).toBe('pay.v2.payment');
    expect(fields).toMatchObject(payment);
  });

  test('signs neither empty fields nor the sign, and does not depend on their order', () => {
    const reversed = Object.fromEntries(Object.entries(payment).toReversed());
    expect(signV2({ ...reversed, sign: 'x', device_info: '' }, key)).toBe(signV2(payment, key));
  });

  const open = (fields: Record<string, string>): unknown =>
    openV2Notification(
      Buffer.from(
        `<xml>${Object.entries(fields)
          .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
          .join('')}</xml>`,
      ),
      v2Account,
    );
  const plain = { mch_id: '1900000109', total_fee: '1' };
  const sign = signV2(plain, key);

  test.each([
    ['without a sign', plain, 'missing'],
    ['with an unknown type', { ...plain, sign_type: 'RSA', sign }, 'unknown'],
  ])('is refused %s', (_name, fields, problem) => {
    expect(errorOf(() => open(fields))).toMatchObject({ code: 'WXD1221', details: { problem } });
  });

  test.each([
    ['in lower case', { ...plain, sign: sign.toLowerCase() }, 'lower-case'],
    ['of the other type', { ...plain, sign: signV2(plain, key, 'HMAC-SHA256') }, 'other-type'],
    ['of other fields', { ...plain, total_fee: '2', sign }, undefined],
    ['of another key', { ...plain, sign: signV2(plain, 'x') }, undefined],
    ['with a field more', { ...plain, more: '1', sign }, undefined],
  ])('is refused with a sign %s', (_name, fields, hint) => {
    const error = errorOf(() => open(fields));
    expect(error.code).toBe('WXD1130');
    expect(error.details).toMatchObject(hint === undefined ? {} : { hint });
    if (hint === undefined) expect(error.details).toHaveProperty('hint', undefined);
  });

  test('is refused with two recipients', () => {
    const twice = `<xml><mch_id>1900000109</mch_id><mch_id>1900000110</mch_id><total_fee>1</total_fee><sign>${sign}</sign></xml>`;
    expect(errorOf(() => openV2Notification(Buffer.from(twice), v2Account))).toMatchObject({
      code: 'WXD1221',
      details: { field: 'mch_id', problem: 'repeated' },
    });
  });

  test('is refused with two signs', () => {
    const twice = `<xml><mch_id>1900000109</mch_id><total_fee>1</total_fee><sign>${sign}</sign><sign>x</sign></xml>`;
    expect(codeOf(() => openV2Notification(Buffer.from(twice), v2Account))).toBe('WXD1221');
  });

  test('is refused when it is for another merchant', () => {
    const other = { ...plain, mch_id: '1' };
    expect(codeOf(() => open({ ...other, sign: signV2(other, key) }))).toBe('WXD1133');
  });

  test.each([
    ['nothing', '', 'WXD1201'],
    ['JSON', '{}', 'WXD1201'],
    ['an entity', '<!DOCTYPE xml [<!ENTITY a "b">]><xml></xml>', 'WXD1202'],
  ])('is refused as %s', (_name, body, code) => {
    expect(codeOf(() => openV2Notification(Buffer.from(body), v2Account))).toBe(code);
  });

  test('keeps a field called __proto__ a field', () => {
    const fields = parseXml('<xml><__proto__>1</__proto__></xml>');
    expect(signV2(fields, key)).not.toBe(signV2({}, key));
  });
});

describe('a refund notice', () => {
  const clear = { return_code: 'SUCCESS', mch_id: '1900000109', nonce_str: 'a' };
  const refund = { out_refund_no: '1', refund_status: 'SUCCESS', refund_recv_accout: '用户零钱' };

  test('is decrypted', () => {
    const body = Buffer.from(sealV2Refund(clear, refund, key));
    const opened = openV2Notification(body, v2Account);
    expect(opened.type).toBe('refund');
    expect(opened.refund).toEqual(refund);
  });

  test('is refused with the key of another merchant', () => {
    const body = Buffer.from(sealV2Refund(clear, refund, 'x'.repeat(32)));
    const source = { name: 'WX_PAY_V2_KEY', file: '.env', line: 3 };
    const error = errorOf(() => openV2Notification(body, { ...v2Account, keySource: source }));
    expect(error).toMatchObject({ code: 'WXD1132', details: { source } });
  });

  test('decrypts what it encrypted, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decryptReqInfo(encryptReqInfo(text, key), key)).toBe(text);
      }),
    );
  });

  test.each(['', ' ', 'YQ==', '!!!!', 'AAAA'.repeat(5), `${encryptReqInfo('x', key)}AAAA`])(
    'refuses the req_info %j',
    (reqInfo) => {
      expect(codeOf(() => decryptReqInfo(reqInfo, key))).toBe('WXD1132');
    },
  );

  test('that also has a sign is judged by the sign', () => {
    const body = sealV2Refund(clear, refund, key).replace('</xml>', '<sign>x</sign></xml>');
    expect(codeOf(() => openV2Notification(Buffer.from(body), v2Account))).toBe('WXD1130');
  });
});

test.each([
  ['a'.repeat(31), { type: 'length', length: 31 }],
  ['a'.repeat(31) + ' ', { type: 'character', at: 32, character: ' ' }],
])('refuses the API key %j', (text, problem) => {
  expect(errorOf(() => parseV2Key(text))).toMatchObject({ code: 'WXD1131', details: { problem } });
});

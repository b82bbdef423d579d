import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openNotification } from '../../src/wechat/pay/notification.ts';
import { decryptResource, encryptResource } from '../../src/wechat/pay/resource.ts';
import type { RawNotification } from '../../src/wechat/pay/signature.ts';
import { openV2Notification, sealV2Payment } from '../../src/wechat/pay/v2-notification.ts';
import type { PayV2SignType } from '../../src/wechat/pay/v2-signature.ts';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import {
  account,
  apiV3Key,
  now,
  otherSerial,
  signed,
  transaction,
  transactionBody,
  v2Account,
} from '../wechat/pay/support.ts';
import { cut, flip, insert } from './bytes.ts';
import { fuzz, refusable } from './fuzz.ts';

/** A change of bytes. */
type Edit = (bytes: Buffer) => Buffer;

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })).map<Edit>(
    ([at, bit]) =>
      (bytes) =>
        flip(bytes, at, bit),
  ),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 80 })).map<Edit>(
    ([at, count]) =>
      (bytes) =>
        cut(bytes, at, count),
  ),
  fc
    .tuple(
      fc.nat(),
      fc.oneof(
        fc.constantFrom('=', ' ', '\n', '0', 'A', '+', '/', '\u{FEFF}').map((text) => {
          return Buffer.from(text);
        }),
        fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      ),
    )
    .map<Edit>(
      ([at, more]) =>
        (bytes) =>
          insert(bytes, at, more),
    ),
  // The last character of base64 has bits that count for nothing.
  fc.nat({ max: 63 }).map<Edit>((at) => (bytes) => {
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charAt(at);
    return Buffer.from(bytes.toString('latin1').replace(/[^=](=*)$/u, `${last}$1`), 'latin1');
  }),
);

describe('Pay v3', () => {
  // Signed once: what is tried is not whether RSA can be broken.
  const genuine = signed(transactionBody());
  const another = signed(transactionBody({ ...transaction, out_trade_no: '2' }), '1767225601');

  const isHeard = (raw: RawNotification): boolean =>
    refusable(() => openNotification(raw, account, now)).value !== undefined;

  /** The notification with the value of one header changed; header values are bytes. */
  const onHeader =
    (name: string, change: Edit) =>
    ({ headers, body }: RawNotification): RawNotification => ({
      body,
      headers: headers.map(([key, value]) =>
        key === name
          ? ([key, change(Buffer.from(value, 'latin1')).toString('latin1')] as const)
          : ([key, value] as const),
      ),
    });

  const headerNames = genuine.headers.map(([name]) => name);

  const changes: fc.Arbitrary<(raw: RawNotification) => RawNotification> = fc.oneof(
    edits.map((edit) => (raw: RawNotification) => ({ ...raw, body: edit(Buffer.from(raw.body)) })),
    fc
      .tuple(
        fc.constantFrom('id', 'event_type', 'ciphertext', 'associated_data', 'nonce', 'algorithm'),
        edits,
      )
      .map(([name, edit]) => (raw: RawNotification) => {
        const text = Buffer.from(raw.body).toString();
        const field = new RegExp(`("${name}":")([^"]*)`, 'u');
        const changed = text.replace(field, (_all, before: string, value: string) => {
          return before + edit(Buffer.from(value)).toString();
        });
        return { ...raw, body: Buffer.from(changed) };
      }),
    fc.tuple(fc.constantFrom(...headerNames), edits).map(([name, edit]) => onHeader(name, edit)),
    // Left out, doubled with another value, taken from another notification.
    fc.constantFrom(...headerNames.slice(0, 4)).map((name) => (raw: RawNotification) => ({
      ...raw,
      headers: raw.headers.filter(([key]) => key !== name),
    })),
    fc.constantFrom(...another.headers).map(([name, value]) => (raw: RawNotification) => ({
      ...raw,
      headers: [...raw.headers, [name.toLowerCase(), value] as const],
    })),
    fc.constantFrom(...another.headers).map(([name, value]) => {
      return onHeader(name, () => Buffer.from(value));
    }),
    fc.constant(onHeader('Wechatpay-Serial', () => Buffer.from(otherSerial))),
    fc.constant((raw: RawNotification) => ({ ...raw, body: another.body })),
  );

  /** All that is said, in one text: header by header, without lines that came twice alike. */
  const identity = ({ headers, body }: RawNotification): string => {
    const lines = headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
    return [...new Set(lines)].sort().join('\n') + Buffer.from(body).toString('latin1');
  };

  test('accepts no changed notification, and always the untouched one', () => {
    const known = new Set([identity(genuine), identity(another)]);
    fuzz(fc.array(changes, { minLength: 1, maxLength: 3 }), (made) => {
      const forged = made.reduce<RawNotification>((raw, change) => change(raw), genuine);
      expect(isHeard(forged)).toBe(known.has(identity(forged)));
    });
    expect([genuine, another].map(isHeard)).toEqual([true, true]);
  });

  const sealed = encryptResource('{"mchid":"1900000109"}', apiV3Key, {
    nonce: '12charNonce0',
    associatedData: 'transaction',
  });

  test('decrypts no changed resource, even if the signature around it were right', () => {
    const field = fc.constantFrom('ciphertext', 'associated_data', 'nonce', 'algorithm');
    fuzz(fc.tuple(field, edits), ([name, edit]) => {
      const forged = { ...sealed, [name]: edit(Buffer.from(sealed[name] ?? '')).toString() };
      const { value } = refusable(() => decryptResource(forged, apiV3Key));
      const isSame =
        name === 'ciphertext'
          ? Buffer.from(forged.ciphertext, 'base64').equals(
              Buffer.from(sealed.ciphertext, 'base64'),
            )
          : forged[name] === sealed[name];
      if (!isSame) expect(value).toBeUndefined();
    });
    expect(decryptResource(sealed, apiV3Key)).toBe('{"mchid":"1900000109"}');
  });
});

describe('Pay v2', () => {
  type Notice = Record<string, string>;

  const value = fc.oneof(
    fc.stringMatching(/^[ -~]{1,20}$/),
    fc.constantFrom('1', '007', '订单', '&', 'a=b&c=d', ']]>', ' '),
  );

  const notices: fc.Arbitrary<Notice> = fc
    .dictionary(fc.stringMatching(/^[a-z]{1,3}_[a-z]{1,6}$/), value, { minKeys: 1, maxKeys: 6 })
    .map((fields) => ({ ...fields, mch_id: '1900000109', total_fee: '100', appid: 'wx1234' }));

  type Change = (notice: Notice) => Notice;

  const changes: fc.Arbitrary<Change> = fc.oneof(
    fc.tuple(fc.nat(), value).map<Change>(([at, other]) => (notice) => ({
      ...notice,
      [nameAt(notice, at)]: other,
    })),
    fc.tuple(fc.nat(), fc.nat()).map<Change>(([at, from]) => (notice) => ({
      ...notice,
      [nameAt(notice, at)]: notice[nameAt(notice, from)] ?? '',
    })),
    fc.nat().map<Change>((at) => (notice) => without(notice, nameAt(notice, at))),
    fc
      .tuple(
        fc.oneof(
          fc.stringMatching(/^[a-zA-Z_]{1,8}$/),
          fc.constantFrom('req_info', 'sign_type', 'Sign', 'key', 'zzz'),
        ),
        value,
      )
      .map<Change>(([name, other]) => (notice) => ({ ...notice, [name]: other })),
    fc.constantFrom('MD5', 'HMAC-SHA256', 'md5', 'SHA1').map<Change>((type) => (notice) => ({
      ...notice,
      sign_type: type,
    })),
    edits.map<Change>((edit) => (notice) => ({
      ...notice,
      // XML holds no control characters.
      sign: edit(Buffer.from(notice['sign'] ?? ''))
        .toString('latin1')
        .replaceAll(/[^!-~]/gu, '!'),
    })),
    fc.constant<Change>((notice) => ({ ...notice, sign: (notice['sign'] ?? '').toLowerCase() })),
    // A refund has no sign: what cannot be signed might come as one.
    fc.constant<Change>((notice) => ({ ...without(notice, 'sign'), req_info: 'AAAA'.repeat(8) })),
  );

  const isHeard = (xml: string): boolean =>
    refusable(() => openV2Notification(Buffer.from(xml), v2Account)).value !== undefined;

  test.each<PayV2SignType>(['MD5', 'HMAC-SHA256'])(
    'accepts no changed notice, and always the untouched one: %s',
    (type) => {
      fuzz(
        fc.tuple(notices, fc.array(changes, { minLength: 1, maxLength: 3 })),
        ([notice, made]) => {
          const xml = sealV2Payment(notice, v2Account.key, type);
          expect(isHeard(xml)).toBe(true);
          // Every value of such a notice is text.
          const fields = parseXml(xml) as Notice;
          const forged = made.reduce((before, change) => change(before), fields);
          const isSame = covered(forged) === covered(fields) && forged['sign'] === fields['sign'];
          expect(isHeard(formatXml(forged, { isNumber: () => false }))).toBe(isSame);
        },
      );
    },
  );

  test('accepts no notice with a field twice, wherever the second one stands', () => {
    fuzz(fc.tuple(notices, fc.nat(), value, fc.boolean()), ([notice, at, other, isFirst]) => {
      const xml = sealV2Payment(notice, v2Account.key);
      // Every value of such a notice is text.
      const name = nameAt(parseXml(xml) as Notice, at);
      const field = formatXml({ [name]: other }, { isNumber: () => false }).slice(5, -6);
      const forged = isFirst
        ? xml.replace('<xml>', () => `<xml>${field}`)
        : xml.replace('</xml>', () => `${field}</xml>`);
      expect(isHeard(forged)).toBe(false);
    });
  });

  /** What is signed: all that is not empty, in order; nothing keeps one field from saying what two said. */
  function covered(notice: Notice): string {
    const names = Object.keys(notice).filter((name) => name !== 'sign' && notice[name] !== '');
    return names
      .sort()
      .map((name) => `${name}=${notice[name]}`)
      .join('&');
  }

  function nameAt(notice: Notice, at: number): string {
    const names = Object.keys(notice);
    return names[at % names.length] ?? 'none';
  }

  function without(notice: Notice, name: string): Notice {
    return Object.fromEntries(Object.entries(notice).filter(([key]) => key !== name));
  }
});

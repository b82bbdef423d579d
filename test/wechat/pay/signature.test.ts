import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPlatformKey } from '../../../src/wechat/pay/platform-key.ts';
import {
  signatureProbePrefix,
  signNotification,
  verifyNotification,
} from '../../../src/wechat/pay/signature.ts';
import { codeOf, errorOf } from '../helpers.ts';
import { vectorsOf } from '../vectors.ts';
import {
  account,
  now,
  otherPair,
  otherSerial,
  serial,
  signed,
  transactionBody,
  withHeader,
} from './support.ts';

const keys = account.platformKeys;
const body = transactionBody();

describe('known answers', () => {
  // Vectors hold text, these also an object of headers.
  const headersOf = (value: unknown): [string, string][] =>
    Object.entries(value as Record<string, string>);

  test.each(vectorsOf('pay.v3.verify'))('$name', ({ input, expected }) => {
    const key = readPlatformKey(input['certificate'] ?? '');
    const raw = { headers: headersOf(input['headers']), body: Buffer.from(input['body'] ?? '') };
    const verify = (): void => verifyNotification(raw, { keys: [key], now: 1_624_523_846_000 });
    if (expected['valid'] === true) {
      expect(key.serial).toBe(expected['serialOfCertificate']);
      expect(verify).not.toThrow();
    } else {
      expect(errorOf(verify)).toMatchObject({ code: 'WXD1121', details: { hint: 'reserialised' } });
    }
  });

  test.each(vectorsOf('rsa.sha256.verify'))('$name: the key reads', ({ input, expected }) => {
    const { publicKey } = readPlatformKey(input['certificate'] ?? '');
    const { message = '', signature = '' } = input;
    const isValid = createVerify('sha256').update(message).verify(publicKey, signature, 'base64');
    expect(isValid).toBe(expected['valid']);
  });
});

describe('verifyNotification', () => {
  const verify = (raw: Parameters<typeof verifyNotification>[0], at = now): void =>
    verifyNotification(raw, { keys, now: at });

  test('takes what signNotification signs, whatever the body', () => {
    for (const each of [body, '', '{}', '你好😀', '\r\n', Buffer.from([0xff, 0xfe, 0])]) {
      expect(() => verify(signed(each))).not.toThrow();
    }
  });

  test('signs timestamp, nonce and body, each with a line feed', () => {
    const { headers } = signed(body);
    const header = Object.fromEntries(headers);
    const made = createSign('sha256')
      .update(`1767225600\n${header['Wechatpay-Nonce']}\n${body}\n`)
      // WeChat Pay's algorithm, RSA PKCS#1 v1.5, is deterministic.
      .sign(otherPair.privateKey, 'base64');
    expect(header['Wechatpay-Signature']).not.toBe(made);
    const own = signNotification(body, {
      timestamp: '1767225600',
      nonce: header['Wechatpay-Nonce'] ?? '',
      serial: otherSerial,
      privateKey: otherPair.privateKey,
    });
    expect(Object.fromEntries(own)['Wechatpay-Signature']).toBe(made);
  });

  test('refuses a body with any one byte altered', () => {
    const raw = signed(body);
    for (let at = 0; at < raw.body.length; at += 1) {
      const altered = Buffer.from(raw.body);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(codeOf(() => verify({ ...raw, body: altered }))).toBe('WXD1121');
    }
  });

  test('refuses a body cut at any byte', () => {
    const raw = signed(body);
    for (let end = 0; end < raw.body.length; end += 1) {
      expect(codeOf(() => verify({ ...raw, body: raw.body.subarray(0, end) }))).toBe('WXD1121');
    }
  });

  test.each([
    ['parsed and written again', JSON.stringify(JSON.parse(body), null, 2), 'reserialised'],
    ['with a line feed at its end', `${body}\n`, 'space-added'],
    ['with a byte order mark', `\uFEFF${body}`, 'space-added'],
    ['that somebody read before', '', 'empty-body'],
  ])('says so of a body %s', (_name, changed, hint) => {
    const raw = { ...signed(body), body: Buffer.from(changed) };
    expect(errorOf(() => verify(raw)).details).toMatchObject({ hint });
  });

  test('refuses a body that is no UTF-8 and was not signed', () => {
    const raw = { ...signed(body), body: Buffer.from([0xff]) };
    expect(errorOf(() => verify(raw))).toMatchObject({ code: 'WXD1121' });
  });

  test('says when another known key made the signature', () => {
    const raw = withHeader(signed(body), 'Wechatpay-Serial', otherSerial);
    expect(errorOf(() => verify(raw)).details).toMatchObject({ hint: 'other-key' });
  });

  test('names the serial it does not know, and those it knows', () => {
    const raw = withHeader(signed(body), 'Wechatpay-Serial', '5157F09EFDC096DE15EBE81A47057A72');
    expect(errorOf(() => verify(raw))).toMatchObject({
      code: 'WXD1123',
      details: { received: '5157F09EFDC096DE15EBE81A47057A72', known: [serial, otherSerial] },
    });
  });

  test('without any key knows no serial', () => {
    expect(codeOf(() => verifyNotification(signed(body), { keys: [], now }))).toBe('WXD1123');
  });

  test('compares hex serials without case and leading zeros', () => {
    const { publicKey } = keys[0] ?? readPlatformKey('');
    const raw = withHeader(signed(body), 'Wechatpay-Serial', '00d7ce59D1F522D701');
    const key = { serial: 'D7CE59D1F522D701', publicKey };
    expect(() => verifyNotification(raw, { keys: [key], now })).not.toThrow();
  });

  test('takes a clock that is off by five minutes, and no more, in either direction', () => {
    const raw = signed(body);
    for (const seconds of [-300, 0, 300]) {
      expect(() => verify(raw, now + seconds * 1000)).not.toThrow();
    }
    for (const seconds of [-301, 301, -1e9, 1e9]) {
      expect(errorOf(() => verify(raw, now + seconds * 1000))).toMatchObject({
        code: 'WXD1124',
        details: { skewSeconds: seconds },
      });
    }
  });

  test('names the probe, and only where the signature is wrong', () => {
    const probe = `${signatureProbePrefix}${Object.fromEntries(signed(body).headers)['Wechatpay-Signature']}`;
    const raw = withHeader(signed(body), 'Wechatpay-Signature', probe);
    expect(codeOf(() => verify(raw))).toBe('WXD1122');
  });

  test.each(['Wechatpay-Timestamp', 'Wechatpay-Nonce', 'Wechatpay-Signature', 'Wechatpay-Serial'])(
    'misses %s, and takes it in any case and doubled, but not with two values',
    (name) => {
      const raw = signed(body);
      const value = Object.fromEntries(raw.headers)[name] ?? '';
      expect(errorOf(() => verify(withHeader(raw, name, undefined)))).toMatchObject({
        code: 'WXD1120',
        details: { header: name, problem: 'missing' },
      });
      expect(codeOf(() => verify(withHeader(raw, name, '')))).toBe('WXD1120');
      const lower = raw.headers.map(([key, text]) => [key.toLowerCase(), text] as const);
      expect(() => verify({ ...raw, headers: lower })).not.toThrow();
      expect(() => verify({ ...raw, headers: [...lower, [name, value]] })).not.toThrow();
      const twice = { ...raw, headers: [...lower, [name, `${value}1`] as const] };
      expect(errorOf(() => verify(twice)).details).toMatchObject({
        header: name,
        problem: 'twice',
      });
    },
  );

  test.each([
    ['Wechatpay-Timestamp', '1767225600.0'],
    ['Wechatpay-Timestamp', '-1'],
    ['Wechatpay-Timestamp', 'NaN'],
    ['Wechatpay-Timestamp', '9'.repeat(400)],
    ['Wechatpay-Nonce', 'a\nb'],
    ['Wechatpay-Serial', '\u001B[2J'],
  ])('refuses the malformed %s %j', (name, value) => {
    expect(codeOf(() => verify(withHeader(signed(body), name, value)))).toBe('WXD1120');
  });

  test.each(['!', 'AAAA', `${'A'.repeat(342)}=`, '='.repeat(344), 'é'.repeat(344)])(
    'refuses the signature %s',
    (signature) => {
      const raw = withHeader(signed(body), 'Wechatpay-Signature', signature);
      expect(['WXD1120', 'WXD1121']).toContain(codeOf(() => verify(raw)));
    },
  );

  test('takes one text for a signature only', () => {
    const raw = signed(body);
    const value = Object.fromEntries(raw.headers)['Wechatpay-Signature'] ?? '';
    const odd = withHeader(raw, 'Wechatpay-Signature', `${value.slice(0, 9)}*${value.slice(9)}`);
    expect(codeOf(() => verify(odd))).toBe('WXD1121');
  });

  test('names a signature of the SM2 family', () => {
    const raw = withHeader(signed(body), 'Wechatpay-Signature-Type', 'WECHATPAY2-SM2-WITH-SM3');
    expect(codeOf(() => verify(raw))).toBe('WXD1125');
    expect(() =>
      verify(withHeader(signed(body), 'Wechatpay-Signature-Type', undefined)),
    ).not.toThrow();
  });
});

describe('readPlatformKey', () => {
  const publicPem = (type: 'rsa' | 'ec'): string =>
    (type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
    ).publicKey
      .export({ type: 'spki', format: 'pem' })
      .toString();

  test.each([
    ['nothing', '', undefined, 'unreadable'],
    ['no PEM', 'PUB_KEY', undefined, 'unreadable'],
    ['half a certificate', '-----BEGIN CERTIFICATE-----\nMIID', undefined, 'unreadable'],
    ['a key of another family', publicPem('ec'), serial, 'not-rsa'],
    ['a public key without its id', publicPem('rsa'), undefined, 'no-id'],
    ['a public key with a serial as id', publicPem('rsa'), 'D7CE59D1F522D701', 'no-id'],
    ['a private key', '-----BEGIN PRIVATE KEY-----', serial, 'private'],
  ])('refuses %s', (_name, pem, id, problem) => {
    const source = { name: 'WX_PAY_PLATFORM_KEY', file: '.env', line: 3 };
    expect(errorOf(() => readPlatformKey(pem, id, source))).toMatchObject({
      code: 'WXD1129',
      details: { problem, source },
    });
  });
});

import { createCipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  decryptUserData,
  isRawDataSigned,
  signCard,
  signJsApi,
} from '../../src/wechat/client-data.ts';
import { codeOf, errorOf } from './helpers.ts';
import { vectorsOf } from './vectors.ts';

test.each(vectorsOf('jsapi.signature'))('signs as published: $name', ({ input, expected }) => {
  const values = {
    ticket: input['jsapi_ticket'] ?? '',
    nonce: input['noncestr'] ?? '',
    timestamp: String(input['timestamp']),
    url: input['url'] ?? '',
  };
  expect(signJsApi(values)).toBe(expected['signature']);
  expect(signJsApi({ ...values, url: `${values.url}#/page?x#y` })).toBe(expected['signature']);
  expect(signJsApi({ ...values, url: `${values.url}&x=1` })).not.toBe(expected['signature']);
});

test('signs a page without a query as it is: the value of the interface page, computed twice', () => {
  const [published] = vectorsOf('jsapi.signature');
  const values = {
    ticket: published?.input['jsapi_ticket'] ?? '',
    nonce: published?.input['noncestr'] ?? '',
    timestamp: String(published?.input['timestamp']),
  };
  expect(signJsApi({ ...values, url: 'http://mp.weixin.qq.com' })).toBe(
    'f4d90daf4b3bca3078ab155816175ba34c443a7b',
  );
});

test.each(vectorsOf('card.signature'))('signs as published: $name', ({ input, expected }) => {
  // A vector's values are a list here.
  const values = input['values'] as unknown as string[];
  expect(signCard(...values)).toBe(expected['signature']);
  expect(signCard(...values.toReversed())).toBe(expected['signature']);
});

test.each(vectorsOf('wxa.rawDataSignature'))(
  'checks as published: $name',
  ({ input, expected }) => {
    const { rawData = '', session_key: key = '' } = input;
    const signature = String(expected['signature']);
    expect(isRawDataSigned(rawData, key, signature)).toBe(true);
    expect(isRawDataSigned(`${rawData} `, key, signature)).toBe(false);
    expect(isRawDataSigned(rawData, key, '')).toBe(false);
    expect(isRawDataSigned(rawData, key, signature.toUpperCase())).toBe(false);
  },
);

const [vector] = vectorsOf('wxa.encryptedData');
const sealed = {
  encryptedData: vector?.input['encryptedData'] ?? '',
  iv: vector?.input['iv'] ?? '',
  sessionKey: vector?.input['session_key'] ?? '',
  appId: vector?.input['appid'] ?? '',
};

test('decrypts as published', () => {
  expect(decryptUserData(sealed)).toBe(vector?.expected['plaintext']);
});

test('refuses what was made for another mini program', () => {
  expect(errorOf(() => decryptUserData({ ...sealed, appId: 'wx1' }))).toMatchObject({
    code: 'WXD1135',
    details: { received: sealed.appId, configured: 'wx1' },
  });
});

test.each([
  [{ sessionKey: '' }, 'session_key'],
  [{ sessionKey: 'AAAA' }, 'session_key'],
  [{ iv: '' }, 'iv'],
  [{ iv: `${sealed.iv}AAAA` }, 'iv'],
  [{ encryptedData: '' }, 'cipher'],
  [{ encryptedData: 'AAAA' }, 'cipher'],
  [{ encryptedData: sealed.encryptedData.slice(0, -4) }, 'cipher'],
])('refuses %j', (change, problem) => {
  expect(errorOf(() => decryptUserData({ ...sealed, ...change }))).toMatchObject({
    code: 'WXD1134',
    details: { problem },
  });
});

test('refuses what decrypts to no JSON, and a key that is another one', () => {
  const key = Buffer.alloc(16, 7);
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16));
  const encryptedData = cipher.update('no json', 'utf8', 'base64') + cipher.final('base64');
  const iv = Buffer.alloc(16).toString('base64');
  const other = { encryptedData, iv, sessionKey: key.toString('base64'), appId: 'wx1' };
  expect(errorOf(() => decryptUserData(other)).details).toMatchObject({ problem: 'text' });
  const wrong = Buffer.alloc(16, 8).toString('base64');
  expect(codeOf(() => decryptUserData({ ...sealed, sessionKey: wrong }))).toBe('WXD1134');
});

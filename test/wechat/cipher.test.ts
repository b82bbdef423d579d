import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAesKey, type AesKey } from '../../src/wechat/account.ts';
import { decrypt, decryptWithAny, encrypt, paddingOf } from '../../src/wechat/cipher.ts';
import { sign } from '../../src/wechat/signature.ts';
import { account, codeOf, errorOf } from './helpers.ts';
import { vectorsOf } from './vectors.ts';

const key = parseAesKey('abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG');
const otherKey = parseAesKey('A'.repeat(43));
const random16 = Buffer.from('aaaabbbbccccdddd');

test.each(vectorsOf('biz.decrypt'))('decrypts as published: $name', ({ input, expected }) => {
  const { encodingAESKey = '', encrypt: text = '' } = input;
  const decrypted = decrypt(text, parseAesKey(encodingAESKey));
  expect(decrypted.text).toBe(expected['msg']);
  expect(decrypted.receiveId).toBe(expected['receiveId']);
  expect(decrypted.paddedBytes).toBe(Buffer.from(text, 'base64').length);
});

test.each(vectorsOf('biz.encrypt'))('encrypts as published: $name', ({ input, expected }) => {
  const { encodingAESKey = '', receiveId = '', msg = '' } = input;
  const random = Buffer.from(input['random16'] ?? '');
  expect(encrypt(msg, parseAesKey(encodingAESKey), receiveId, random)).toBe(expected['encrypt']);
});

test.each(vectorsOf('biz.encryptReply'))(
  'encrypts replies as published: $name',
  ({ input, expected }) => {
    const {
      token = '',
      timestamp = '',
      nonce = '',
      encodingAESKey = '',
      receiveId = '',
      msg = '',
    } = input;
    const random = Buffer.from(input['random16'] ?? '');
    const text = encrypt(msg, parseAesKey(encodingAESKey), receiveId, random);
    expect(text).toBe(expected['encrypt']);
    expect(sign(token, timestamp, nonce, text)).toBe(expected['msgSignature']);
  },
);

test('decrypts what it encrypted, whatever the text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(text, text, random, (message, receiveId, bytes) => {
      const { paddedBytes, padding, ...decrypted } = decrypt(
        encrypt(message, key, receiveId, bytes),
        key,
      );
      expect(decrypted).toEqual({ text: message, receiveId });
      expect(paddedBytes % 32).toBe(0);
      expect(padding).toBe(paddingOf(message, receiveId));
    }),
    { numRuns: 200 },
  );
});

test('pads every length with 1 to 32 bytes', () => {
  for (let length = 0; length <= 64; length += 1) {
    const text = 'x'.repeat(length);
    const { paddedBytes } = decrypt(encrypt(text, key, '', random16), key);
    expect(paddedBytes).toBe(Math.floor((20 + length) / 32) * 32 + 32);
  }
});

test.each([
  ['not base64!', 'WXD1103'],
  ['AAAA AAAA', 'WXD1103'],
  ['AAA=A', 'WXD1103'],
  ['AAA', 'WXD1103'],
  ['', 'WXD1103'],
  ['AAAA', 'WXD1103'],
  [Buffer.alloc(33).toString('base64'), 'WXD1103'],
  ['你好', 'WXD1103'],
])('refuses ciphertext that is none: %j', (text, code) => {
  expect(codeOf(() => decrypt(text, key))).toBe(code);
});

test('says where base64 breaks', () => {
  expect(errorOf(() => decrypt('AAAA AAA', key)).details).toMatchObject({
    problem: 'base64',
    at: 5,
  });
  expect(errorOf(() => decrypt('AAA', key)).details).toMatchObject({
    problem: 'base64',
    at: undefined,
  });
});

test('refuses another key', () => {
  const text = encrypt('hello', key, 'wx1', random16);
  expect(codeOf(() => decrypt(text, otherKey))).toBe('WXD1104');
});

/** Encrypts bytes that are padded as given. */
function encryptRaw(bytes: Buffer, { bytes: aes, iv }: AesKey): string {
  const cipher = createCipheriv('aes-256-cbc', aes, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64');
}

/** A whole block of a message that claims `declared` bytes. */
function block(declared: number, rest: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(declared);
  return Buffer.concat([random16, length, rest]);
}

test.each([
  ['a padding byte of 0', Buffer.alloc(32), { problem: 'padding', padByte: 0 }],
  ['a padding byte of 33', Buffer.alloc(64, 33), { problem: 'padding', padByte: 33 }],
  ['padding longer than the text', Buffer.alloc(16, 17), { problem: 'padding', padByte: 17 }],
  [
    'padding bytes that differ',
    Buffer.concat([Buffer.alloc(30), Buffer.from([3, 2])]),
    { problem: 'padding', padByte: 2 },
  ],
  ['no room for a length', Buffer.alloc(32, 32), { problem: 'length', declared: 0, available: 0 }],
  [
    'a length beyond the end',
    block(0xffff_ffff, Buffer.alloc(12, 12)),
    { problem: 'length', declared: 0xffff_ffff, available: 0 },
  ],
  [
    'a message that is not UTF-8',
    block(1, Buffer.concat([Buffer.from([0xff]), Buffer.alloc(11, 11)])),
    { problem: 'utf8' },
  ],
  [
    'an id that is not UTF-8',
    block(0, Buffer.concat([Buffer.from([0xc3]), Buffer.alloc(11, 11)])),
    { problem: 'utf8' },
  ],
])('refuses %s', (_, bytes, details) => {
  const error = errorOf(() => decrypt(encryptRaw(bytes, key), key));
  expect(error).toMatchObject({ code: 'WXD1104', details });
});

test('reads what was padded to 16 bytes, and tells', () => {
  const full = block(5, Buffer.concat([Buffer.from('hellowxid'), Buffer.alloc(19, 19)]));
  expect(decrypt(encryptRaw(full, key), key)).toEqual({
    text: 'hello',
    receiveId: 'wxid',
    paddedBytes: 48,
    padding: 19,
  });
});

test('survives any alteration of the ciphertext', () => {
  const text = encrypt('hello 你好', key, 'wx1', random16);
  for (let index = 0; index < text.length; index += 1) {
    const altered =
      text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1);
    const cut = text.slice(0, index);
    for (const attempt of [altered, cut]) {
      try {
        decrypt(attempt, key);
      } catch (error) {
        expect(error).toMatchObject({ name: 'WxDevError' });
      }
    }
  }
});

test('tries the current key, then the previous one, and says which fitted', () => {
  const rotating = { ...account, previousAesKey: otherKey };
  const old = encrypt('old', otherKey, 'wx1234567890abcdef', random16);
  const current = encrypt('new', key, 'wx1234567890abcdef', random16);
  expect(decryptWithAny(old, rotating)).toMatchObject({
    text: 'old',
    key: { text: otherKey.text },
  });
  expect(decryptWithAny(current, rotating)).toMatchObject({ text: 'new', key: { text: key.text } });
  expect(decryptWithAny(old, { token: 'abc', previousAesKey: otherKey }).text).toBe('old');
});

test('compares the AppId only where one is configured', () => {
  const text = encrypt('hello', key, 'wxother', random16);
  expect(errorOf(() => decryptWithAny(text, account))).toMatchObject({
    code: 'WXD1102',
    details: { received: 'wxother', configured: 'wx1234567890abcdef' },
  });
  expect(decryptWithAny(text, { token: 'abc', aesKey: key }).receiveId).toBe('wxother');
  // An empty id in the envelope is not a missing check.
  const empty = encrypt('hello', key, '', random16);
  expect(codeOf(() => decryptWithAny(empty, account))).toBe('WXD1102');
});

test('reports the current key when neither fits, and a missing key', () => {
  const third = parseAesKey('B'.repeat(43));
  const text = encrypt('hello', third, 'wx1', random16);
  expect(codeOf(() => decryptWithAny(text, { ...account, previousAesKey: otherKey }))).toBe(
    'WXD1104',
  );
  expect(codeOf(() => decryptWithAny(text, { token: 'abc' }))).toBe('WXD1105');
});

import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseApiV3Key } from '../../../src/wechat/pay/api-v3-key.ts';
import {
  decryptResource,
  encryptResource,
  type EncryptedResource,
} from '../../../src/wechat/pay/resource.ts';
import { codeOf, errorOf } from '../helpers.ts';
import { vectorsOf } from '../vectors.ts';
import { apiV3Key } from './support.ts';

// A vector's resource is an object, which the shape of all vectors does not say.
const resourceOf = (value: unknown): EncryptedResource => value as EncryptedResource;

describe('known answers', () => {
  test.each(vectorsOf('pay.v3.resource'))('$name', ({ name, input, expected }) => {
    const key = input['apiV3Key'] ?? '';
    if (name.endsWith('16-byte-key')) {
      // AES-128 under the name of AES-256: a published vector that must not pass.
      expect(codeOf(() => parseApiV3Key(key))).toBe('WXD1126');
      return;
    }
    const text = decryptResource(resourceOf(input['resource']), parseApiV3Key(key));
    expect(text).toBe(expected['plaintext']);
  });

  test.each(vectorsOf('pay.v3.resource.reject'))('$name', ({ input }) => {
    const key = parseApiV3Key(input['apiV3Key'] ?? '');
    expect(codeOf(() => decryptResource(resourceOf(input['resource']), key))).toBe('WXD1127');
  });
});

describe('parseApiV3Key', () => {
  test.each(['', 'short', 'a'.repeat(16), 'a'.repeat(31), 'a'.repeat(33), 'a'.repeat(64)])(
    'refuses the length of %j',
    (text) => {
      const source = { name: 'WX_PAY_API_V3_KEY', file: '.env', line: 3 };
      expect(errorOf(() => parseApiV3Key(text, source))).toMatchObject({
        code: 'WXD1126',
        details: { problem: { type: 'length', length: text.length }, source },
      });
    },
  );

  test.each([' ', '\n', '=', '你', '\0'])('refuses the character %j', (character) => {
    expect(errorOf(() => parseApiV3Key('a'.repeat(31) + character)).details).toMatchObject({
      problem: { type: 'character', at: 32, character },
    });
  });
});

describe('resource', () => {
  const nonce = '12charNonce0';
  const sealed = encryptResource('{"mchid":"1"}', apiV3Key, {
    nonce,
    associatedData: 'transaction',
    originalType: 'transaction',
  });

  test('decrypts what it encrypted, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, associatedData) => {
        const made = encryptResource(text, apiV3Key, { nonce, associatedData });
        expect(decryptResource(made, apiV3Key)).toBe(text);
      }),
    );
  });

  test('takes empty and missing associated data for the same', () => {
    const { associated_data: empty, ...bare } = encryptResource('x', apiV3Key, { nonce });
    expect(empty).toBe('');
    expect(decryptResource(bare, apiV3Key)).toBe('x');
  });

  test('refuses every part when one bit of it is another', () => {
    const bytes = Buffer.from(sealed.ciphertext, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ 0x80, at);
      const resource = { ...sealed, ciphertext: altered.toString('base64') };
      expect(codeOf(() => decryptResource(resource, apiV3Key))).toBe('WXD1127');
    }
    const other = parseApiV3Key('b'.repeat(32));
    expect(codeOf(() => decryptResource(sealed, other))).toBe('WXD1127');
    expect(codeOf(() => decryptResource({ ...sealed, nonce: '12charNonce1' }, apiV3Key))).toBe(
      'WXD1127',
    );
    expect(codeOf(() => decryptResource({ ...sealed, associated_data: '' }, apiV3Key))).toBe(
      'WXD1127',
    );
  });

  test('refuses a cipher text cut at any byte, also inside the tag', () => {
    const bytes = Buffer.from(sealed.ciphertext, 'base64');
    for (let end = 0; end < bytes.length; end += 1) {
      const resource = { ...sealed, ciphertext: bytes.subarray(0, end).toString('base64') };
      const code = codeOf(() => decryptResource(resource, apiV3Key));
      expect(code).toBe(end < 16 ? 'WXD1128' : 'WXD1127');
    }
  });

  test.each([
    [{ algorithm: 'AEAD_SM4_GCM' }, 'algorithm'],
    [{ algorithm: '' }, 'algorithm'],
    [{ nonce: '' }, 'nonce'],
    [{ nonce: '11charNonce' }, 'nonce'],
    [{ nonce: '十二个字符' }, 'nonce'],
    [{ ciphertext: 'a b' }, 'base64'],
    [{ ciphertext: '' }, 'base64'],
    [{ ciphertext: 'YQ' }, 'base64'],
    [{ ciphertext: 'YQ==' }, 'length'],
  ])('refuses %j', (change, problem) => {
    expect(errorOf(() => decryptResource({ ...sealed, ...change }, apiV3Key))).toMatchObject({
      code: 'WXD1128',
      details: { problem },
    });
  });

  test('names the line of the key that does not fit', () => {
    const source = { name: 'WX_PAY_API_V3_KEY', file: '.env', line: 3 };
    const key = parseApiV3Key('b'.repeat(32), source);
    expect(errorOf(() => decryptResource(sealed, key)).details).toMatchObject({ source });
  });

  test('says of decrypted bytes that they are no text', () => {
    const cipher = createCipheriv('aes-256-gcm', apiV3Key.bytes, Buffer.from(nonce));
    const parts = [cipher.update(Buffer.from([0xff])), cipher.final(), cipher.getAuthTag()];
    const ciphertext = Buffer.concat(parts).toString('base64');
    const resource = { algorithm: sealed.algorithm, nonce, ciphertext };
    expect(errorOf(() => decryptResource(resource, apiV3Key))).toMatchObject({
      code: 'WXD1127',
      details: { problem: 'utf8' },
    });
  });
});

import { createCipheriv, createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAesKey, type AesKey } from '../../src/wechat/account.ts';
import { Cbc } from '../../src/wechat/cbc.ts';
import { decrypt, encrypt } from '../../src/wechat/cipher.ts';
import { codeOf } from './helpers.ts';

/** Keys of this file only, because a cipher goes on from where others left it. */
const keyOf = (letter: string): AesKey => parseAesKey(letter.repeat(43));

const blocks = fc
  .integer({ min: 1, max: 40 })
  .chain((count) =>
    fc
      .uint8Array({ minLength: count * 16, maxLength: count * 16 })
      .map((bytes) => Buffer.from(bytes)),
  );

function oneShot(kind: 'encrypt' | 'decrypt', bytes: Buffer, { bytes: key, iv }: AesKey): Buffer {
  const cipher = kind === 'encrypt' ? createCipheriv : createDecipheriv;
  const made = cipher('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([made.update(bytes), made.final()]);
}

test('each message comes out as from a cipher of its own, in whatever order they come', () => {
  const cbc = Cbc.of(keyOf('Q'));
  fc.assert(
    fc.property(fc.boolean(), blocks, (encrypts, bytes) => {
      const kind = encrypts ? 'encrypt' : 'decrypt';
      const expected = oneShot(kind, bytes, keyOf('Q'));
      expect(cbc[kind](Buffer.from(bytes))).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('a message is not changed by what is done with the bytes of the one before', () => {
  const cbc = Cbc.of(keyOf('R'));
  const first = Buffer.alloc(32, 1);
  cbc.decrypt(first);
  first.fill(9);
  const second = Buffer.alloc(48, 2);
  expect(cbc.decrypt(second)).toEqual(oneShot('decrypt', second, keyOf('R')));
});

test('the first block of what was encrypted may be overwritten before the next message', () => {
  const cbc = Cbc.of(keyOf('S'));
  cbc.encrypt(Buffer.alloc(32, 1)).fill(9);
  const plain = Buffer.alloc(32, 3);
  expect(cbc.encrypt(Buffer.from(plain))).toEqual(oneShot('encrypt', plain, keyOf('S')));
});

test('refused messages between good ones leave the cipher in order', () => {
  const key = keyOf('T');
  const random16 = Buffer.from('0123456789abcdef');
  const sealed = encrypt('hello', key, 'wx1', random16);
  const forged = Buffer.alloc(64, 7).toString('base64');
  for (const bad of [forged, 'AAAA', '', sealed.slice(4), forged]) {
    expect(codeOf(() => decrypt(bad, key))).toMatch(/^WXD110[34]$/);
    expect(decrypt(sealed, key)).toMatchObject({ text: 'hello', receiveId: 'wx1' });
  }
});

test('two accounts with equal keys do not share a cipher', () => {
  expect(Cbc.of(keyOf('U'))).not.toBe(Cbc.of(keyOf('U')));
  const key = keyOf('U');
  expect(Cbc.of(key)).toBe(Cbc.of(key));
});

test('random bytes of another length are refused, not filled up with what lay in memory', () => {
  for (const length of [0, 15, 17])
    expect(() => encrypt('x', keyOf('V'), 'wx1', Buffer.alloc(length))).toThrow(RangeError);
});

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { hmacSha256, sha256 } from '../miniprogram/utils/sha256';
import { signHeader } from '../miniprogram/utils/sign';

test('SHA-256 of FIPS 180-4', () => {
  assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('HMAC-SHA256 of RFC 4231, case 2', () => {
  assert.equal(
    hmacSha256('Jefe', 'what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('both, whatever the length and the language, as Node has them', () => {
  for (let length = 0; length <= 130; length += 1) {
    for (const text of ['a'.repeat(length), '你😀'.repeat(length)]) {
      assert.equal(sha256(text), createHash('sha256').update(text).digest('hex'));
      assert.equal(hmacSha256(text, text), createHmac('sha256', text).update(text).digest('hex'));
    }
  }
});

test('a signature covers method, path, time, nonce and body', () => {
  const stamp = { now: 1_767_225_600_123, nonce: 'nonce-of-this-one' };
  const header = signHeader('key', 'PUT', '/api/me?a=1', '{"a":"你"}', stamp);
  const body = createHash('sha256').update('{"a":"你"}').digest('hex');
  const text = `PUT\n/api/me?a=1\n1767225600\nnonce-of-this-one\n${body}`;
  assert.deepEqual(header, {
    'X-Timestamp': '1767225600',
    'X-Nonce': 'nonce-of-this-one',
    'X-Signature': createHmac('sha256', 'key').update(text).digest('hex'),
  });
});

test('no nonce comes twice', () => {
  const nonces = Array.from({ length: 1000 }, () => signHeader('k', 'GET', '/', '')['X-Nonce']);
  assert.equal(new Set(nonces).size, 1000);
  for (const nonce of nonces) assert.match(nonce ?? '', /^[\w-]{8,64}$/);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPushQuery, parsePushQuery } from '../../src/wechat/query.ts';
import { findAmbiguity, readPushQuery } from '../../src/wechat/query-spelling.ts';

const query = 'signature=a&timestamp=1&nonce=2&openid=o&encrypt_type=aes&msg_signature=b';

test.each([
  query,
  `?${query}`,
  '',
  'a=1&a=2&Foo.Bar=3',
  'signatures=1&my_signature=2&nonce_=3',
  formatPushQuery({ signature: 'a', echostr: 'x+/=;', timestamp: '1', nonce: '2' }),
])('finds nothing in %s', (raw) => {
  expect(findAmbiguity(raw)).toBeUndefined();
});

test.each([
  ['a second value', `${query}&encrypt_type=raw`, 'encrypt_type', ['encrypt_type', 'encrypt_type']],
  [
    'an empty one before it',
    `encrypt_type=&${query}`,
    'encrypt_type',
    ['encrypt_type', 'encrypt_type'],
  ],
  ['one without "="', `${query}&nonce`, 'nonce', ['nonce', 'nonce']],
  ['capitals', `${query}&Encrypt_Type=raw`, 'encrypt_type', ['encrypt_type', 'Encrypt_Type']],
  ['capitals alone', 'SIGNATURE=a', 'signature', ['SIGNATURE']],
  [
    'a dot, as PHP reads it',
    `${query}&msg.signature=x`,
    'msg_signature',
    ['msg_signature', 'msg.signature'],
  ],
  [
    'a space for the underscore',
    `${query}&msg+signature=x`,
    'msg_signature',
    ['msg_signature', 'msg signature'],
  ],
  ['a list', `${query}&signature[]=x`, 'signature', ['signature', 'signature[]']],
  ['an encoded list', `${query}&signature%5B0%5D=x`, 'signature', ['signature', 'signature[0]']],
  ['a leading space', `${query}&%20nonce=x`, 'nonce', ['nonce', ' nonce']],
  ['a NUL', `${query}&nonce%00x=y`, 'nonce', ['nonce', 'nonce\0x']],
  ['an encoded letter', `${query}&%6eonce=x`, 'nonce', ['nonce', 'nonce']],
  ['a semicolon', `${query};timestamp=9`, 'timestamp', ['timestamp', 'timestamp']],
  [
    'many',
    `${query}&`.repeat(500),
    'signature',
    ['signature', 'signature', 'signature', 'signature'],
  ],
])('finds %s', (_, raw, parameter, seen) => {
  expect(findAmbiguity(raw)).toEqual({ parameter, seen });
});

const part = fc.oneof(
  fc.constantFrom('signature', 'msg_signature', 'nonce', 'Nonce', 'echostr', 'openid', 'a', ''),
  fc.constantFrom('=', '&', ';', '?', '%6e', '%', '+', '[]', '.', '==', '=1&', '\0', '%00', 'x/+='),
);

test('reads a query once as it would be read twice', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const raw = parts.join('');
      const expected = { query: parsePushQuery(raw), ambiguity: findAmbiguity(raw) };
      expect(readPushQuery(raw)).toEqual(expected);
    }),
    { numRuns: 5000 },
  );
});

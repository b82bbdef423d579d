import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPushQuery, parsePushQuery } from '../../src/wechat/query.ts';

test('reads what WeChat sends, in any order', () => {
  const query =
    'nonce=415670741&timestamp=1714112445&signature=6c5c&openid=o9AgO5&encrypt_type=aes&msg_signature=046e';
  expect(parsePushQuery(query)).toEqual({
    signature: '6c5c',
    timestamp: '1714112445',
    nonce: '415670741',
    openid: 'o9AgO5',
    encryptType: 'aes',
    msgSignature: '046e',
  });
});

test('keeps values as text', () => {
  expect(parsePushQuery('?echostr=4375120948345356249&nonce=007')).toEqual({
    echostr: '4375120948345356249',
    nonce: '007',
  });
});

test.each([
  ['echostr=a+b/c%2Bd%3D%3D', 'a+b/c+d=='],
  ['echostr=a%2520b', 'a%20b'],
  ['echostr=%E4%BD%A0', '你'],
  ['echostr=%zz', '%zz'],
  ['echostr=%FF', '%FF'],
  ['echostr=a=b=', 'a=b='],
  ['echostr=first&echostr=second', 'first'],
  ['echostr=&echostr=second', 'second'],
  ['%65chostr=x', 'x'],
])('decodes once and leaves + alone: %s', (query, echostr) => {
  expect(parsePushQuery(query)).toEqual({ echostr });
});

test.each([
  '',
  '?',
  '&&',
  'echostr',
  'echostrx',
  'Echostr=1',
  '__proto__=1',
  'constructor=x',
  '=x',
  'echostr=',
])('finds nothing in %j', (query) => {
  expect(parsePushQuery(query)).toEqual({});
});

test('reads back what it writes', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  const query = fc.record(
    {
      signature: text,
      msgSignature: text,
      timestamp: text,
      nonce: text,
      echostr: text,
      encryptType: text,
      openid: text,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(query, (value) => {
      expect(parsePushQuery(formatPushQuery(value))).toEqual(value);
    }),
    { numRuns: 100 },
  );
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagnoseSignature, sign, signaturesEqual } from '../../src/wechat/signature.ts';
import { vectorsOf } from './vectors.ts';

const values = { token: 'AAAAA', timestamp: '1714037059', nonce: '486452656' };

test.each(vectorsOf('mp.signature'))('signs as published: $name', ({ input, expected }) => {
  const { token = '', timestamp = '', nonce = '' } = input;
  expect(sign(token, timestamp, nonce)).toBe(expected['signature']);
});

test.each(vectorsOf('msg_signature'))(
  'signs with Encrypt as published: $name',
  ({ input, expected }) => {
    const { token = '', timestamp = '', nonce = '', encrypt = '' } = input;
    expect(sign(token, timestamp, nonce, encrypt)).toBe(expected['signature']);
  },
);

test.each([...vectorsOf('mp.signature.reject'), ...vectorsOf('msg_signature.reject')])(
  'refuses what is published as wrong: $name',
  ({ input }) => {
    const { token = '', timestamp = '', nonce = '', encrypt, signature = '' } = input;
    const signed = [token, timestamp, nonce, ...(encrypt === undefined ? [] : [encrypt])];
    expect(signaturesEqual(signature, sign(...signed))).toBe(false);
  },
);

test('sorts by bytes, also where UTF-16 sorts otherwise', () => {
  // U+FF5E is one unit above the surrogates of U+1F600, but comes first in UTF-8.
  expect(sign('\u{1F600}', '\u{FF5E}')).toBe(sign('\u{FF5E}\u{1F600}'));
});

test('does not depend on the order of the values', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      expect(sign(...texts)).toBe(sign(...[...texts].reverse()));
    }),
    { numRuns: 100 },
  );
});

test('compares exactly', () => {
  const signature = sign('a', 'b', 'c');
  expect(signaturesEqual(signature, signature)).toBe(true);
  expect(signaturesEqual(signature, signature.toUpperCase())).toBe(false);
  expect(signaturesEqual(signature, signature.slice(1))).toBe(false);
  expect(signaturesEqual(signature, `${signature} `)).toBe(false);
  expect(signaturesEqual('', signature)).toBe(false);
  // As many UTF-16 units, but not as many bytes: timingSafeEqual would throw.
  expect(signaturesEqual('é'.repeat(40), signature)).toBe(false);
});

test.each([
  ['three-values', 'msg_signature', sign('AAAAA', '1714037059', '486452656')],
  ['four-values', 'signature', sign('AAAAA', '1714037059', '486452656', 'a+b=')],
  ['upper-case', 'msg_signature', sign('AAAAA', '1714037059', '486452656', 'a+b=').toUpperCase()],
] as const)('recognises the mistake %s', (hint, kind, received) => {
  const found = diagnoseSignature({ kind, received, values: { ...values, encrypt: 'a+b=' } });
  expect(found).toBe(hint);
});

test.each([
  ['5', '5', '486452656', '1714037059'],
  ['AAAAA', '486452656', '1714037059', 'AAAAA'],
])('recognises values sorted as numbers, with the token %s', (token, ...sorted) => {
  const received = createHash('sha1').update(sorted.join('')).digest('hex');
  const numeric = { ...values, token };
  expect(diagnoseSignature({ kind: 'signature', received, values: numeric })).toBe(
    'sorted-as-numbers',
  );
});

test('recognises a + that became a space', () => {
  const received = sign('AAAAA', '1714037059', '486452656', 'a+b=');
  const spaced = { ...values, encrypt: 'a b=' };
  expect(diagnoseSignature({ kind: 'msg_signature', received, values: spaced })).toBe(
    'plus-became-space',
  );
});

test('says that the Token is right when the other signature matches', () => {
  const plainSignature = sign('AAAAA', '1714037059', '486452656');
  const mismatch = { kind: 'msg_signature', received: 'f'.repeat(40), values } as const;
  expect(diagnoseSignature({ ...mismatch, plainSignature })).toBe('token-right');
  expect(diagnoseSignature({ ...mismatch, plainSignature: 'e'.repeat(40) })).toBeUndefined();
});

test('gives no hint when nothing explains the signature', () => {
  const received = 'f'.repeat(40);
  expect(diagnoseSignature({ kind: 'signature', received, values })).toBeUndefined();
  expect(diagnoseSignature({ kind: 'msg_signature', received, values })).toBeUndefined();
});

test('sorts by bytes also where characters beyond U+FFFF are among the values', () => {
  const character = fc.constantFrom(
    '\u{1F600}',
    '\u{FFFD}',
    '\u{E000}',
    '\u{D7FF}',
    '\uD83D',
    '\uDE00',
    'a',
    '1',
    '鱼',
  );
  const value = fc.array(character, { maxLength: 4 }).map((characters) => characters.join(''));
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 4 }), (parts) => {
      const sorted = parts.map((text) => Buffer.from(text)).sort((a, b) => Buffer.compare(a, b));
      const expected = createHash('sha1').update(Buffer.concat(sorted)).digest('hex');
      expect(sign(...parts)).toBe(expected);
    }),
  );
});

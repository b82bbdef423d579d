import { expect, test } from 'vitest';
import { formatError } from '../../src/core/errors.ts';
import { createAccount, parseAesKey } from '../../src/wechat/account.ts';
import { codeOf, errorOf } from './helpers.ts';
import { vectorsOf } from './vectors.ts';

const key = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

test.each(vectorsOf('aeskey.check'))('judges keys as published: $name', ({ input }) => {
  const candidates = input['candidates'] as unknown as readonly (readonly [string, boolean])[];
  for (const [candidate, isValid] of candidates) {
    if (isValid) expect(parseAesKey(candidate).bytes).toHaveLength(32);
    else expect(codeOf(() => parseAesKey(candidate))).toBe('WXD1101');
  }
});

test('takes the first half of the key as initialisation vector', () => {
  const { bytes, iv, text } = parseAesKey(key);
  expect(iv.equals(bytes.subarray(0, 16))).toBe(true);
  expect(text).toBe(key);
});

test.each([
  ['', { type: 'length', length: 0 }],
  [`${key}=`, { type: 'character', at: 44, character: '=' }],
  [`${key} `, { type: 'character', at: 44, character: ' ' }],
  [`\u{FEFF}${key}`, { type: 'character', at: 1, character: '\u{FEFF}' }],
  [key.slice(1), { type: 'length', length: 42 }],
  ['a'.repeat(44), { type: 'length', length: 44 }],
  [`${key.slice(1)}密`, { type: 'character', at: 43, character: '密' }],
])('names what is wrong with the key %j', (text, problem) => {
  expect(errorOf(() => parseAesKey(text))).toMatchObject({ code: 'WXD1101', details: { problem } });
});

test.each(['abc', 'A1b2', '0'.repeat(32)])('takes the Token %s', (token) => {
  expect(createAccount({ token })).toEqual({ token });
});

test.each(['', 'ab', 'a'.repeat(33), 'my_token', 'token\n', ' token', 'tök', '令牌令牌'])(
  'refuses the Token %j',
  (token) => {
    expect(codeOf(() => createAccount({ token }))).toBe('WXD1003');
  },
);

test('takes empty texts as not given', () => {
  expect(createAccount({ token: 'abc', appId: '', aesKey: '', previousAesKey: '' })).toEqual({
    token: 'abc',
  });
});

test('keeps every value and its source', () => {
  const sources = { token: { name: 'WX_TOKEN', file: '.env', line: 3 } };
  const account = createAccount(
    { token: 'abc', appId: 'wx1', aesKey: key, previousAesKey: key },
    sources,
  );
  expect(account).toMatchObject({
    appId: 'wx1',
    aesKey: { text: key },
    previousAesKey: { text: key },
  });
  expect(account.sources).toBe(sources);
});

test('names the line to change, in the error about each value, and never the value', () => {
  const source = { name: 'WX_AES_KEY', file: '.env.local', line: 4 };
  const secret = `${key}!`;
  const error = errorOf(() =>
    createAccount({ token: 'abc', previousAesKey: secret }, { previousAesKey: source }),
  );
  for (const language of ['en', 'zh'] as const) {
    const report = JSON.stringify(formatError(error, language));
    expect(report).toContain('.env.local:4');
    expect(report).not.toContain(key);
  }
});

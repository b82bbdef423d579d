import { describe, expect, test } from 'vitest';
import { createAccount, type Account } from '../../../src/wechat/account.ts';
import { encrypt } from '../../../src/wechat/cipher.ts';
import { sealPush, signEchostr, unseal, verifyEchostr } from '../../../src/wechat/envelope.ts';
import { formatPushQuery, parsePushQuery, type PushQuery } from '../../../src/wechat/query.ts';
import { sign } from '../../../src/wechat/signature.ts';
import { account as official, codeOf, errorOf } from '../helpers.ts';
import { vectorsOf } from '../vectors.ts';

const token = 'wxdevtoken';
const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const times = { timestamp: '1767225600', nonce: '415670741' };
const random16 = Buffer.from('0123456789abcdef');

const corp = createAccount({ kind: 'work', token, aesKey, corpId: 'wwcorp' });
const suite = createAccount({
  kind: 'work-suite',
  token,
  aesKey,
  suiteId: 'tjsuite',
  corpId: 'wwcorp',
});
const bot = createAccount({ kind: 'work-bot', token, aesKey });
const text = {
  ToUserName: 'wwcorp',
  FromUserName: 'zhangsan',
  CreateTime: '1767225600',
  MsgType: 'text',
  Content: '你好 +/=',
  MsgId: '25000000000000017',
  AgentID: '1000002',
};

function push(account: Account): { query: PushQuery; body: Buffer } {
  const { query, body } = sealPush(text, account, {
    mode: 'safe',
    format: 'xml',
    ...times,
    random16,
  });
  return { query, body: Buffer.from(body) };
}

/** What somebody encrypted for `receiveId` with the right key and Token. */
function echoFor(receiveId: string): PushQuery {
  const key = corp.aesKey;
  if (key === undefined) throw new Error('the account has a key');
  const echostr = encrypt('1616140317555161061', key, receiveId, random16);
  return { msgSignature: sign(token, times.timestamp, times.nonce, echostr), echostr, ...times };
}

test.each(vectorsOf('wecom.verifyUrl'))('verifies as published: $name', ({ input, expected }) => {
  const account = createAccount({
    kind: 'work',
    token: input['token'] ?? '',
    aesKey: input['encodingAESKey'] ?? '',
    corpId: input['receiveId'] ?? '',
  });
  const query = {
    msgSignature: input['msg_signature'] ?? '',
    timestamp: input['timestamp'] ?? '',
    nonce: input['nonce'] ?? '',
    echostr: input['echostr'] ?? '',
  };
  expect(verifyEchostr(query, account)).toBe(expected['replyBody']);
});

describe('the verification of WeCom', () => {
  test.each([
    ['work', corp],
    ['work-suite', suite],
    ['work-bot', bot],
  ])('of kind %s is taken as it is made, through a URL', (_kind, account) => {
    const query = signEchostr(account, { ...times, echostr: '1616140317555161061', random16 });
    expect(Object.keys(query).toSorted()).toEqual([
      'echostr',
      'msgSignature',
      'nonce',
      'timestamp',
    ]);
    const received = parsePushQuery(formatPushQuery(query));
    expect(verifyEchostr(received, account)).toBe('1616140317555161061');
  });

  test('takes no plain signature, which an official account has', () => {
    const query = signEchostr(official, { ...times, echostr: '123' });
    expect(verifyEchostr(query, official)).toBe('123');
    expect(codeOf(() => verifyEchostr(query, corp))).toBe('WXD1002');
  });

  test('says that + became a space', () => {
    const query = echoFor('wwcorp');
    // The first random bytes that give a + in base64 would do; this cipher text has one or is given one by its key.
    expect(query.echostr).toMatch(/\+/);
    const decoded = { ...query, echostr: (query.echostr ?? '').replaceAll('+', ' ') };
    expect(errorOf(() => verifyEchostr(decoded, corp))).toMatchObject({
      code: 'WXD1001',
      details: { hint: 'plus-became-space' },
    });
  });
});

describe('the id inside', () => {
  test.each([
    [corp, 'wwcorp', true],
    [corp, 'tjsuite', false],
    [corp, '', false],
    [suite, 'tjsuite', true],
    [suite, 'wwcorp', true],
    [suite, 'wwother', false],
    [bot, '', true],
    [bot, 'wwcorp', false],
    [createAccount({ kind: 'work', token, aesKey }), 'anything', true],
    [createAccount({ kind: 'component', token, aesKey, appId: 'wxc' }), 'wxc', true],
    [createAccount({ kind: 'component', token, aesKey, appId: 'wxc' }), 'wxauthorizer', false],
  ])('for $kind may be %s: %s', (account, receiveId, allowed) => {
    // A platform's check of the URL is that of an official account, so its pushes are looked at.
    const key = account.aesKey;
    if (key === undefined) throw new Error('the account has a key');
    const Encrypt = encrypt('<xml><MsgType>text</MsgType></xml>', key, receiveId, random16);
    const msgSignature = sign(token, times.timestamp, times.nonce, Encrypt);
    const body = Buffer.from(`<xml><Encrypt>${Encrypt}</Encrypt></xml>`);
    const open = (): unknown =>
      unseal({ query: { ...times, msgSignature, encryptType: 'aes' }, body }, account);
    if (allowed) expect(open()).toMatchObject({ receiveId });
    else expect(codeOf(open)).toBe('WXD1102');
  });

  test('is named in the error with the line of the setting that says another', () => {
    const source = { name: 'accounts.corp.corpId', file: 'wx-dev.config.json', line: 4 };
    const account = createAccount(
      { kind: 'work', token, aesKey, corpId: 'wwother' },
      { corpId: source },
    );
    expect(errorOf(() => verifyEchostr(echoFor('wwcorp'), account)).details).toMatchObject({
      received: 'wwcorp',
      configured: 'wwother',
      source,
    });
  });
});

describe('a push of WeCom', () => {
  test('has neither signature nor encrypt_type, and names the corporation and the agent', () => {
    const { query, body } = push(corp);
    expect(Object.keys(query).toSorted()).toEqual(['msgSignature', 'nonce', 'timestamp']);
    expect(body.toString()).toMatch(
      /^<xml><ToUserName><!\[CDATA\[wwcorp\]\]><\/ToUserName><AgentID>.*1000002.*<\/AgentID><Encrypt>/,
    );
    expect(unseal(push(corp), corp)).toMatchObject({
      mode: 'safe',
      fields: text,
      receiveId: 'wwcorp',
    });
  });

  test('of a suite is for the SuiteId', () => {
    expect(unseal(push(suite), suite).receiveId).toBe('tjsuite');
  });

  test('in plaintext is refused whatever the mode says', () => {
    const plain = createAccount({ token });
    const { query, body } = sealPush(text, plain, {
      mode: 'plain',
      format: 'xml',
      ...times,
      random16,
    });
    const raw = { query, body: Buffer.from(body) };
    expect(unseal(raw, plain).mode).toBe('plain');
    expect(codeOf(() => unseal(raw, corp))).toBe('WXD1106');
    expect(codeOf(() => unseal(raw, corp, { mode: 'plain' }))).toBe('WXD1106');
  });
});

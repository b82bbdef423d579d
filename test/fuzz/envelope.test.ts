import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccount, type Mode } from '../../src/wechat/account.ts';
import { decrypt } from '../../src/wechat/cipher.ts';
import { seal, sealPush, unseal, verifyEchostr } from '../../src/wechat/envelope.ts';
import { textOf } from '../../src/wechat/fields.ts';
import { judgeAnswer } from '../../src/wechat/judge.ts';
import { parseMessage } from '../../src/wechat/message.ts';
import { parsePushQuery, type PushQuery } from '../../src/wechat/query.ts';
import { sign } from '../../src/wechat/signature.ts';
import { account } from '../wechat/helpers.ts';
import { bodyish, jsonish, queryish, spoken, xmlish } from './arbitraries.ts';
import { fuzz, refusable } from './fuzz.ts';

const modes: readonly (Mode | undefined)[] = ['plain', 'compat', 'safe', undefined];
const times = { timestamp: '1767225601', nonce: '415670741' };

/** Signed rightly: what a stranger cannot send, but a broken sender, proxy or console can. */
function signed(body: Buffer, mode: Mode): PushQuery {
  const plain = { ...times, signature: sign(account.token, times.timestamp, times.nonce) };
  if (mode === 'plain') return plain;
  const encrypt = /"?Encrypt(?:>|":")(?:<!\[CDATA\[)?([^\]"<]*)/.exec(body.toString())?.[1] ?? '';
  const msgSignature = sign(account.token, times.timestamp, times.nonce, encrypt);
  return { ...plain, encryptType: 'aes', msgSignature };
}

test('opens or refuses any request', () => {
  const request = fc.record({
    rawQuery: queryish,
    body: bodyish,
    mode: fc.constantFrom(...modes),
  });
  fuzz(request, ({ rawQuery, body, mode }) => {
    const query = parsePushQuery(rawQuery);
    const { value } = refusable(() => unseal({ query, body }, account, { mode }));
    expect(value).toBeUndefined(); // Nobody guesses a signature.
    expect(refusable(() => verifyEchostr(query, account)).value).toBeUndefined();
  });
});

test('opens or refuses any body that is signed', () => {
  const request = fc.record({ body: bodyish, mode: fc.constantFrom<Mode>('plain', 'safe') });
  fuzz(request, ({ body, mode }) => {
    const push = { query: signed(body, mode), body };
    const { value } = refusable(() => unseal(push, account));
    if (value !== undefined) refusable(() => parseMessage(value.fields));
  });
});

test('opens or refuses any text that was encrypted with the right key', () => {
  const content = fc.oneof(xmlish, jsonish, spoken);
  fuzz(fc.tuple(content, fc.constantFrom('xml' as const, 'json' as const)), ([text, format]) => {
    const random16 = Buffer.from('0123456789abcdef');
    const { query, body } = sealPush(text, account, { mode: 'safe', format, ...times, random16 });
    const { value } = refusable(() => unseal({ query, body: Buffer.from(body) }, account));
    if (value === undefined) return;
    expect(value.text).toBe(Buffer.from(text).toString()); // UTF-8 has no half surrogate pairs.
    refusable(() => parseMessage(value.fields));
  });
});

test('decrypts or refuses any bytes, with any padding and length', () => {
  const blocks = fc.tuple(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.oneof(fc.integer({ min: 0, max: 200 }), fc.nat({ max: 0xffff_ffff })),
    fc.uint8Array({ maxLength: 120 }),
    fc.integer({ min: 0, max: 40 }),
  );
  fuzz(blocks, ([random, length, bytes, padding]) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length >>> 0);
    const padded = Buffer.concat([random, head, bytes, Buffer.alloc(padding, padding)]);
    const whole = padded.subarray(0, padded.length - (padded.length % 16));
    const { bytes: key = Buffer.alloc(32), iv = Buffer.alloc(16) } = account.aesKey ?? {};
    const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    const cipherText = Buffer.concat([cipher.update(whole), cipher.final()]).toString('base64');
    const { value } = refusable(() => decrypt(cipherText, account.aesKey!));
    if (value !== undefined) expect(Buffer.byteLength(value.text)).toBe(length);
  });
});

test('reads back what it sealed, whatever the text, the token and the key', () => {
  const letters = (min: number, max: number): fc.Arbitrary<string> =>
    fc.stringMatching(new RegExp(`^[A-Za-z0-9]{${min},${max}}$`));
  const given = fc.record({
    content: spoken,
    token: letters(3, 32),
    aesKey: letters(43, 43),
    appId: letters(1, 64),
    random16: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    mode: fc.constantFrom<Mode>('compat', 'safe'),
    format: fc.constantFrom('xml' as const, 'json' as const),
  });
  fuzz(given, ({ content, token, aesKey, appId, random16, mode, format }) => {
    const own = createAccount({ token, aesKey, appId });
    // XML cannot hold some characters; JSON can.
    const legal = content.replaceAll(
      /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu,
      '',
    );
    const fields = {
      ToUserName: 'gh_0',
      FromUserName: 'o0',
      CreateTime: '1',
      MsgType: 'text',
      Content: legal,
    };
    const sealed = sealPush(fields, own, { mode, format, ...times, random16 });
    const opened = unseal({ query: sealed.query, body: Buffer.from(sealed.body) }, own, { mode });
    expect(textOf(opened.fields, 'Content')).toBe(legal);
    expect(opened.receiveId).toBe(appId);
    const reply = seal(opened.text, own, {
      format,
      ...times,
      random16,
      key: opened.key,
      receiveId: opened.receiveId,
    });
    const judgement = judgeAnswer({
      status: 200,
      headers: [],
      body: Buffer.from(reply),
      format,
      encrypted: true,
      mode,
      push: parseMessage({ ...opened.fields, ToUserName: 'o0', FromUserName: 'gh_0' }),
      account: own,
    });
    expect(judgement.text).toBe(opened.text);
  });
});

test('judges any answer of an app', () => {
  const push = parseMessage({
    MsgType: 'text',
    ToUserName: 'gh_0',
    FromUserName: 'o0',
    Content: '1',
  });
  const answer = fc.record({
    body: bodyish,
    encrypted: fc.boolean(),
    mode: fc.constantFrom<Mode>('plain', 'compat', 'safe'),
  });
  fuzz(answer, ({ body, encrypted, mode }) => {
    const headers = [['Content-Type', 'text/xml']] as const;
    const judged = judgeAnswer({
      status: 200,
      headers,
      body,
      encrypted,
      mode,
      format: 'xml',
      push,
      account,
    });
    expect(judged.accepted).toBe(judged.faults.length === 0);
  });
});

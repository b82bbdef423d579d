import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccount, type Format, type Mode } from '../../src/wechat/account.ts';
import { sealPush, unseal, type RawPush } from '../../src/wechat/envelope.ts';
import { formatPushQuery, parsePushQuery } from '../../src/wechat/query.ts';
import { account } from '../wechat/helpers.ts';
import { spoken } from './arbitraries.ts';
import { cut, flip, insert } from './bytes.ts';
import { fuzz, refusable } from './fuzz.ts';

/** What somebody on the way has seen: the request line's query and the body, as they crossed the wire. */
interface Seen {
  readonly rawQuery: string;
  readonly body: Buffer;
  /** What was said in it. */
  readonly text: string;
}

const seen = fc
  .record({
    content: spoken,
    nonce: fc.stringMatching(/^[1-9][0-9]{7,9}$/),
    time: fc.integer({ min: 1_000_000_000, max: 1_999_999_999 }),
    random16: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  })
  .map((given) => given);

type Given = typeof seen extends fc.Arbitrary<infer T> ? T : never;

function sealedBy(given: Given, mode: Mode, format: Format): Seen {
  const { content, nonce, time, random16 } = given;
  const fields = {
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: 'oWxDev_Alice_000000000000001',
    CreateTime: String(time),
    MsgType: 'text',
    Content: content.replaceAll(/\p{Cs}/gu, ''),
    MsgId: '25000000000000017',
  };
  const timestamp = String(time);
  const { query, body } = sealPush(fields, account, { mode, format, timestamp, nonce, random16 });
  const push = { rawQuery: formatPushQuery(query), body: Buffer.from(body) };
  return { ...push, text: unseal(pushOf(push), account).text };
}

function pushOf({ rawQuery, body }: Pick<Seen, 'rawQuery' | 'body'>): RawPush {
  return { query: parsePushQuery(rawQuery), body };
}

/** One change that somebody on the way can make, to bytes or to what they mean. `other` is a second push they have seen. */
type Change = (push: Seen, other: Seen) => Pick<Seen, 'rawQuery' | 'body'>;

const names = ['signature', 'msg_signature', 'timestamp', 'nonce', 'encrypt_type', 'openid'];

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(fc.nat(), fc.integer({ min: 0, max: 7 }))
    .map(([at, bit]) => onBody((body) => flip(body, at, bit))),
  fc
    .tuple(fc.nat(), fc.integer({ min: 0, max: 6 }))
    .map(([at, bit]) => onQuery((query) => flip(Buffer.from(query), at, bit).toString('latin1'))),
  fc
    .tuple(fc.nat(), fc.integer({ min: 1, max: 80 }))
    .map(([at, count]) => onBody((body) => cut(body, at, count))),
  fc
    .tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 }))
    .map(([at, bytes]) => onBody((body) => insert(body, at, Buffer.from(bytes)))),
  fc
    .tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 64 }))
    .map(([from, to, count]) =>
      onBody((body) =>
        insert(body, to, body.subarray(from % body.length, (from % body.length) + count)),
      ),
    ),
  // The first block of the ciphertext: a bit of it flips a bit of the length and the text, and garbles only what is random anyway.
  fc
    .tuple(fc.integer({ min: 0, max: 21 }), fc.constantFrom('A', 'B', 'c', 'd', '0', '9', '+', '/'))
    .map(([at, character]) =>
      onBody((body) => {
        const encrypt = encryptOf(body);
        return replaced(body, encrypt, encrypt.slice(0, at) + character + encrypt.slice(at + 1));
      }),
    ),
  // Fields of the body: doubled, hidden, added.
  fc.constantFrom<Change>(
    onBody((body) =>
      replaced(body, '<xml>', '<xml><MsgType>text</MsgType><Content>forged</Content>'),
    ),
    onBody((body) => replaced(body, '<xml>', '<xml><Encrypt><![CDATA[AAAA]]></Encrypt>')),
    onBody((body) => replaced(body, '</xml>', '<Encrypt><![CDATA[AAAA]]></Encrypt></xml>')),
    onBody((body) => replaced(body, '<Encrypt>', '<!--<Encrypt>')),
    onBody((body) => replaced(body, '{', '{"Encrypt":"AAAA",')),
    onBody((body) => replaced(body, '{', '{"MsgType":"text","Content":"forged",')),
  ),
  // Parameters: left out, doubled, emptied, taken from another push, one taken for another.
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).chain(([name, from]) =>
    fc.constantFrom<Change>(
      onParameters((query) => query.delete(name)),
      onParameters((query) => query.set(name, '')),
      onParameters((query) => query.set(name, query.get(from) ?? '')),
      onParameters((query) => query.append(name, '1')),
      onParameters((query, other) => query.set(name, other.get(name) ?? '')),
      (push) => ({ ...push, rawQuery: `${name}=1&${push.rawQuery}` }),
      (push) => ({ ...push, rawQuery: push.rawQuery.toUpperCase() }),
    ),
  ),
  // Characters moved over the borders of what is signed: the signature covers them joined, without separators.
  fc
    .tuple(
      fc.constantFrom('timestamp', 'nonce'),
      fc.constantFrom('timestamp', 'nonce', 'Encrypt'),
      fc.integer({ min: -200, max: 200 }),
    )
    .map(([from, to, count]) => moveBorder(from, to, count)),
  // Another mode or format than it came in.
  fc.constantFrom<Change>(
    onParameters((query) => query.delete('encrypt_type')),
    onParameters((query) => query.set('encrypt_type', 'raw')),
    (push, other) => ({ rawQuery: push.rawQuery, body: other.body }),
    (push, other) => ({ rawQuery: other.rawQuery, body: push.body }),
    (push) => ({
      ...push,
      rawQuery: push.rawQuery.replace(/encrypt_type=aes&?/, ''),
      body: Buffer.from(push.text.replace('gh_', 'forged')),
    }),
    (push) => ({ ...push, body: Buffer.from(push.text.replace('gh_', 'forged')) }),
    (push) => ({
      ...push,
      body: Buffer.from(JSON.stringify({ MsgType: 'text', Encrypt: encryptOf(push.body) })),
    }),
    (push) => ({
      ...push,
      body: Buffer.from(`<xml><Encrypt>${encryptOf(push.body)}</Encrypt></xml>`),
    }),
  ),
);

const forgeries = fc.record({
  push: seen,
  other: seen,
  format: fc.constantFrom<Format>('xml', 'json'),
  sent: fc.constantFrom<Mode>('compat', 'safe'),
  changes: fc.array(changes, { minLength: 1, maxLength: 3 }),
});

test('accepts no forged push in safe mode: whatever is changed, nothing is heard that was not said', () => {
  let accepted = 0;
  fuzz(forgeries, ({ push, other, format, sent, changes: made }) => {
    const [first, second] = [sealedBy(push, sent, format), sealedBy(other, sent, format)];
    const forged = made.reduce<Seen>(
      (before, change) => ({ ...before, ...change(before, second) }),
      first,
    );
    const { value } = refusable(() => unseal(pushOf(forged), account, { mode: 'safe' }));
    if (value === undefined) return;
    accepted += 1;
    // What one signature covers must not be heard under another.
    const signer = [first, second].find(
      (known) => msgSignatureOf(known) === msgSignatureOf(forged),
    );
    expect(value.text).toBe(signer?.text);
    expect(value.receiveId).toBe(account.appId);
  });
  // Some changes change nothing, such as one to `openid`: else the test would only prove that it breaks everything.
  expect(accepted).toBeGreaterThan(0);
});

test('accepts in plain mode only what somebody with the Token signed, and hears exactly the body that came', () => {
  fuzz(forgeries, ({ push, other, format, changes: made }) => {
    const [first, second] = [sealedBy(push, 'plain', format), sealedBy(other, 'plain', format)];
    const forged = made.reduce<Seen>(
      (before, change) => ({ ...before, ...change(before, second) }),
      first,
    );
    const { value } = refusable(() => unseal(pushOf(forged), account, { mode: 'plain' }));
    if (value === undefined) return;
    // `signature` says nothing about the body; WeChat has nothing that would. So much can be had: the three values are those that were
    // signed, up to the borders between them, and no other reading of the body than its own.
    expect([signedText(first), signedText(second)]).toContain(signedText(forged));
    expect(value.text).toBe(forged.body.toString());
  });
});

test('accepts nothing signed with another Token or encrypted with another key', () => {
  const stranger = createAccount({
    token: 'strangerToken',
    appId: 'wx1234567890abcdef',
    aesKey: 'B'.repeat(43),
  });
  fuzz(
    fc.tuple(seen, fc.constantFrom<Mode>('plain', 'compat', 'safe')),
    ([{ content, nonce, time, random16 }, mode]) => {
      const fields = { MsgType: 'text', Content: content.replaceAll(/\p{Cs}/gu, '') };
      const sealed = sealPush(fields, stranger, {
        mode,
        format: 'xml',
        timestamp: String(time),
        nonce,
        random16,
      });
      const push = { query: sealed.query, body: Buffer.from(sealed.body) };
      expect(refusable(() => unseal(push, account)).value).toBeUndefined();
    },
  );
});

function msgSignatureOf({ rawQuery }: Pick<Seen, 'rawQuery'>): string | undefined {
  return parsePushQuery(rawQuery).msgSignature;
}

function signedText({ rawQuery }: Pick<Seen, 'rawQuery'>): string {
  const { signature, timestamp = '', nonce = '' } = parsePushQuery(rawQuery);
  return [signature, ...[timestamp, nonce, account.token].sort()].join('');
}

function onBody(change: (body: Buffer) => Buffer): Change {
  return (push) => ({ ...push, body: change(push.body) });
}

function onQuery(change: (rawQuery: string) => string): Change {
  return (push) => ({ ...push, rawQuery: change(push.rawQuery) });
}

function onParameters(change: (query: URLSearchParams, other: URLSearchParams) => void): Change {
  return (push, other) => {
    const query = new URLSearchParams(push.rawQuery);
    change(query, new URLSearchParams(other.rawQuery));
    return { ...push, rawQuery: query.toString() };
  };
}

/** Takes `count` characters from the start (or, negative, the end) of one value, and puts them at either end of another. */
function moveBorder(from: string, to: string, count: number): Change {
  return (push) => {
    const query = new URLSearchParams(push.rawQuery);
    const encrypt = encryptOf(push.body);
    const valueOf = (name: string): string =>
      name === 'Encrypt' ? encrypt : (query.get(name) ?? '');
    const [giver, taker] = to === 'Encrypt' && count > 20 ? [to, from] : [from, to];
    const source = valueOf(giver);
    const moved = count > 0 ? source.slice(0, count) : source.slice(count);
    const rest = count > 0 ? source.slice(count) : source.slice(0, count);
    const grown = count > 0 ? valueOf(taker) + moved : moved + valueOf(taker);
    let body = push.body;
    for (const [name, value] of [
      [giver, rest],
      [taker, grown],
    ] as const) {
      if (name === 'Encrypt') body = replaced(body, encrypt, value);
      else query.set(name, value);
    }
    return { body, rawQuery: query.toString() };
  };
}

function encryptOf(body: Buffer): string {
  return /"?Encrypt(?:>|":")(?:<!\[CDATA\[)?([^\]"<]*)/.exec(body.toString())?.[1] ?? '';
}

function replaced(bytes: Buffer, text: string, by: string): Buffer {
  return text === '' ? bytes : Buffer.from(bytes.toString().replace(text, () => by));
}

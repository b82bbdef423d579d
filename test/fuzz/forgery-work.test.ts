import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import { sealPush, signEchostr, unseal, verifyEchostr } from '../../src/wechat/envelope.ts';
import { textOf } from '../../src/wechat/fields.ts';
import { sign } from '../../src/wechat/signature.ts';
import { parseXml } from '../../src/wechat/xml.ts';
import { spoken } from './arbitraries.ts';
import { cut, flip, insert } from './bytes.ts';
import { fuzz, refusable } from './fuzz.ts';

const texts = {
  kind: 'work',
  token: 'wxdevtoken',
  corpId: 'ww0123456789abcdef',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
} as const;
const account = createAccount(texts);

/** The four values that the signature covers or is, as WeCom sends them in a GET, or with `encrypted` in the body of a POST. */
type Signed = Record<'msgSignature' | 'timestamp' | 'nonce' | 'encrypted', string>;

const names = ['msgSignature', 'timestamp', 'nonce', 'encrypted'] as const;

/** What was sent, and what it said. */
interface Sent {
  readonly signed: Signed;
  readonly text: string;
}

const given = fc.record({
  content: spoken,
  echostr: fc.stringMatching(/^[1-9]\d{15,18}$/),
  nonce: fc.stringMatching(/^[1-9]\d{7,9}$/),
  timestamp: fc.integer({ min: 1_000_000_000, max: 1_999_999_999 }).map(String),
  random16: fc.uint8Array({ minLength: 16, maxLength: 16 }),
});

type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** A verification that WeCom sends. */
function echostrOf(values: Given, by = account): Sent {
  const { msgSignature = '', echostr = '' } = signEchostr(by, values);
  const { timestamp, nonce } = values;
  return { signed: { msgSignature, timestamp, nonce, encrypted: echostr }, text: values.echostr };
}

/** A message that WeCom pushes. */
function pushOf(values: Given, by = account): Sent {
  const { content, timestamp, nonce, random16 } = values;
  const text = `<xml><MsgType>text</MsgType><Content>${content.length}</Content><MsgId>${values.echostr}</MsgId></xml>`;
  const options = { mode: 'safe', format: 'xml', timestamp, nonce, random16 } as const;
  const { query, body } = sealPush(text, by, options);
  const encrypted = textOf(parseXml(body), 'Encrypt') ?? '';
  return { signed: { msgSignature: query.msgSignature ?? '', timestamp, nonce, encrypted }, text };
}

/** What the app hears of a verification; undefined when it is refused. */
function hearEchostr({ msgSignature, timestamp, nonce, encrypted }: Signed): string | undefined {
  const query = { msgSignature, timestamp, nonce, echostr: encrypted };
  return refusable(() => verifyEchostr(query, account)).value;
}

/** What the app hears of a push; undefined when it is refused. */
function hearPush({ encrypted, ...query }: Signed): string | undefined {
  const body = Buffer.from(`<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`);
  return refusable(() => unseal({ query, body }, account)).value?.text;
}

/** One change that somebody on the way can make. `others` is what else they have seen. */
type Change = (signed: Signed, others: readonly Signed[]) => Signed;

const changes: fc.Arbitrary<Change> = fc.constantFrom(...names).chain((name) => {
  const edit = (change: (bytes: Buffer) => Buffer): Change => {
    return (signed) => ({ ...signed, [name]: change(Buffer.from(signed[name])).toString() });
  };
  return fc.oneof(
    fc
      .tuple(fc.nat(), fc.integer({ min: 0, max: 6 }))
      .map(([at, bit]) => edit((bytes) => flip(bytes, at, bit))),
    fc
      .tuple(fc.nat(), fc.integer({ min: 1, max: 64 }))
      .map(([at, count]) => edit((bytes) => cut(bytes, at, count))),
    fc
      .tuple(fc.nat(), fc.constantFrom('0', 'A', '=', ' ', '+', '\0', '你', '<', ']]>', '&amp;'))
      .map(([at, more]) => edit((bytes) => insert(bytes, at, Buffer.from(more)))),
    fc.constantFrom(...names).map<Change>((from) => (signed) => ({
      ...signed,
      [name]: signed[from],
    })),
    fc.nat({ max: 2 }).map<Change>((which) => (signed, others) => ({
      ...signed,
      [name]: others[which]?.[name] ?? '',
    })),
    fc.constant<Change>((signed) => ({ ...signed, [name]: signed[name].toUpperCase() })),
  );
});

const forgeries = fc.record({
  first: given,
  second: given,
  isEchostr: fc.boolean(),
  changes: fc.array(changes, { minLength: 1, maxLength: 3 }),
});

/** What a signature is of: the values sorted and joined, without separators. */
function coveredBy({ msgSignature, timestamp, nonce, encrypted }: Signed): string {
  return [msgSignature, ...[texts.token, timestamp, nonce, encrypted].sort()].join('');
}

test("accepts of WeCom's verifications and pushes only what was signed, and hears what was said", () => {
  let refused = 0;
  fuzz(forgeries, ({ first, second, isEchostr, changes: made }) => {
    const echoes = [echostrOf(first), echostrOf(second)];
    const pushes = [pushOf(first), pushOf(second)];
    const [sent, ...others] = (isEchostr ? [...echoes, ...pushes] : [...pushes, ...echoes]).map(
      ({ signed }) => signed,
    );
    if (sent === undefined) throw new Error('nothing was sent');
    const forged = made.reduce((signed, change) => change(signed, others), sent);
    // Neither may be heard as the other: whoever saw a push would read it in the answer to a verification.
    const known = (all: readonly Sent[]): string | undefined =>
      all.find(({ signed }) => coveredBy(signed) === coveredBy(forged))?.text;
    const heard = hearEchostr(forged);
    expect([undefined, known(echoes)]).toContain(heard);
    const push = hearPush(forged);
    expect([undefined, known(pushes)]).toContain(push);
    if (heard === undefined && push === undefined) refused += 1;
    const isUntouched = names.every((name) => forged[name] === sent[name]);
    if (isUntouched) expect(isEchostr ? heard : push).toBe(known(isEchostr ? echoes : pushes));
    const [genuine] = isEchostr ? echoes : pushes;
    expect(isEchostr ? hearEchostr(sent) : hearPush(sent)).toBe(genuine?.text);
  });
  expect(refused).toBeGreaterThan(0);
});

/** What the query says of the encryption. */
const claims = fc.constantFrom(
  {},
  ...['raw', '', 'AES', 'aes'].map((encryptType) => ({ encryptType })),
);

test('accepts nothing of WeCom that is in clear, or says that it is', () => {
  fuzz(fc.tuple(given, claims), ([values, claim]) => {
    const { signed, text } = pushOf(values);
    const { msgSignature, timestamp, nonce } = signed;
    // Right by the Token, as an official account's is: it says nothing about the body.
    const signature = sign(texts.token, timestamp, nonce);
    const query = { msgSignature, signature, timestamp, nonce, ...claim };
    const push = { query, body: Buffer.from(text) };
    expect(refusable(() => unseal(push, account)).value).toBeUndefined();
  });
});

/** Another corp that has this one's Token and key, another key with this Token, another Token with this key. */
const strangers = fc.oneof(
  fc.stringMatching(/^ww[0-9a-f]{0,20}$/).map((corpId) => ({ ...texts, corpId })),
  fc
    .constantFrom('', texts.corpId.slice(0, -1), `${texts.corpId}0`, texts.corpId.toUpperCase())
    .map((corpId) => ({ ...texts, corpId })),
  fc.stringMatching(/^[0-9A-Za-z]{42}E$/).map((aesKey) => ({ ...texts, aesKey })),
  fc.stringMatching(/^[0-9A-Za-z]{3,32}$/).map((token) => ({ ...texts, token })),
);

test('accepts nothing of WeCom that is for another corp, or made with another Token or key', () => {
  fuzz(fc.tuple(given, strangers), ([values, other]) => {
    const isSame = (['corpId', 'aesKey', 'token'] as const).every(
      (name) => other[name] === texts[name],
    );
    fc.pre(!isSame);
    const stranger = createAccount(other);
    expect(hearEchostr(echostrOf(values, stranger).signed)).toBeUndefined();
    expect(hearPush(pushOf(values, stranger).signed)).toBeUndefined();
  });
});

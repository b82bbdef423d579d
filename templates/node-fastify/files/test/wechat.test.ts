// What needs no app: signatures, encryption, XML.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decrypt, encrypt, parseAesKey } from '../src/wechat/crypto.ts';
import { type Account, readEchostr, readPush } from '../src/wechat/message.ts';
import { isSigned, sign } from '../src/wechat/signature.ts';
import { formatXml, parseXml } from '../src/wechat/xml.ts';

const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA';
const APPID = 'wx1234567890abcdef';
const key = parseAesKey(AES_KEY);

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, string>> & {
    readonly candidates?: [string, boolean][];
  };
  readonly expected: Readonly<Record<string, string>>;
}

/** Known answers, most of them from WeChat's documentation. */
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('vectors.json', import.meta.url), 'utf8'),
);

for (const { name, kind, input, expected } of vectors) {
  const { token = '', timestamp = '', nonce = '', encrypt: encrypted } = input;
  const { encodingAESKey = '', receiveId = '', msg = '', random16 = '' } = input;
  const values = [token, timestamp, nonce, ...(encrypted === undefined ? [] : [encrypted])];
  test(`keeps to the known answer ${name}`, () => {
    switch (kind) {
      case 'mp.signature':
      case 'msg_signature':
        return assert.ok(isSigned(expected.signature, ...values));
      case 'mp.signature.reject':
      case 'msg_signature.reject':
        return assert.ok(!isSigned(input.signature, ...values));
      case 'biz.decrypt': {
        assert.ok(isSigned(input.msg_signature, ...values));
        const opened = decrypt(encrypted ?? '', parseAesKey(encodingAESKey));
        return assert.deepEqual(opened, { text: expected.msg, appId: receiveId });
      }
      case 'biz.encrypt':
      case 'biz.encryptReply': {
        const aesKey = parseAesKey(encodingAESKey);
        const made = encrypt(msg, aesKey, receiveId, Buffer.from(random16));
        const { msgSignature } = expected;
        if (msgSignature !== undefined) assert.equal(sign(...values, made), msgSignature);
        return assert.equal(made, expected.encrypt);
      }
      case 'aeskey.check':
        for (const [text, isKey] of input.candidates ?? []) {
          if (isKey) assert.equal(parseAesKey(text).length, 32);
          else assert.throws(() => parseAesKey(text));
        }
        return undefined;
      default:
        return assert.fail(kind);
    }
  });
}

test('takes no signature for one that is missing, short or changed', () => {
  const good = sign('a', 'b');
  assert.ok(isSigned(good, 'b', 'a'));
  for (const bad of [undefined, '', good.slice(1), good.replace(/.$/, 'x'), `${good}0`]) {
    assert.ok(!isSigned(bad, 'a', 'b'));
  }
});

test('refuses what was signed more than 5 minutes ago, or ahead', () => {
  const account: Account = { token: 'testtoken123', appId: APPID, aesKey: key, onlySafe: false };
  const xml =
    '<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>' +
    '<MsgType>text</MsgType></xml>';
  const encrypted = encrypt(xml, key, APPID);
  const readers = (timestamp: string) => {
    const values = [account.token, timestamp, '2'];
    const query = { timestamp, nonce: '2', echostr: 'e', signature: sign(...values) };
    const sealed = { ...query, encrypt_type: 'aes', msg_signature: sign(...values, encrypted) };
    return [
      () => readEchostr(query, account),
      () => readPush(query, xml, account),
      () => readPush(sealed, formatXml({ Encrypt: encrypted }), account),
    ];
  };
  const now = Math.floor(Date.now() / 1000);
  for (const timestamp of [now - 280, now, now + 280]) {
    for (const read of readers(String(timestamp))) assert.ok(read());
  }
  for (const timestamp of [now - 320, now + 320, 1767225600, '', 'x', `${now}000`]) {
    for (const read of readers(String(timestamp))) {
      assert.throws(read, { statusCode: 403, message: /replay/ });
    }
  }
});

test('needs nothing outside its folder, so that it can be copied', () => {
  const folder = new URL('../src/wechat/', import.meta.url);
  for (const file of readdirSync(folder)) {
    assert.doesNotMatch(readFileSync(new URL(file, folder), 'utf8'), /from '\.\.\//, file);
  }
});

test('decrypts what it encrypted, whatever the padding', () => {
  for (let length = 0; length <= 64; length += 1) {
    const text = '你'.repeat(length);
    const encrypted = encrypt(text, key, APPID);
    assert.deepEqual(decrypt(encrypted, key), { text, appId: APPID });
    assert.equal(Buffer.from(encrypted, 'base64').length % 32, 0);
  }
});

test('refuses ciphertext that was cut, or made with another key', () => {
  const encrypted = encrypt('hello', key, APPID);
  const other = parseAesKey(`B${AES_KEY.slice(1)}`);
  for (const damaged of ['', 'AAAA', encrypted.slice(0, -8)]) {
    assert.throws(() => decrypt(damaged, key), { statusCode: 400 });
  }
  assert.throws(() => decrypt(encrypt('hello', other, APPID), key), { statusCode: 400 });
});

test('reads the XML of pushes and keeps every value as text', () => {
  const fields = parseXml(
    '<xml><MsgId>25000000000000017</MsgId><Content><![CDATA[007 <&> ]]]]><![CDATA[>]]></Content>' +
      '<Empty/><Info>\n<Count>2</Count><item>a&amp;b</item><item>&#x4f60;</item>\n</Info></xml>',
  );
  assert.equal(fields.MsgId, '25000000000000017');
  assert.equal(fields.Content, '007 <&> ]]>');
  assert.equal(fields.Empty, '');
  const expected = { Count: '2', item: ['a&b', '你'] };
  assert.deepEqual(JSON.parse(JSON.stringify(fields.Info)), expected);
});

test('refuses what is not the XML of a push', () => {
  const texts = [
    '',
    '{"MsgType":"text"}',
    '<xml>',
    '<xml></xml><xml></xml>',
    '<xml><a>1</b></xml>',
    '<xml><a>&boom;</a></xml>',
    '<!DOCTYPE xml [<!ENTITY boom "x">]><xml><a>1</a></xml>',
    `${'<xml>'.repeat(100)}${'</xml>'.repeat(100)}`,
  ];
  for (const text of texts) assert.throws(() => parseXml(text), { statusCode: 400 }, text);
});

test('writes text as CDATA that nothing can end, and numbers bare', () => {
  const xml = formatXml({
    Time: 17,
    Content: 'a]]>b<&\u0000\ud800😀',
    Articles: { item: [{ Title: '1' }, { Title: '2' }] },
  });
  assert.match(xml, /<Time>17<\/Time>/);
  assert.equal(parseXml(xml).Content, 'a]]>b<&😀');
  assert.deepEqual(xml.match(/<Title>/g)?.length, 2);
});

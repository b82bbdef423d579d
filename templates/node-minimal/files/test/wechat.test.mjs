// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  Once,
  decrypt,
  encrypt,
  formatXml,
  isSigned,
  parseAesKey,
  parseXml,
  sign,
} from '../wechat.mjs';

const TOKEN = 'testtoken123';
const KEY_TEXT = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA';
const APPID = 'wx1234567890abcdef';
const key = parseAesKey(KEY_TEXT);

test('signs as the official documentation does', () => {
  const signature = 'f464b24fc39322e44b38aa78f5edd27bd1441696';
  assert.equal(sign('AAAAA', '1714036504', '1514711492'), signature);
  assert.ok(isSigned(signature, '1514711492', 'AAAAA', '1714036504'));
  assert.ok(!isSigned(signature.replace('f', 'e'), 'AAAAA', '1714036504', '1514711492'));
  assert.ok(!isSigned(undefined, 'AAAAA', '1714036504', '1514711492'));
});

test('decrypts what it encrypted, whatever the padding', () => {
  for (let length = 0; length <= 64; length += 1) {
    const text = '你'.repeat(length);
    const encrypted = encrypt(text, key, APPID);
    assert.deepEqual(decrypt(encrypted, key), { text, appId: APPID });
    assert.equal(Buffer.from(encrypted, 'base64').length % 32, 0);
  }
});

test('refuses ciphertext that was cut, changed or made with another key', () => {
  const encrypted = encrypt('hello', key, APPID);
  const other = parseAesKey(`B${KEY_TEXT.slice(1)}`);
  for (const damaged of ['', 'AAAA', encrypted.slice(0, -8)]) {
    assert.throws(() => decrypt(damaged, key), { status: 400 });
  }
  assert.throws(() => decrypt(encrypt('hello', other, APPID), key), { status: 400 });
});

test('reads the XML of pushes and keeps every value as text', () => {
  const xml =
    '<xml><MsgId>25000000000000017</MsgId><Content><![CDATA[007 <&> ]]]]><![CDATA[>]]></Content>' +
    '<Empty/><Info>\n<Count>2</Count><item>a&amp;b</item><item>&#x4f60;</item>\n</Info></xml>';
  const fields = parseXml(xml);
  assert.equal(fields.MsgId, '25000000000000017');
  assert.equal(fields.Content, '007 <&> ]]>');
  assert.equal(fields.Empty, '');
  assert.deepEqual(fields.Info.item, ['a&b', '你']);
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
  for (const text of texts) assert.throws(() => parseXml(text), { status: 400 }, text);
});

test('writes text as CDATA that nothing can end, and numbers bare', () => {
  const fields = {
    Time: 17,
    Content: 'a]]>b<&\u0000😀',
    Articles: { item: [{ Title: '1' }, { Title: '2' }] },
  };
  const xml = formatXml(fields);
  assert.match(xml, /<Time>17<\/Time>/);
  assert.equal(parseXml(xml).Content, 'a]]>b<&😀');
  assert.equal(parseXml(xml).Articles.item.length, 2);
});

test('runs once for an id, and gives repetitions the same result', async () => {
  const pushes = new Once();
  let runs = 0;
  const work = async () => (runs += 1);
  const first = pushes.run('a', work);
  const second = pushes.run('a', work);
  assert.deepEqual([first.attempt, second.attempt], [1, 2]);
  assert.equal(await second.result, 1);
  assert.equal(await pushes.run('b', work).result, 2);
});

// From here on: the app itself, over HTTP.

/** @type {import('node:child_process').ChildProcess} */
let app;
/** @type {string} */
let origin;
/** @type {import('node:readline').Interface} */
let lines;
/** @type {any[]} */
const logs = [];

before(async () => {
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '',
    WX_MODE: '',
    WX_TOKEN: TOKEN,
    WX_APPID: APPID,
    WX_AES_KEY: KEY_TEXT,
  };
  const script = fileURLToPath(new URL('../server.mjs', import.meta.url));
  app = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(app.stdout);
  lines = createInterface({ input: app.stdout });
  lines.on('line', (line) => logs.push(JSON.parse(line)));
  await once(lines, 'line');
  origin = `http://127.0.0.1:${logs[0].port}`;
});

after(async () => {
  if (app.exitCode !== null) return;
  app.kill();
  await once(app, 'exit');
});

/**
 * The log about one push, when it says that it was answered `times` times.
 * @param {string} msgId @param {number} times
 */
async function logOf(msgId, times) {
  for (;;) {
    const found = logs.filter(({ msg_id }) => msg_id === msgId).map(({ msg }) => msg);
    if (found.filter((msg) => msg === 'answered').length >= times) return found.sort();
    await once(lines, 'line');
  }
}

/** @param {Record<string, string>} [extra] */
function query(extra = {}) {
  const [timestamp, nonce] = ['1767225600', '415670741'];
  return new URLSearchParams({
    signature: sign(TOKEN, timestamp, nonce),
    timestamp,
    nonce,
    ...extra,
  });
}

/** @param {string} content @param {string} msgId */
function textPush(content, msgId) {
  return formatXml({
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: 'oAlice',
    CreateTime: 1767225600,
    MsgType: 'text',
    Content: content,
    MsgId: Number(msgId),
  });
}

/** @param {string} body @param {Record<string, string>} [extra] */
async function post(body, extra) {
  const response = await fetch(`${origin}/wx?${query(extra)}`, { method: 'POST', body });
  return { status: response.status, text: await response.text() };
}

/** @param {string} xml @param {string} [appId] */
function sealed(xml, appId = APPID) {
  const encrypted = encrypt(xml, key, appId);
  const msg_signature = sign(TOKEN, '1767225600', '415670741', encrypted);
  return { encrypted, extra: { encrypt_type: 'aes', msg_signature } };
}

test('returns the echostr to WeChat, and to nobody else', async () => {
  const good = await fetch(`${origin}/wx?${query({ echostr: '4375120948345356249' })}`);
  assert.equal(await good.text(), '4375120948345356249');
  const bad = await fetch(
    `${origin}/wx?${query({ echostr: '4375120948345356249', signature: '0'.repeat(40) })}`,
  );
  assert.equal(bad.status, 403);
  assert.equal(await bad.text(), '');
});

test('repeats a text, addresses swapped, in plain mode', async () => {
  const { status, text } = await post(textPush('你好 ]]> <&> 007', '1001'));
  const reply = parseXml(text);
  assert.equal(status, 200);
  assert.deepEqual([reply.ToUserName, reply.FromUserName], ['oAlice', 'gh_0f1e2d3c4b5a']);
  assert.deepEqual([reply.MsgType, reply.Content], ['text', '你好 ]]> <&> 007']);
  assert.match(text, /<CreateTime>\d{10}<\/CreateTime>/);
});

test('answers an encrypted push with an encrypted reply', async () => {
  for (const [msgId, clear] of [
    ['1002', ''],
    ['1003', textPush('hello', '1003').slice(5, -6)],
  ]) {
    const { encrypted, extra } = sealed(textPush('hello', msgId));
    const body = `<xml>${clear}<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = parseXml((await post(body, extra)).text);
    assert.ok(isSigned(MsgSignature, TOKEN, TimeStamp, Nonce, Encrypt));
    const { text, appId } = decrypt(Encrypt, key);
    assert.equal(parseXml(text).Content, 'hello');
    assert.equal(appId, APPID);
  }
});

test('refuses forged, foreign and broken pushes', async () => {
  const { encrypted, extra } = sealed(textPush('hello', '1004'));
  const body = formatXml({ Encrypt: encrypted });
  const foreign = sealed(textPush('hello', '1004'), 'wxffffffffffffffff');
  assert.equal((await post(textPush('hi', '1004'), { signature: 'x' })).status, 403);
  assert.equal((await post(body, { ...extra, msg_signature: sign('x') })).status, 403);
  assert.equal((await post(formatXml({ Encrypt: foreign.encrypted }), foreign.extra)).status, 403);
  assert.equal((await post('<xml><Content>1</Content></xml>')).status, 400);
  assert.equal((await post('x'.repeat(1024 * 1024 + 1))).status, 413);
});

test('handles a push once, and answers its repetition alike', async () => {
  const push = textPush('only once', '1005');
  const [first, second] = await Promise.all([post(push), post(push)]);
  assert.equal(parseXml(first.text).Content, parseXml(second.text).Content);
  assert.deepEqual(await logOf('1005', 2), ['answered', 'answered', 'handled']);
});

test('answers success to what it has no reply for', async () => {
  const push = textPush('', '1006');
  assert.equal((await post(push)).text, 'success');
  assert.equal(
    (await post(push.replace('[text]', '[image]').replace('1006', '1007'))).text,
    'success',
  );
});

test('says nothing in its log that would harm a follower or the account', () => {
  const text = JSON.stringify(logs);
  assert.ok(logs.length > 10);
  for (const secret of ['oAlice', TOKEN, KEY_TEXT, 'only once'])
    assert.ok(!text.includes(secret), secret);
});

test('ends within 2 s when asked to', async () => {
  app.kill('SIGTERM');
  const [code] = await once(app, 'exit');
  assert.equal(code, 0);
});

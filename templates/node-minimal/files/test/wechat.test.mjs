// @ts-check
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WechatApi } from '../api.mjs';
import {
  Once,
  decrypt,
  encrypt,
  formatXml,
  isSigned,
  parseAesKey,
  parseXml,
  readPush,
  sign,
} from '../wechat.mjs';

const TOKEN = 'testtoken123';
const KEY_TEXT = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA';
const APPID = 'wx1234567890abcdef';
const key = parseAesKey(KEY_TEXT);
/** What pushes are signed with. */
const NOW = String(Math.floor(Date.now() / 1000));

/** Known answers, most of them from WeChat's documentation. @type {any[]} */
const vectors = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));

for (const { name, kind, input, expected } of vectors) {
  const { token, timestamp, nonce, encrypt: encrypted, encodingAESKey, receiveId } = input;
  const values = [token, timestamp, nonce, ...(encrypted === undefined ? [] : [encrypted])];
  test(`keeps to the known answer ${name}`, () => {
    switch (kind) {
      case 'mp.signature':
      case 'msg_signature':
        return assert.ok(isSigned(expected.signature, ...values));
      case 'mp.signature.reject':
      case 'msg_signature.reject':
        return assert.ok(!isSigned(input.signature, ...values));
      case 'biz.decrypt':
        assert.ok(isSigned(input.msg_signature, ...values));
        return assert.deepEqual(decrypt(encrypted, parseAesKey(encodingAESKey)), {
          text: expected.msg,
          appId: receiveId,
        });
      case 'biz.encrypt':
      case 'biz.encryptReply': {
        const random = Buffer.from(input.random16);
        const made = encrypt(input.msg, parseAesKey(encodingAESKey), receiveId, random);
        if (expected.msgSignature) assert.equal(sign(...values, made), expected.msgSignature);
        return assert.equal(made, expected.encrypt);
      }
      case 'aeskey.check':
        for (const [text, isKey] of input.candidates) {
          if (isKey) assert.equal(parseAesKey(text).length, 32);
          // This one of base64's letters no console gives out, but no harm comes from it.
          else if (!/[+/]/.test(text)) assert.throws(() => parseAesKey(text));
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

test('remembers a push for as long as a recording of it is taken', (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const pushes = new Once();
  const attempt = () => pushes.run('a', async () => 1).attempt;
  assert.equal(attempt(), 1);
  t.mock.timers.tick(599_000);
  assert.equal(attempt(), 2);
  t.mock.timers.tick(2000);
  assert.equal(attempt(), 1);
});

test('refuses what was signed more than 5 minutes ago, or ahead', () => {
  const account = { token: TOKEN, appId: APPID, aesKey: key, onlySafe: false };
  const encrypted = encrypt(textPush('hi', '1'), key, APPID);
  const read = (/** @type {string} */ timestamp) => {
    const stamp = { timestamp, nonce: '2' };
    const values = [TOKEN, timestamp, '2'];
    readPush({ ...stamp, signature: sign(...values) }, textPush('hi', '1'), account);
    const msg_signature = sign(...values, encrypted);
    const query = { ...stamp, encrypt_type: 'aes', msg_signature };
    return readPush(query, formatXml({ Encrypt: encrypted }), account);
  };
  const now = Math.floor(Date.now() / 1000);
  for (const age of [-280, 0, 280]) assert.ok(read(String(now - age)).sealFor);
  for (const timestamp of [now - 320, now + 320, 1767225600, '', 'x', `${now}000`]) {
    assert.throws(() => read(String(timestamp)), { status: 403, message: /replay/ });
  }
});

test('forces a new token when the usual one is called invalid, and uses one that ends soon', async () => {
  /** @type {any[]} */
  const calls = [];
  let valid = 'old';
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const isToken = request.url === '/cgi-bin/stable_token';
    calls.push(isToken ? (JSON.parse(body).force_refresh ?? false) : request.url?.split('=')[1]);
    if (isToken && calls.at(-1)) valid = 'new';
    const errcode = request.url?.endsWith('=new') ? 0 : 40001;
    const answer = isToken ? { access_token: valid, expires_in: 200 } : { errcode, errmsg: '' };
    response.setHeader('Connection', 'close').end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const base = `http://127.0.0.1:${address.port}`;
  const api = new WechatApi({ base, appId: APPID, secret: 'x' });
  try {
    await api.sendText('oAlice', '1');
    await api.sendText('oAlice', '2');
  } finally {
    server.close();
  }
  assert.deepEqual(calls, [false, 'old', false, true, 'new', 'new']);
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

/** What came to the customer service API. @type {any[]} */
const sent = [];
const wechat = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const isToken = request.url === '/cgi-bin/stable_token';
  if (!isToken) sent.push({ url: request.url, ...JSON.parse(body) });
  // The first token is over: the app must fetch another one.
  const isOver = request.url?.endsWith('=token-1');
  const answer = isToken
    ? { access_token: `token-${(tokens += 1)}`, expires_in: 7200 }
    : { errcode: isOver ? 42001 : 0, errmsg: '' };
  response.setHeader('Connection', 'close').end(JSON.stringify(answer));
});
let tokens = 0;
/** `#slow`, sent twice at the start: the other tests run meanwhile. @type {Promise<any[]>} */
let slow;

before(async () => {
  await once(wechat.listen(0, '127.0.0.1'), 'listening');
  const address = wechat.address();
  assert.ok(address && typeof address === 'object');
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '',
    WX_MODE: '',
    WX_TOKEN: TOKEN,
    WX_APPID: APPID,
    WX_AES_KEY: KEY_TEXT,
    WX_API_BASE: `http://127.0.0.1:${address.port}`,
  };
  const script = fileURLToPath(new URL('../server.mjs', import.meta.url));
  app = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(app.stdout);
  lines = createInterface({ input: app.stdout });
  lines.on('line', (line) => logs.push(JSON.parse(line)));
  await once(lines, 'line');
  origin = `http://127.0.0.1:${logs[0].port}`;
  slow = Promise.all([1, 2].map(() => post(textPush('#slow', '900'))));
});

after(async () => {
  wechat.close();
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
  const [timestamp, nonce] = [NOW, '415670741'];
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
  const msg_signature = sign(TOKEN, NOW, '415670741', encrypted);
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
  const [timestamp, echostr] = ['1767225600', '4375120948345356249'];
  const old = { timestamp, signature: sign(TOKEN, timestamp, '415670741') };
  assert.equal((await fetch(`${origin}/wx?${query({ ...old, echostr })}`)).status, 403);
  assert.equal((await post(textPush('hi', '1000'), old)).status, 403);
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
  for (const secret of ['oAlice', TOKEN, KEY_TEXT, 'only once', 'token-2'])
    assert.ok(!text.includes(secret), secret);
});

test('counts what a follower sent, and a push that comes again only once', async () => {
  const counts = [];
  for (const id of ['1010', '1011', '1011', '1012']) {
    counts.push(parseXml((await post(textPush('#count', id))).text).Content);
  }
  assert.deepEqual(counts, ['1', '2', '2', '3']);
});

test('answers slow work in time, and sends its result once as a message', async () => {
  // Not what the work says after 6 s: so it was answered before.
  for (const { text } of await slow) assert.equal(text, 'success');
  while (!logs.some(({ msg, msg_id }) => msg === 'sent late' && msg_id === '900')) {
    await once(lines, 'line');
  }
  assert.equal(tokens, 2);
  assert.deepEqual(
    sent.map(({ url, touser, text }) => [url.split('=')[1], touser, text.content]),
    [
      ['token-1', 'oAlice', '做完了。Done.'],
      ['token-2', 'oAlice', '做完了。Done.'],
    ],
  );
});

test('passes a trace on, and makes one where there is none', async () => {
  const traceOf = async (/** @type {Record<string, string>} */ headers) =>
    (await fetch(`${origin}/readyz`, { headers })).headers.get('x-trace-id');
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  assert.equal(await traceOf({ traceparent: `00-${trace}-00f067aa0ba902b7-01` }), trace);
  assert.equal(await traceOf({ 'x-trace-id': 'abc-1' }), 'abc-1');
  assert.match(String(await traceOf({ 'x-trace-id': 'a b\tc' })), /^[\da-f-]{36}$/);
});

test('ends when asked to, and leaves what it cannot finish to its successor', async () => {
  const answer = post(textPush('#slow', '901'));
  // The server has begun with it once it has answered what came later.
  await post(textPush('later', '902'));
  const exit = once(app, 'exit');
  app.kill('SIGTERM');
  assert.deepEqual(await answer, { status: 503, text: '' });
  assert.deepEqual(await exit, [0, null]);
});

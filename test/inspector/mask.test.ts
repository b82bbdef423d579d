import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { createMasker } from '../../src/inspector/mask.ts';
import { createPlace, exchange } from './support.ts';

const token = 'testToken123';
const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const relayToken = 'relay "token" & more/+=';
const masker = createMasker([token, aesKey, relayToken, '', 'abc']);

test.each([
  [`token=${token}&x=1`, '?token=***&x=1'.slice(1)],
  [`the key is ${aesKey}.`, 'the key is ***.'],
  [encodeURIComponent(relayToken), '***'],
  [JSON.stringify({ relayToken }), '{"relayToken":"***"}'],
  ['abc, abcd and xabc', '***, abcd and xabc'],
  [`${aesKey}${token}`, '******'],
  ['{"access_token":"61_ABC","expires_in":7200}', '{"access_token":"***","expires_in":7200}'],
  ['{ "refresh_token" : "61_ABC" }', '{ "refresh_token" : "***" }'],
  [
    '<access_token><![CDATA[61_ABC]]></access_token>',
    '<access_token><![CDATA[***]]></access_token>',
  ],
  ['appsecret=ABC&openid=o1', 'appsecret=***&openid=o1'],
  ['my access_token is gone', 'my access_token is gone'],
])('takes secrets out of %s', (text, expected) => {
  expect(masker.text(text)).toBe(expected);
});

test.each([
  ['/page?access_token=61_ABC&a=1', '/page?access_token=***&a=1'],
  ['/page?a=1&component_access_token=61_ABC#x', '/page?a=1&component_access_token=***#x'],
  ['/page?js_ticket=t&secret=s', '/page?js_ticket=***&secret=***'],
  [
    '/wx?signature=5f0c&timestamp=1767225600&nonce=42&echostr=123&openid=o1',
    '/wx?signature=5f0c&timestamp=1767225600&nonce=42&echostr=123&openid=o1',
  ],
])('takes credentials out of the URL %s', (url, expected) => {
  expect(masker.url(url)).toBe(expected);
});

test.each([
  ['Authorization', 'Bearer x'],
  ['COOKIE', 'sid=1'],
  ['set-cookie', 'sid=1; Path=/'],
  ['Proxy-Authorization', 'Basic eA=='],
  ['X-Api-Key', 'k'],
  ['X-Auth-Token', 't'],
])('masks the whole of %s', (name, value) => {
  expect(masker.header(name, value)).toBe('***');
});

test('leaves other headers, except for the tokens in their URLs', () => {
  expect(masker.header('Content-Type', 'text/xml')).toBe('text/xml');
  expect(masker.header('Referer', 'https://a.test/?access_token=61_A')).toBe(
    'https://a.test/?access_token=***',
  );
});

test('is linear in the length of a body that a stranger made for it', () => {
  const bodies = ['access_'.repeat(150_000), '_'.repeat(1_000_000), '?a_token='.repeat(100_000)];
  for (const body of bodies) expect(masker.text(body).length).toBeGreaterThan(0);
});

test('no secret reaches the file, wherever it stands in an exchange', async () => {
  await using place = await createPlace();
  const secrets = [token, aesKey, relayToken];
  const history = await place.open({ secrets });
  const text = secrets.join(' ');
  const latin = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text)]);
  const message = { headers: [['X-Echo', text]] as const, truncated: false };
  history.record(
    exchange({
      content: text,
      reply: text,
      answerText: text,
      push: { mode: 'safe', format: 'xml', text },
      error: new WxDevError('WXD1202', { problem: text } as never),
      warnings: [new WxDevError('WXD3002', { target: text, reason: token })],
      request: {
        method: 'POST',
        url: `/wx?x=${encodeURIComponent(text)}`,
        body: latin,
        ...message,
      },
      response: { status: 200, body: Buffer.from(text), ...message },
    }),
  );
  history.record(
    exchange({
      response: {
        status: 200,
        headers: [['Content-Encoding', 'gzip']],
        body: Buffer.from(text),
        truncated: false,
      },
    }),
  );
  await history.close();
  const names = await readdir(place.folder);
  const files = await Promise.all(names.map((name) => readFile(join(place.folder, name), 'utf8')));
  const [all = ''] = files;
  const everything =
    all + Buffer.from(/"base64":"([^"]+)"/.exec(all)?.[1] ?? '', 'base64').toString();
  expect(all.split('\n').filter((line) => line !== '')).toHaveLength(2);
  for (const secret of secrets) expect(everything).not.toContain(secret);
  const [read, packed] = await place.exchanges();
  expect(read?.masked).toBe(true);
  expect(packed?.masked).toBe(false);
  expect(packed?.response).toMatchObject({ truncated: true, body: Buffer.alloc(0) });
});

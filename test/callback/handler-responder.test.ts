import { expect, test, vi } from 'vitest';
import { echoHandler, type Handler } from '../../src/callback/handler.ts';
import type { Format, Mode } from '../../src/wechat/account.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { decryptWithAny, sealPush } from '../../src/wechat/envelope.ts';
import { textOf } from '../../src/wechat/fields.ts';
import { parseJson } from '../../src/wechat/json.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import { sign } from '../../src/wechat/signature.ts';
import { parseXml } from '../../src/wechat/xml.ts';
import {
  account,
  dialRaw,
  gate,
  nextExchange,
  post,
  rawPost,
  sealed,
  send,
  start,
  textMessage,
  verification,
  until,
} from './support.ts';

const modes: readonly Mode[] = ['plain', 'compat', 'safe'];
const formats: readonly Format[] = ['xml', 'json'];

test('answers the verification with the echostr, byte for byte, as plain text', async () => {
  const server = await start({ handler: echoHandler });
  const exchange = nextExchange(server);
  const answer = await send(`${server.url}/wx?${verification()}`);
  expect(answer).toMatchObject({ status: 200, text: '5833258814929173841' });
  expect(answer.headers['content-type']).toBe('text/plain');
  expect(await exchange).toMatchObject({
    id: 1,
    type: 'verify',
    attempt: 1,
    status: 200,
    verdict: 'ok',
    reply: 'echostr',
  });
});

test('refuses a verification whose signature is wrong, without its echostr', async () => {
  const server = await start({ handler: echoHandler });
  const exchange = nextExchange(server);
  const answer = await send(`${server.url}/wx?${verification().replace('nonce=4', 'nonce=5')}`);
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('WXD1001');
  expect(answer.text).not.toContain('58332');
  expect(await exchange).toMatchObject({ type: 'verify', verdict: 'rejected', status: 403 });
});

for (const mode of modes) {
  for (const format of formats) {
    test(`echoes text in ${mode} mode as ${format}, sealed as the push was`, async () => {
      const server = await start({ handler: echoHandler, mode });
      const exchange = nextExchange(server);
      const answer = await post(server, sealed(textMessage(), mode, format));
      expect(answer.status).toBe(200);
      const outer = format === 'json' ? parseJson(answer.text) : parseXml(answer.text);
      const encrypted = textOf(outer, 'Encrypt');
      expect(encrypted === undefined).toBe(mode === 'plain');
      const inner = encrypted === undefined ? answer.text : decryptWithAny(encrypted, account).text;
      const reply = format === 'json' ? parseJson(inner) : parseXml(inner);
      expect(reply).toMatchObject({
        ToUserName: 'oWxDev_Alice_000000000000001',
        FromUserName: 'gh_0f1e2d3c4b5a',
        MsgType: 'text',
        Content: 'hello 你好',
      });
      if (encrypted !== undefined) {
        const signed = [textOf(outer, 'TimeStamp'), textOf(outer, 'Nonce'), encrypted];
        expect(textOf(outer, 'MsgSignature')).toBe(
          sign(account.token, ...signed.map((value) => value ?? '')),
        );
      }
      expect(await exchange).toMatchObject({
        type: 'text',
        attempt: 1,
        status: 200,
        verdict: 'ok',
        msgId: '25000000000000017',
        openid: 'oWxDev_Alice_000000000000001',
        content: 'hello 你好',
      });
    });
  }

  test(`answers success, unencrypted, to what is not text in ${mode} mode`, async () => {
    const server = await start({ handler: echoHandler, mode });
    const event = textMessage({ MsgType: 'event', Event: 'subscribe', EventKey: '' });
    const exchange = nextExchange(server);
    const answer = await post(server, sealed(event, mode));
    expect(answer).toMatchObject({ status: 200, text: 'success' });
    expect(await exchange).toMatchObject({ type: 'subscribe', reply: 'success', verdict: 'ok' });
  });
}

test('answers an empty text with success instead of an empty reply', async () => {
  const server = await start({ handler: echoHandler });
  const answer = await post(server, sealed(textMessage({ Content: '' })));
  expect(answer.text).toBe('success');
});

test('answers with the old key a push that still used the old key', async () => {
  const oldKey = 'ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut';
  const { token, appId } = account;
  const before = createAccount({ token, appId: appId ?? '', aesKey: oldKey });
  const rotated = createAccount({
    token,
    appId: appId ?? '',
    aesKey: account.aesKey?.text ?? '',
    previousAesKey: oldKey,
  });
  const server = await start({ handler: echoHandler, account: rotated, mode: 'safe' });
  const { query, body } = sealPush(textMessage(), before, {
    mode: 'safe',
    format: 'xml',
    timestamp: '1767225601',
    nonce: '1',
    random16: Buffer.alloc(16, 7),
  });
  const answer = await post(server, { query: formatPushQuery(query), body });
  const encrypted = textOf(parseXml(answer.text), 'Encrypt') ?? '';
  expect(decryptWithAny(encrypted, before).text).toContain('hello 你好');
});

/** `text` with the byte at `index` replaced by another of the same alphabet. */
function alter(text: string, index: number): string {
  const old = text.charAt(index);
  return text.slice(0, index) + (old === '1' ? '2' : '1') + text.slice(index + 1);
}

/** Every variant of `query` with one byte of the parameter `name` altered. */
function alterations(query: string, name: string): string[] {
  const start = query.search(new RegExp(`(?<=(^|&)${name}=)`));
  const end = query.indexOf('&', start);
  const length = (end === -1 ? query.length : end) - start;
  return Array.from({ length }, (_, index) => alter(query, start + index));
}

test.each([
  { mode: 'plain', names: ['signature', 'timestamp', 'nonce'] },
  { mode: 'safe', names: ['msg_signature', 'timestamp', 'nonce'] },
] as const)(
  'refuses a $mode push with any one byte of its signed query altered, and logs the code',
  async ({ mode, names }) => {
    const handler = vi.fn(echoHandler);
    const server = await start({ handler, mode });
    const push = sealed(textMessage(), mode);
    const altered = names.flatMap((name) => alterations(push.query, name));
    expect(altered.length).toBeGreaterThan(55);
    for (const query of altered) {
      const exchange = nextExchange(server);
      const answer = await post(server, { ...push, query });
      expect(answer.status, query).toBe(403);
      expect(await exchange, query).toMatchObject({
        verdict: 'rejected',
        error: { code: 'WXD1001' },
      });
    }
    expect(handler).not.toHaveBeenCalled();
    expect((await post(server, push)).status).toBe(200);
    expect(handler).toHaveBeenCalledOnce();
  },
);

test('refuses a safe push with any one byte of Encrypt altered', async () => {
  const handler = vi.fn(echoHandler);
  const server = await start({ handler, mode: 'safe' });
  const push = sealed(textMessage(), 'safe');
  const from = push.body.indexOf('<Encrypt><![CDATA[') + '<Encrypt><![CDATA['.length;
  const to = push.body.indexOf(']]></Encrypt>');
  for (let index = from; index < to; index += 1) {
    const exchange = nextExchange(server);
    const answer = await post(server, { ...push, body: alter(push.body, index) });
    expect(answer.status, `byte ${index}`).toBe(403);
    expect((await exchange).error?.code, `byte ${index}`).toBe('WXD1001');
  }
  expect(handler).not.toHaveBeenCalled();
});

test('refuses plaintext when the account is in safe mode', async () => {
  const handler = vi.fn(echoHandler);
  const server = await start({ handler, mode: 'safe' });
  const exchange = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(403);
  expect((await exchange).error?.code).toBe('WXD1106');
  expect(handler).not.toHaveBeenCalled();
});

test.each([
  { name: 'an empty body', body: '', code: 'WXD1205' },
  { name: 'invalid UTF-8', body: Buffer.from([0x3c, 0x78, 0xff, 0xfe]), code: 'WXD1208' },
  { name: 'truncated XML', body: '<xml><MsgType><![CDATA[te', code: 'WXD1201' },
  { name: 'a DOCTYPE', body: '<!DOCTYPE xml [<!ENTITY a "b">]><xml></xml>', code: 'WXD1202' },
  { name: 'no MsgType', body: '<xml><A>1</A></xml>', code: 'WXD1206' },
])('refuses $name and says so', async ({ body, code }) => {
  const server = await start({ handler: echoHandler });
  const exchange = nextExchange(server);
  const answer = await post(server, { query: sealed(textMessage()).query, body });
  expect(answer).toMatchObject({ status: 403, text: `wx-dev refused this request: ${code}\n` });
  expect((await exchange).error?.code).toBe(code);
});

test('runs the handler once for a push, also when its retry arrives at the same time', async () => {
  const release = gate();
  const handler = vi.fn<Handler>(async () => {
    await release.opened;
    return 'one answer';
  });
  const server = await start({ handler });
  const both = [post(server, sealed(textMessage())), post(server, sealed(textMessage()))];
  await until(() => handler.mock.calls.length > 0);
  const third = post(server, sealed(textMessage()));
  release.open();
  for (const answer of await Promise.all([...both, third]))
    expect(answer.text).toContain('one answer');
  expect(handler).toHaveBeenCalledOnce();
  expect(server.exchanges.map(({ id }) => id)).toEqual([1, 1, 1]);
  expect(new Set(server.exchanges.map(({ attempt }) => attempt))).toEqual(new Set([1, 2, 3]));
});

test('closes the connection at the deadline, and gives the late result to the retry', async () => {
  const release = gate();
  const handler = vi.fn<Handler>(async (_message, { signal }) => {
    await release.opened;
    return signal.aborted ? 'aborted' : 'late but shared';
  });
  const server = await start({ handler, deadlineMs: 2000 });
  const first = nextExchange(server);
  const connection = dialRaw(server.port);
  const { query, body } = sealed(textMessage());
  connection.write(rawPost(`/wx?${query}`, body));
  expect((await connection.received).length).toBe(0);
  expect(await first).toMatchObject({
    id: 1,
    attempt: 1,
    status: 0,
    verdict: 'late',
    error: { code: 'WXD2001', details: { limitMs: 2000 } },
  });
  release.open();
  const second = nextExchange(server);
  expect((await post(server, { query, body })).text).toContain('late but shared');
  expect(await second).toMatchObject({ id: 1, attempt: 2, status: 200 });
  expect(handler).toHaveBeenCalledOnce();
});

test('answers 500 when the handler throws, names the line, and runs it again for the retry', async () => {
  let runs = 0;
  const attempts: number[] = [];
  const handler: Handler = (_message, { attempt }) => {
    attempts.push(attempt);
    runs += 1;
    if (runs === 1) throw new Error('database is away');
    return 'recovered';
  };
  const server = await start({ handler });
  const first = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(500);
  const { error, verdict } = await first;
  expect(verdict).toBe('failed');
  expect(error?.code).toBe('WXD3003');
  expect(error?.details).toMatchObject({
    message: 'database is away',
    place: expect.stringMatching(/handler-responder\.test\.ts:\d+:\d+$/),
  });
  expect((await post(server, sealed(textMessage()))).text).toContain('recovered');
  expect(attempts).toEqual([1, 2]);
});

test.each([
  { name: 'a number', result: 42, code: 'WXD3007' },
  { name: 'an object without type', result: { content: 'x' }, code: 'WXD3007' },
  { name: 'an unknown type', result: { type: 'gif', mediaId: '1' }, code: 'WXD2120' },
  { name: 'an empty text', result: '', code: 'WXD2108' },
  { name: 'an image without media', result: { type: 'image', mediaId: '' }, code: 'WXD2113' },
])('answers 500 when the handler returns $name', async ({ result, code }) => {
  // Modules are JavaScript: they may return anything.
  const server = await start({ handler: (() => result) as unknown as Handler });
  const exchange = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(500);
  expect((await exchange).error?.code).toBe(code);
});

test('gives the handler the account, the exchange and the time it has', async () => {
  const seen: unknown[] = [];
  const server = await start({
    handler: (message, { account: who, exchangeId, deadline, attempt }) => {
      seen.push([message.type, who, exchangeId, attempt, deadline > Date.now()]);
      return undefined;
    },
  });
  await post(server, sealed(textMessage()));
  expect(seen).toEqual([['text', { appId: 'wx1234567890abcdef' }, 1, 1, true]]);
});

test('keeps pushes that were pipelined apart, and answers in order', async () => {
  const server = await start({ handler: echoHandler });
  const connection = dialRaw(server.port);
  const [one, two] = [
    sealed(textMessage({ MsgId: '1', Content: 'first' })),
    sealed(textMessage({ MsgId: '2', Content: 'second' })),
  ];
  connection.write(
    Buffer.concat([
      rawPost(`/wx?${one.query}`, one.body),
      rawPost(`/wx?${two.query}`, two.body, 'Connection: close\r\n'),
    ]),
  );
  const received = (await connection.received).toString();
  expect(received.indexOf('first')).toBeGreaterThan(0);
  expect(received.indexOf('second')).toBeGreaterThan(received.indexOf('first'));
  expect(server.exchanges.map(({ id }) => id)).toEqual([1, 2]);
});

test('tells two events of one second apart, and recognises the retry of one', async () => {
  const handler = vi.fn<Handler>(() => undefined);
  const server = await start({ handler });
  const { MsgId: _none, ...base } = textMessage({ MsgType: 'event', Event: 'CLICK' });
  for (const EventKey of ['A', 'B', 'A']) await post(server, sealed({ ...base, EventKey }));
  expect(handler).toHaveBeenCalledTimes(2);
  expect(server.exchanges.map(({ id, attempt }) => `${id}/${attempt}`)).toEqual([
    '1/1',
    '2/1',
    '1/2',
  ]);
});

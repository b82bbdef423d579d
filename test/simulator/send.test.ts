import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sendPush, sendVerify, type SendPushOptions } from '../../src/simulator/send.ts';
import { seal, unseal } from '../../src/wechat/envelope.ts';
import { parseMessage } from '../../src/wechat/message.ts';
import { parsePushQuery } from '../../src/wechat/query.ts';
import { formatReply } from '../../src/wechat/reply.ts';
import { sign } from '../../src/wechat/signature.ts';
import {
  account,
  answering,
  listen,
  startHttp,
  startTcp,
  textMessage,
  withBody,
  until,
} from './support.ts';

const reply = formatReply(
  { type: 'text', content: 'hi 好' },
  { to: 'oWxDev_Alice_000000000000001', from: 'gh_0f1e2d3c4b5a', createTime: 1767225602 },
);

function ok(body: string | Buffer, headers = ''): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
}

function push(url: string, options: Partial<SendPushOptions> = {}) {
  return sendPush({ url, account, mode: 'plain', fields: textMessage(), ...options });
}

test('sends the verification as WeChat does, and takes the echostr byte for byte', async () => {
  const seen: string[] = [];
  const url = await startHttp((request, response) => {
    const query = parsePushQuery(request.url?.split('?')[1] ?? '');
    const { timestamp = '', nonce = '', signature } = query;
    seen.push(`${request.method} ${request.headers['user-agent']}`);
    expect(signature).toBe(sign(account.token, timestamp, nonce));
    expect(query.echostr).toMatch(/^[1-9]\d{18}$/);
    expect(timestamp).toMatch(/^\d{10}$/);
    response.end(query.echostr);
  });
  const outcome = await sendVerify({ url, account });
  expect(outcome).toMatchObject({
    accepted: true,
    verdict: 'ok',
    status: 200,
    summary: 'echostr',
    faults: [],
    request: { method: 'GET' },
  });
  expect(outcome.attempts).toHaveLength(1);
  expect(seen).toEqual(['GET Mozilla/4.0']);
});

test.each([
  { name: 'quotes', answer: (echostr: string) => `"${echostr}"` },
  { name: 'a line feed', answer: (echostr: string) => `${echostr}\n` },
  { name: 'a byte order mark', answer: (echostr: string) => `\ufeff${echostr}` },
  { name: 'a number', answer: (echostr: string) => String(Number(echostr)) },
  { name: 'success', answer: () => 'success' },
  { name: 'nothing', answer: () => '' },
])('refuses an echostr with $name', async ({ answer }) => {
  const url = await startHttp((request, response) => {
    response.end(answer(parsePushQuery(request.url?.split('?')[1] ?? '').echostr ?? ''));
  });
  const { accepted, verdict, faults } = await sendVerify({ url, account });
  expect({ accepted, verdict, codes: faults.map(({ code }) => code) }).toEqual({
    accepted: false,
    verdict: 'failed',
    codes: ['WXD1004'],
  });
});

test('keeps the query that the callback URL has', async () => {
  const seen: string[] = [];
  const url = await startHttp((request, response) => {
    seen.push(request.url ?? '');
    response.end('success');
  });
  await push(`${url}?tenant=%2B+1`);
  expect(seen[0]).toMatch(/^\/wx\?tenant=%2B\+1&signature=[0-9a-f]{40}&timestamp=\d+&nonce=\d+&/);
});

for (const mode of ['plain', 'compat', 'safe'] as const) {
  for (const format of ['xml', 'json'] as const) {
    test(`pushes in ${mode} mode as ${format}, and takes the reply in kind`, async () => {
      const url = await startHttp(
        withBody((request, response, body) => {
          const raw = { query: parsePushQuery(request.url?.split('?')[1] ?? ''), body };
          expect(request.headers['content-type']).toBe(
            format === 'json' ? 'application/json' : 'text/xml',
          );
          const unsealed = unseal(raw, account, { mode });
          expect(unsealed).toMatchObject({ mode, format });
          const message = parseMessage(unsealed.fields);
          expect(message).toMatchObject({ msgId: '25000000000000017', content: 'hello 你好' });
          const text = formatReply(
            { type: 'text', content: 'hi 好' },
            { to: message.fromUserName, from: message.toUserName, createTime: 1767225602, format },
          );
          const sealing = {
            format,
            timestamp: '1767225602',
            nonce: '9',
            random16: Buffer.alloc(16),
          };
          response.end(mode === 'plain' ? text : seal(text, account, sealing));
        }),
      );
      const outcome = await push(url, { mode, format });
      expect(outcome.faults).toEqual([]);
      expect(outcome).toMatchObject({
        accepted: true,
        verdict: 'ok',
        visible: 'reply',
        reply: { type: 'text', content: 'hi 好' },
      });
    });
  }
}

test.each([
  { name: 'success in quotes', answer: ok('"success"'), code: 'WXD2105' },
  { name: 'JSON', answer: ok('{"errcode":0}'), code: 'WXD2104' },
  { name: 'HTML', answer: ok('<!doctype html><title>502</title>'), code: 'WXD2103' },
  { name: 'words', answer: ok('Success!'), code: 'WXD2112' },
  { name: 'a byte order mark', answer: ok(`\ufeff${reply}`), code: 'WXD2106' },
  { name: 'an empty text', answer: ok(reply.replace('hi 好', '')), code: 'WXD2108' },
  { name: 'nested <xml>', answer: ok(`<xml>${reply}</xml>`), code: 'WXD2107' },
  { name: 'two bodies', answer: ok(`${reply}success`), code: 'WXD2111' },
  {
    name: 'addresses not swapped',
    answer: ok(reply.replaceAll('gh_0f1e2d3c4b5a', 'oX')),
    code: 'WXD2109',
  },
  {
    name: 'compression',
    answer: ok(gzipSync('success'), 'Content-Encoding: gzip\r\n'),
    code: 'WXD2115',
  },
])('refuses $name from a real server, after one attempt', async ({ answer, code }) => {
  const { url } = await startTcp(answering(answer));
  const outcome = await push(url);
  expect(outcome).toMatchObject({ accepted: false, verdict: 'failed', visible: 'failure' });
  expect(outcome.faults.map((fault) => fault.code)).toContain(code);
  expect(outcome.attempts).toHaveLength(1);
});

test('refuses a reply in clear when the account is in safe mode', async () => {
  const { url } = await startTcp(answering(ok(reply)));
  const outcome = await push(url, { mode: 'safe' });
  expect(outcome.faults.map(({ code }) => code)).toContain('WXD2110');
});

test.each([
  { name: 'success', answer: ok('success') },
  { name: 'an empty body', answer: ok('') },
  {
    name: 'chunks',
    answer:
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsuc\r\n4\r\ncess\r\n0\r\n\r\n',
  },
  { name: 'no length at all', answer: 'HTTP/1.0 200 OK\r\n\r\nsuccess' },
])('takes $name', async ({ answer }) => {
  const { url } = await startTcp(answering(answer));
  expect(await push(url)).toMatchObject({ accepted: true, visible: 'nothing', faults: [] });
});

test('sends a push three times with the same MsgId and a fresh nonce while the status is not 200', async () => {
  const seen: { nonce: string | undefined; body: string }[] = [];
  const url = await startHttp(
    withBody((request, response, body) => {
      const { nonce } = parsePushQuery(request.url?.split('?')[1] ?? '');
      seen.push({ nonce, body: body.toString() });
      response.writeHead(500).end('broken');
    }),
  );
  const told: number[] = [];
  const outcome = await push(url, { onAttempt: ({ number }) => told.push(number) });
  expect(outcome).toMatchObject({ accepted: false, status: 500, verdict: 'failed' });
  expect(outcome.faults[0]?.code).toBe('WXD2101');
  expect(outcome.attempts.map(({ number, status }) => [number, status])).toEqual([
    [1, 500],
    [2, 500],
    [3, 500],
  ]);
  expect(told).toEqual([1, 2, 3]);
  expect(new Set(seen.map(({ nonce }) => nonce)).size).toBe(3);
  expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
  expect(seen[0]?.body).toContain('25000000000000017');
});

test('stops at the first attempt that is answered, or at the number that is asked for', async () => {
  let count = 0;
  const url = await startHttp((_request, response) => {
    count += 1;
    response.writeHead(count === 2 ? 200 : 503).end(count === 2 ? 'success' : '');
  });
  const outcome = await push(url);
  expect(outcome).toMatchObject({ accepted: true, verdict: 'ok' });
  expect(outcome.attempts.map(({ verdict }) => verdict)).toEqual(['failed', 'ok']);
  expect((await push(url, { attempts: 1 })).attempts).toHaveLength(1);
});

test.each([301, 302, 307, 308])('does not follow a %d', async (status) => {
  let requests = 0;
  const url = await startHttp((_request, response) => {
    requests += 1;
    response.writeHead(status, { location: '/wx/' }).end();
  });
  const outcome = await push(url, { attempts: 1 });
  expect(outcome.faults[0]?.code).toBe('WXD2102');
  expect(requests).toBe(1);
});

test.each([401, 403])('calls %d a rejection', async (status) => {
  const url = await startHttp((_request, response) => response.writeHead(status).end('no'));
  expect(await push(url, { attempts: 1 })).toMatchObject({ status, verdict: 'rejected' });
  expect(await sendVerify({ url, account })).toMatchObject({ status, verdict: 'rejected' });
});

test.each([
  { name: 'accepts and says nothing', onConnection: (socket: Socket) => void socket.resume() },
  { name: 'sends only a head', onConnection: answering('HTTP/1.1 200 OK\r\n', { end: false }) },
  {
    name: 'never ends the body',
    onConnection: answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsucc', { end: false }),
  },
])('closes the connection on a server that $name', async ({ onConnection }) => {
  const server = await startTcp(onConnection);
  const outcome = await push(server.url, { timeoutMs: 100 });
  expect(outcome).toMatchObject({
    accepted: false,
    status: 0,
    verdict: 'late',
    visible: 'failure',
    faults: [{ code: 'WXD2001', details: { limitMs: 100 } }],
  });
  expect(outcome.attempts.map(({ verdict }) => verdict)).toEqual(['late', 'late', 'late']);
  await until(() => server.open() === 0);
});

test.each([
  { name: 'closes at once', onConnection: answering('') },
  {
    name: 'is cut off in the body',
    onConnection: answering('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsucc'),
  },
  { name: 'speaks no HTTP', onConnection: answering('220 smtp ready\r\n') },
])('tells that a server $name', async ({ onConnection }) => {
  const { url } = await startTcp(onConnection);
  const outcome = await push(url);
  expect(outcome.attempts).toHaveLength(3);
  expect(outcome).toMatchObject({ status: 0, verdict: 'failed', faults: [{ code: 'WXD3002' }] });
});

test('tells that nothing listens', async () => {
  const unused = createServer();
  const port = await listen(unused);
  await new Promise((resolve) => {
    unused.close(resolve);
  });
  const outcome = await push(`http://127.0.0.1:${port}/wx?a=b`, { attempts: 2 });
  expect(outcome.attempts).toHaveLength(2);
  expect(outcome).toMatchObject({
    status: 0,
    verdict: 'failed',
    faults: [
      {
        code: 'WXD3001',
        details: { reason: 'ECONNREFUSED', target: `http://127.0.0.1:${port}/wx` },
      },
    ],
  });
});

test('reads no more than a megabyte of an answer', async () => {
  const url = await startHttp((_request, response) => {
    response.end(Buffer.alloc(3 * 1024 * 1024, 'x'));
  });
  const outcome = await push(url, { attempts: 1 });
  expect(outcome).toMatchObject({ accepted: false, faults: [{ code: 'WXD3011' }] });
});

test('reaches names below localhost', async () => {
  const url = await startHttp((_request, response) => response.end('success'));
  const outcome = await push(url.replace('127.0.0.1', 'demo.localhost'));
  expect(outcome.accepted).toBe(true);
});

test('refuses a URL that is none, and fields that are no message, before it sends anything', async () => {
  for (const url of ['', 'localhost', 'ftp://a.test/', '/wx'])
    await expect(sendVerify({ url, account })).rejects.toMatchObject({ code: 'WXD6001' });
  await expect(push('http://127.0.0.1:1/', { fields: {} })).rejects.toMatchObject({
    code: 'WXD1206',
  });
});

test('stops when its signal fires, with the reason given, and lets go of the server', async () => {
  const controller = new AbortController();
  const server = await startTcp(() => controller.abort(new Error('enough')));
  await expect(push(server.url, { signal: controller.signal })).rejects.toThrow('enough');
  await until(() => server.open() === 0);
  await expect(push(server.url, { signal: controller.signal })).rejects.toThrow('enough');
});

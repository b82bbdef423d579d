import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { parsePushQuery } from '../../src/wechat/query.ts';
import {
  dialRaw,
  gate,
  nextExchange,
  post,
  rawPost,
  sealed,
  send,
  start,
  startApp,
  startRawApp,
  textMessage,
  verification,
  until,
} from './support.ts';

const success = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess';

test('passes a push on byte for byte: target, header order, case and duplicates, invalid UTF-8', async () => {
  const app = await startRawApp(success);
  const server = await start({ handler: { forwardTo: `127.0.0.1:${app.port}` } });
  const body = Buffer.concat([Buffer.from('<xml>\r\n\t'), Buffer.from([0xff, 0xfe, 0x00, 0x80])]);
  const target = '/wx?b=+&a=%2B%2b&signature=x&empty=&a=%E4%BD%A0&=&?q#no';
  const lines = [
    'hOsT: Public.Example.com',
    'X-Forwarded-For: 203.0.113.7',
    'x-dup: one',
    'User-Agent: Mozilla/4.0',
    'X-DUP: two',
    'X-Latin: \xe4\xbd\xa0',
    'X-Empty: ',
    'Accept-Encoding: gzip',
    `Content-Length: ${body.length}`,
    'Content-type: text/xml',
  ];
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  connection.write(
    Buffer.concat([
      Buffer.from(
        `POST ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close, x-hop\r\nX-Hop: 1\r\nTE: trailers\r\n\r\n`,
        'latin1',
      ),
      body,
    ]),
  );
  expect((await connection.received).toString()).toMatch(/\r\n\r\nsuccess$/);
  await exchange;
  const [received] = app.requests;
  const expected = `POST ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`;
  expect(received?.toString('latin1')).toBe(expected + body.toString('latin1'));
});

test('gives the answer of the app back byte for byte: status, reason, headers, compressed body', async () => {
  const body = gzipSync('a reply');
  const lines = [
    'content-TYPE: text/xml',
    'X-Dup: one',
    'x-dup: two',
    'Content-Encoding: gzip',
    'X-Latin: \xe4\xbd\xa0',
    'Content-Disposition: inline; filename="\xe4\xbd\xa0"',
    `Content-Length: ${body.length}`,
  ];
  const app = await startRawApp(
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 299 Sch\xf6n gut\r\n${lines.join('\r\n')}\r\nKeep-Alive: 1\r\n\r\n`,
        'latin1',
      ),
      body,
    ]),
  );
  const server = await start({ handler: { forwardTo: `http://127.0.0.1:${app.port}` } });
  const { query, body: pushed } = sealed(textMessage());
  const connection = dialRaw(server.port);
  connection.write(rawPost(`/wx?${query}`, pushed, 'Connection: close\r\n'));
  const expected = `HTTP/1.1 299 Sch\xf6n gut\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`;
  expect((await connection.received).toString('latin1')).toBe(expected + body.toString('latin1'));
});

test('passes a chunked push on whole, and gives a chunked answer back whole', async () => {
  const app = await startRawApp(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsucc\r\n3\r\ness\r\n0\r\n\r\n',
  );
  const server = await start({ handler: { forwardTo: `127.0.0.1:${app.port}` } });
  const { query, body } = sealed(textMessage({ Content: 'ascii' }));
  const connection = dialRaw(server.port);
  connection.write(
    `POST /wx?${query} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
      `5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)}\r\n${body.slice(5)}\r\n0\r\n\r\n`,
  );
  const received = (await connection.received).toString();
  expect(received).toBe('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsuccess');
  expect(app.requests[0]?.toString()).toContain(`Content-Length: ${body.length}\r\n`);
  expect(app.requests[0]?.toString().endsWith(`\r\n\r\n${body}`)).toBe(true);
});

test('uses the path of the target instead of the callback path, and keeps the query', async () => {
  const seen: (string | undefined)[] = [];
  const app = await startApp((request, response) => {
    seen.push(request.url);
    response.end('success');
  });
  const push = sealed(textMessage());
  for (const path of ['/wechat/hook', '/hook?tenant=1']) {
    const server = await start({ handler: { forwardTo: `http://127.0.0.1:${app.port}${path}` } });
    await post(server, push);
    await send(`${server.url}/other?a=+`);
  }
  expect(seen).toEqual([
    `/wechat/hook?${push.query}`,
    '/other?a=+',
    `/hook?tenant=1&${push.query}`,
    '/other?a=+',
  ]);
});

test('does not follow a redirect of the app', async () => {
  const app = await startApp((_request, response) => {
    response.writeHead(302, { location: '/wx/' }).end();
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const answer = await post(server, sealed(textMessage()));
  expect(answer).toMatchObject({ status: 302, headers: { location: '/wx/' } });
  expect(await exchange).toMatchObject({ verdict: 'failed', error: { code: 'WXD2102' } });
});

test.each(['plain', 'compat', 'safe'] as const)(
  'judges a copy of the answer in %s mode, and names message and reply',
  async (mode) => {
    const app = await startApp((_request, response) => response.end('success'));
    const server = await start({ mode, handler: { forwardTo: String(app.port) } });
    const exchange = nextExchange(server);
    await post(server, sealed(textMessage(), mode));
    expect(await exchange).toMatchObject({
      type: 'text',
      content: 'hello 你好',
      msgId: '25000000000000017',
      reply: 'success',
      verdict: 'ok',
      status: 200,
      warnings: [],
    });
  },
);

test('reports an answer that WeChat does not take, and passes it on all the same', async () => {
  const app = await startApp((_request, response) => response.end('{"ok":true}'));
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).text).toBe('{"ok":true}');
  expect(await exchange).toMatchObject({
    status: 200,
    verdict: 'failed',
    error: { code: 'WXD2104' },
  });
});

test('passes a verification on and compares the echostr', async () => {
  let quotes = '';
  const app = await startApp((request, response) => {
    const echostr = parsePushQuery(request.url?.split('?')[1] ?? '').echostr ?? '';
    response.end(quotes + echostr + quotes);
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const right = nextExchange(server);
  expect((await send(`${server.url}/wx?${verification()}`)).text).toBe('5833258814929173841');
  expect(await right).toMatchObject({ type: 'verify', verdict: 'ok', reply: 'echostr' });
  quotes = '"';
  const wrong = nextExchange(server);
  await send(`${server.url}/wx?${verification()}`);
  expect(await wrong).toMatchObject({ verdict: 'failed', error: { code: 'WXD1004' } });
});

test('passes a forged push on as it came, and says loudly what is wrong', async () => {
  const seen: string[] = [];
  const app = await startApp((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(401).end('no');
  });
  const server = await start({ mode: 'safe', handler: { forwardTo: String(app.port) } });
  const push = sealed(textMessage(), 'safe');
  const forged = push.query.replace('msg_signature=', 'msg_signature=0');
  const exchange = nextExchange(server);
  expect(await post(server, { ...push, query: forged })).toMatchObject({ status: 401, text: 'no' });
  expect(await exchange).toMatchObject({
    type: 'unknown',
    status: 401,
    verdict: 'rejected',
    error: { code: 'WXD1001' },
  });
  expect(seen).toEqual([`/wx?${forged}`]);
});

test('refuses a forged push or verification under --strict, before the app sees it', async () => {
  const listener = vi.fn((_request: unknown, response: { end(): unknown }) => void response.end());
  const app = await startApp(listener);
  const server = await start({ handler: { forwardTo: String(app.port), strict: true } });
  const push = sealed(textMessage());
  const forged = push.query.replace('signature=', 'signature=0');
  expect((await post(server, { ...push, query: forged })).text).toContain('WXD1001');
  const verify = await send(`${server.url}/wx?${verification()}0`);
  expect(verify).toMatchObject({ status: 403 });
  expect(server.exchanges.map(({ verdict }) => verdict)).toEqual(['rejected', 'rejected']);
  expect(listener).not.toHaveBeenCalled();
});

test('leaves no way round --strict: other spellings, other methods, the path of the app itself', async () => {
  const listener = vi.fn((_request: unknown, response: { end(): unknown }) => void response.end());
  const app = await startApp(listener);
  const server = await start({
    handler: { forwardTo: `http://127.0.0.1:${app.port}/api/Hook?tenant=1`, strict: true },
  });
  const { query, body } = sealed(textMessage());
  const forged = query.replace('signature=', 'signature=0');
  const paths = ['/wx', '/wx/', '//wx', '/WX', '/%77x', '/%2577x', '/a/../wx', '/./wx', '/wx;a=1'];
  for (const path of [...paths, '/\\wx', '/api/hook', '/api//Hook/', '/api%2fHook']) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await send(`${server.url}${path}?${forged}`, { method, body });
      expect(answer.status, `${method} ${path}`).toBe(403);
    }
  }
  expect(listener).not.toHaveBeenCalled();
  await send(`${server.url}/wxa?${forged}`, { method: 'POST', body });
  expect(listener).toHaveBeenCalledOnce();
});

test('lets retries reach the app, and counts how often it handled the push', async () => {
  const app = await startRawApp(success);
  const server = await start({ handler: { forwardTo: String(app.port) } });
  for (let delivery = 1; delivery <= 3; delivery += 1) await post(server, sealed(textMessage()));
  await until(() => app.requests.length === 3);
  expect(
    server.exchanges.map(({ id, attempt, warnings }) => [
      id,
      attempt,
      ...warnings.map(({ code, details }) => [code, details]),
    ]),
  ).toEqual([
    [1, 1],
    [1, 2, ['WXD2005', { msgId: '25000000000000017', count: 2, firstMs: expect.any(Number) }]],
    [1, 3, ['WXD2005', { msgId: '25000000000000017', count: 3, firstMs: expect.any(Number) }]],
  ]);
});

test('shows the app a push once under --dedupe, and gives every delivery its answer', async () => {
  const release = gate();
  let handled = 0;
  const app = await startApp((_request, response) => {
    handled += 1;
    void release.opened.then(() => response.end('success'));
  });
  const server = await start({
    deadlineMs: 2000,
    handler: { forwardTo: String(app.port), dedupe: true },
  });
  const first = dialRaw(server.port);
  const push = sealed(textMessage());
  first.write(rawPost(`/wx?${push.query}`, push.body));
  expect((await first.received).length).toBe(0);
  const second = post(server, push);
  release.open();
  expect((await second).text).toBe('success');
  expect((await post(server, push)).text).toBe('success');
  expect(handled).toBe(1);
  expect(server.exchanges.map(({ attempt, verdict }) => [attempt, verdict])).toEqual([
    [1, 'late'],
    [2, 'ok'],
    [3, 'ok'],
  ]);
  expect(server.exchanges.flatMap(({ warnings }) => warnings)).toEqual([]);
});

test('does not share a failure under --dedupe', async () => {
  let status = 500;
  const app = await startApp((_request, response) => {
    response.writeHead(status).end(status === 200 ? 'success' : 'broken');
  });
  const server = await start({ handler: { forwardTo: String(app.port), dedupe: true } });
  expect((await post(server, sealed(textMessage()))).status).toBe(500);
  status = 200;
  expect((await post(server, sealed(textMessage()))).status).toBe(200);
});

test('answers 502 when nothing listens, and reaches the app as soon as it is up', async () => {
  const app = await startApp((_request, response) => response.end('success'));
  const closed = new Promise((resolve) => {
    app.server.close(resolve);
  });
  await closed;
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const answer = await post(server, sealed(textMessage()));
  expect(answer).toMatchObject({ status: 502, text: 'wx-dev refused this request: WXD3001\n' });
  expect(await exchange).toMatchObject({
    status: 502,
    verdict: 'failed',
    error: { code: 'WXD3001', details: { reason: 'ECONNREFUSED' } },
    warnings: [],
  });
  app.server.listen(app.port, '127.0.0.1');
  await until(() => app.server.listening);
  const up = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(200);
  expect((await up).warnings).toEqual([]);
});

test('reaches an app that listens on ::1 only', async () => {
  const app = await startApp((_request, response) => response.end('success'));
  await new Promise((resolve) => {
    app.server.close(resolve);
  });
  app.server.listen(app.port, '::1');
  await until(() => app.server.listening);
  const server = await start({ handler: { forwardTo: String(app.port) } });
  expect((await post(server, sealed(textMessage()))).text).toBe('success');
});

test.each([
  { name: 'closes without an answer', answer: '' },
  { name: 'closes in the middle of the head', answer: 'HTTP/1.1 200 OK\r\nConte' },
  {
    name: 'closes in the middle of the body',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsucc',
  },
  { name: 'does not speak HTTP', answer: 'SSH-2.0-OpenSSH_9.6\r\n' },
])('answers 502 when the app $name', async ({ answer }) => {
  const app = await startRawApp(answer);
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(502);
  expect(await exchange).toMatchObject({ verdict: 'failed', error: { code: 'WXD3002' } });
});

test('answers 502 when the answer of the app is no reply but a flood', async () => {
  const app = await startApp((_request, response) => {
    response.end(Buffer.alloc(3 * 1024 * 1024, 'x'));
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  expect((await post(server, sealed(textMessage()))).status).toBe(502);
  expect((await exchange).error?.code).toBe('WXD3011');
});

test.each([
  { name: 'hangs', answer: '' },
  { name: 'sends its head and hangs', answer: 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n' },
])('leaves as WeChat does when the app $name, on both sides', async ({ answer }) => {
  const app = await startRawApp(answer, { close: false });
  const server = await start({ deadlineMs: 1000, handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  const { query, body } = sealed(textMessage());
  connection.write(rawPost(`/wx?${query}`, body));
  expect((await connection.received).length).toBe(0);
  expect(await exchange).toMatchObject({
    status: 0,
    verdict: 'late',
    error: { code: 'WXD2001', details: { limitMs: 1000 } },
  });
  await until(() => app.requests.length === 1);
});

test('lets go of the app when WeChat leaves before the deadline', async () => {
  const app = await startRawApp('', { close: false });
  const server = await start({ deadlineMs: 600_000, handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  const { query, body } = sealed(textMessage());
  connection.write(rawPost(`/wx?${query}`, body));
  await until(() => app.arrivals() === 1);
  connection.destroy();
  expect(await exchange).toMatchObject({ status: 0, verdict: 'late' });
  await until(() => app.requests.length === 1);
});

test('closes promptly while the app hangs, and the app sees it', async () => {
  const app = await startRawApp('', { close: false });
  const server = await start({ deadlineMs: 600_000, handler: { forwardTo: String(app.port) } });
  const connection = dialRaw(server.port);
  const { query, body } = sealed(textMessage());
  connection.write(rawPost(`/wx?${query}`, body));
  await until(() => app.arrivals() === 1);
  await server.close();
  await connection.received;
  await until(() => app.requests.length === 1);
});

import { expect, test } from 'vitest';
import {
  dialRaw,
  gate,
  nextExchange,
  send,
  start,
  startApp,
  startRawApp,
  withBody,
  until,
} from './support.ts';

test('passes other paths and methods on, byte for byte, and records them as http', async () => {
  const app = await startRawApp(
    Buffer.from('HTTP/1.1 404 Nope\r\nX-Latin: \xe4\r\nContent-Length: 2\r\n\r\nno', 'latin1'),
  );
  const server = await start({ handler: { forwardTo: `127.0.0.1:${app.port}` } });
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  connection.write(
    Buffer.from(
      'DELETE /a/%2e%2E//b?x=+%2B HTTP/1.1\r\nhost: a\r\nX: \xe4\r\nx: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
      'latin1',
    ),
  );
  expect((await connection.received).toString('latin1')).toBe(
    'HTTP/1.1 404 Nope\r\nX-Latin: \xe4\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno',
  );
  expect(await exchange).toMatchObject({
    type: 'http',
    status: 404,
    verdict: 'ok',
    request: { method: 'DELETE', url: '/a/%2e%2E//b?x=+%2B', body: Buffer.from('abc') },
    response: { status: 404, body: Buffer.from('no') },
  });
  expect(app.requests[0]?.toString('latin1')).toBe(
    'DELETE /a/%2e%2E//b?x=+%2B HTTP/1.1\r\nhost: a\r\nX: \xe4\r\nx: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
  );
});

test('keeps the framing of a chunked body for methods that rarely have one', async () => {
  const bodies: string[] = [];
  const app = await startApp(
    withBody((request, response, body) => {
      bodies.push(`${request.method} ${body.toString()}`);
      response.end();
    }),
  );
  const server = await start({ handler: { forwardTo: String(app.port) } });
  for (const method of ['GET', 'DELETE', 'PUT']) {
    const connection = dialRaw(server.port);
    connection.write(
      `${method} /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
        '1b\r\nPOST /smuggled HTTP/1.1\r\n\r\n\r\n0\r\n\r\n',
    );
    await connection.received;
  }
  expect(bodies).toEqual([
    'GET POST /smuggled HTTP/1.1\r\n\r\n',
    'DELETE POST /smuggled HTTP/1.1\r\n\r\n',
    'PUT POST /smuggled HTTP/1.1\r\n\r\n',
  ]);
});

test('streams: an event stream begins before its first event, and large bodies pass whole', async () => {
  const headSeen = gate();
  const app = await startApp((request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      server.events.once('exchange', () => response.end());
      void headSeen.opened.then(() => response.write('data: 1\n\n'));
      return;
    }
    request.pipe(response);
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const events = await fetch(`${server.url}/events`);
  headSeen.open();
  const reader = events.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
  const body = Buffer.alloc(5 * 1024 * 1024, 'wx');
  const answer = await send(`${server.url}/upload`, { method: 'POST', body });
  expect(answer.body.equals(body)).toBe(true);
  expect(server.exchanges[0]).toMatchObject({
    request: { truncated: true },
    response: { truncated: true },
  });
  expect(server.exchanges[0]?.request.body.length).toBe(64 * 1024);
  expect((await reader?.read())?.done).toBe(true);
});

test('passes a browser that opens the callback path on to the app', async () => {
  const app = await startApp((_request, response) => response.end('<h1>page</h1>'));
  const server = await start({ handler: { forwardTo: String(app.port), strict: true } });
  expect((await send(`${server.url}/wx?tab=1`)).text).toBe('<h1>page</h1>');
  expect((await send(`${server.url}/wx`, { method: 'HEAD' })).status).toBe(200);
});

test('answers 502 when the app is down', async () => {
  const app = await startApp(() => undefined);
  await new Promise((resolve) => {
    app.server.close(resolve);
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  expect((await send(`${server.url}/page`, { method: 'POST', body: 'x' })).status).toBe(502);
  expect(await exchange).toMatchObject({
    type: 'http',
    status: 502,
    verdict: 'failed',
    error: { code: 'WXD3001' },
  });
});

test('cuts the answer off when the app does', async () => {
  const app = await startRawApp('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  await expect(send(`${server.url}/page`)).rejects.toThrow();
  expect(await exchange).toMatchObject({ verdict: 'failed', error: { code: 'WXD3002' } });
});

test('lets go of the app when the visitor leaves', async () => {
  const app = await startRawApp('', { close: false });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  connection.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => app.arrivals() === 1);
  connection.destroy();
  expect(await exchange).toMatchObject({ type: 'http', status: 0, verdict: 'late' });
  await until(() => app.requests.length === 1);
});

test('closes promptly while a page is open', async () => {
  const app = await startRawApp('', { close: false });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const connection = dialRaw(server.port);
  connection.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => app.arrivals() === 1);
  await server.close();
  await until(() => app.requests.length === 1);
  expect(server.exchanges).toEqual([]);
});

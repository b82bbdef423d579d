import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { echoHandler } from '../../src/callback/handler.ts';
import { sweepMs } from '../../src/callback/limits.ts';
import { startCallback } from '../../src/callback/server.ts';
import { formatError } from '../../src/core/errors.ts';
import {
  account,
  dialRaw,
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

const forever = (): Promise<never> => new Promise(() => undefined);

test('says where it listens, and is reached there', async () => {
  const server = await start({ handler: echoHandler });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect(server.path).toBe('/wx');
});

test('listens on ::1 when told so, and writes that address as a URL', async () => {
  const server = await start({ handler: echoHandler, host: '::1' });
  expect(server.url).toBe(`http://[::1]:${server.port}`);
});

test('refuses a port that is taken, by code', async () => {
  const { port } = await start({ handler: echoHandler });
  await expect(start({ handler: echoHandler, port })).rejects.toMatchObject({
    code: 'WXD6003',
    details: { port, host: '127.0.0.1' },
  });
});

test('says how to reach a server that listens on every address', async () => {
  const server = await start({ handler: echoHandler, host: '0.0.0.0' });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect((await send(`${server.url}/wx?${verification()}`)).status).toBe(200);
});

test('refuses to listen on an address of another machine', async () => {
  await expect(start({ handler: echoHandler, host: '203.0.113.7' })).rejects.toMatchObject({
    code: 'WXD6001',
  });
});

test('never lets the path of a stranger into a command to copy', async () => {
  const server = await start({ handler: echoHandler });
  for (const path of ['/x;reboot', '/$(reboot)', '/a|b', '/`b`', '/%0a', "/'", '/\\']) {
    const exchange = nextExchange(server);
    await send(`${server.url}${path}?${verification()}`);
    const { error } = await exchange;
    expect(error && formatError(error, 'en').run).toBe('wx-dev serve --help');
  }
});

test('refuses to forward to itself', async () => {
  await expect(
    start({ port: 34567, handler: { forwardTo: 'localhost:34567' } }),
  ).rejects.toMatchObject({ code: 'WXD6001' });
});

test('closes promptly while a handler hangs, tells the handler, and closes only once', async () => {
  let stopped: AbortSignal | undefined;
  const handler = vi.fn(async (_message: unknown, { signal }: { signal: AbortSignal }) => {
    stopped = signal;
    return forever();
  });
  const server = await start({ handler, deadlineMs: 600_000 });
  const answer = post(server, sealed(textMessage()));
  answer.catch(() => undefined);
  await until(() => stopped !== undefined);
  const closes = [server.close(), server.close(), server[Symbol.asyncDispose]()];
  await Promise.all(closes);
  expect(await server.closed).toEqual({ type: 'closed' });
  expect(stopped?.aborted).toBe(true);
  await expect(answer).rejects.toThrow();
  expect(server.exchanges).toEqual([]);
});

test('closes promptly while connections are idle, half sent or silent', async () => {
  const server = await start({ handler: echoHandler });
  const silent = dialRaw(server.port);
  const half = dialRaw(server.port);
  half.write('POST /wx?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab');
  const idle = dialRaw(server.port);
  idle.write(`GET /wx?${verification()} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await nextExchange(server);
  await server.close();
  await Promise.all([silent.received, half.received, idle.received]);
});

test('closes when its signal fires, and does not start on one that has fired', async () => {
  const controller = new AbortController();
  const server = await start({ handler: echoHandler, signal: controller.signal });
  controller.abort();
  expect(await server.closed).toEqual({ type: 'closed' });
  await expect(start({ handler: echoHandler, signal: controller.signal })).rejects.toThrow();
});

test('frees its port for the next one', async () => {
  const first = await start({ handler: echoHandler });
  await send(`${first.url}/wx?${verification()}`);
  await first.close();
  const second = await start({ handler: echoHandler, port: first.port });
  expect((await send(`${second.url}/wx?${verification()}`)).status).toBe(200);
});

test('names the callback path to whoever asks elsewhere, and the log names the wrong path', async () => {
  const server = await start({ handler: echoHandler });
  const exchange = nextExchange(server);
  const answer = await send(`${server.url}/wechat?${verification()}`);
  expect(answer.status).toBe(404);
  expect(answer.text).toContain('/wx');
  expect(await exchange).toMatchObject({
    type: 'http',
    status: 404,
    verdict: 'rejected',
    error: { code: 'WXD3013', details: { received: '/wechat', path: '/wx' } },
  });
  const browser = nextExchange(server);
  await send(`${server.url}/favicon.ico`);
  expect((await browser).error).toBeUndefined();
});

test.each(['PUT', 'DELETE', 'HEAD', 'OPTIONS'])('answers %s with 405', async (method) => {
  const server = await start({ handler: echoHandler });
  const answer = await send(`${server.url}/wx?${verification()}`, { method });
  expect(answer.status).toBe(405);
  expect(answer.headers['allow']).toBe('GET, POST');
});

test('takes the proxy form of a request target', async () => {
  const server = await start({ handler: echoHandler });
  const connection = dialRaw(server.port);
  connection.write(
    `GET http://callback.test/wx?${verification()} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 200 .*5833258814929173841$/s);
});

test('answers HTTP/1.0 without a Host, as WeChat may ask', async () => {
  const server = await start({ handler: echoHandler });
  const connection = dialRaw(server.port);
  connection.write(`GET /wx?${verification()} HTTP/1.0\r\nUser-Agent: Mozilla/4.0\r\n\r\n`);
  expect((await connection.received).toString()).toMatch(/200 OK.*\r\n\r\n5833258814929173841$/s);
});

test('refuses a body of 10 MB with 413, also to a peer that first sends all of it', async () => {
  const server = await start({ handler: echoHandler });
  const exchange = nextExchange(server);
  const body = Buffer.alloc(10 * 1024 * 1024, 'x');
  const socket = connect(server.port, '127.0.0.1').pause();
  const sent = new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.write(rawPost(`/wx?${sealed(textMessage()).query}`, body), resolve);
  });
  await sent;
  const answer = await new Promise((resolve) => {
    socket.once('data', resolve);
    socket.resume();
  });
  socket.destroy();
  expect(String(answer)).toMatch(/^HTTP\/1\.1 413 .*WXD1204/s);
  expect((await exchange).error).toMatchObject({
    code: 'WXD1204',
    details: { sizeBytes: body.length },
  });
  expect((await post(server, sealed(textMessage()))).status).toBe(200);
});

test('answers a push during which the clock of the machine is set to another day', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await start({ handler: echoHandler, deadlineMs: 60_000 });
  const { query, body } = sealed(textMessage());
  const bytes = rawPost(`/wx?${query}`, body, 'Expect: 100-continue\r\n');
  const connection = dialRaw(server.port);
  connection.write(bytes.subarray(0, -9));
  await until(() => connection.soFar() === 'HTTP/1.1 100 Continue\r\n\r\n');
  vi.setSystemTime(Date.now() + 86_400_000);
  vi.advanceTimersByTime(sweepMs);
  connection.write(bytes.subarray(-9));
  await until(() => connection.soFar().includes('HTTP/1.1 200 OK'));
});

test('gives up on a body that never ends, with 408', async () => {
  const server = await start({ handler: echoHandler, deadlineMs: 200 });
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  connection.write('POST /wx?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 408 /);
  expect(await exchange).toMatchObject({
    status: 408,
    verdict: 'rejected',
    error: { code: 'WXD3012', details: { receivedBytes: 3 } },
  });
});

test('records a push that was cut off half-way, and never handles it', async () => {
  const handler = vi.fn(echoHandler);
  const server = await start({ handler });
  const { query, body } = sealed(textMessage());
  const exchange = nextExchange(server);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(rawPost(`/wx?${query}`, body).subarray(0, -10), () => socket.destroy());
  expect(await exchange).toMatchObject({ status: 0, error: { code: 'WXD3012' } });
  expect(handler).not.toHaveBeenCalled();
});

test.each([
  ['both lengths', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'],
  ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n'],
  ['a bare line feed', 'X: 1\nY: 2\r\n'],
  ['no host', ''],
])('refuses a request with %s', async (_name, headers) => {
  const handler = vi.fn(echoHandler);
  const server = await start({ handler });
  const connection = dialRaw(server.port);
  const host = headers === '' ? '' : 'Host: a\r\n';
  connection.write(`POST /wx?a=b HTTP/1.1\r\n${host}${headers}\r\nabc`);
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 400 /);
  expect(handler).not.toHaveBeenCalled();
});

test('refuses a request head over its limit with 431', async () => {
  const server = await start({ handler: echoHandler });
  const connection = dialRaw(server.port);
  connection.write(`GET /wx HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40 * 1024)}\r\n\r\n`);
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 431 /);
});

test('logs a listener that throws instead of ending the process', async () => {
  const logged: string[] = [];
  const quiet = (): void => undefined;
  const logger = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (text: string) => logged.push(text),
  };
  const server = await startCallback({
    port: 0,
    path: '/wx',
    account,
    handler: echoHandler,
    logger: { ...logger, error: (text) => void logger.error(text) },
  });
  server.events.on('exchange', () => {
    throw new Error('bug of a listener');
  });
  await send(`${server.url}/wx?${verification()}`);
  await until(() => logged.length > 0);
  await server.close();
});

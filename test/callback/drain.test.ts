import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { echoHandler } from '../../src/callback/handler.ts';
import {
  dialRaw,
  gate,
  nextExchange,
  post,
  rawPost,
  sealed,
  start,
  startApp,
  textMessage,
  until,
} from './support.ts';

/** Whether a connection is accepted. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

const push = sealed(textMessage());
const target = `/wx?${push.query}`;
const whole = rawPost(target, push.body);

/** A connection on which an answer has come, and then half a request, read by the server as both came in one write. */
async function halfHead(port: number): Promise<ReturnType<typeof dialRaw>> {
  const connection = dialRaw(port);
  connection.write(Buffer.concat([whole, whole.subarray(0, 20)]));
  await until(() => connection.soFar().includes('</xml>'));
  return connection;
}

/** A connection on which the server has asked for the body, of which half has been sent. */
async function halfBody(port: number): Promise<ReturnType<typeof dialRaw>> {
  const connection = dialRaw(port);
  const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${Buffer.byteLength(push.body)}\r\n\r\n`;
  connection.write(head + push.body.slice(0, 50));
  await until(() => connection.soFar().includes('100 Continue'));
  return connection;
}

test('a push of which half has come may come whole, is answered and recorded; nothing new is taken', async () => {
  const server = await start({ handler: echoHandler });
  const [head, body] = [await halfHead(server.port), await halfBody(server.port)];
  const idle = dialRaw(server.port);
  const drained = server.drain(60_000);
  await idle.received;
  expect(await accepts(server.port)).toBe(false);
  head.write(whole.subarray(20));
  body.write(push.body.slice(50));
  const answers = (await Promise.all([head.received, body.received])).map(String);
  for (const answer of answers) expect(answer).toMatch(/Connection: close\r\n\r\n<xml>.*<\/xml>$/s);
  await drained;
  expect(server.exchanges.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok']);
  await server.close();
});

test('a handler that works on a push finishes it, and hears of the end only afterwards', async () => {
  const [begun, release] = [gate(), gate()];
  let stopped: AbortSignal | undefined;
  const server = await start({
    deadlineMs: 600_000,
    handler: async (_message, { signal }) => {
      stopped = signal;
      begun.open();
      await release.opened;
      return signal.aborted ? 'too late' : 'in time';
    },
  });
  const answer = post(server, push);
  await begun.opened;
  const drained = server.drain(60_000);
  release.open();
  expect((await answer).status).toBe(200);
  await drained;
  expect(stopped?.aborted).toBe(false);
  await server.close();
  expect(stopped?.aborted).toBe(true);
});

test('an app that works on a push finishes it', async () => {
  const [begun, release] = [gate(), gate()];
  const app = await startApp((_request, response) => {
    begun.open();
    void release.opened.then(() => response.end('success'));
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const answer = post(server, push);
  await begun.opened;
  const drained = server.drain(60_000);
  release.open();
  expect((await answer).text).toBe('success');
  await drained;
});

test('a page, an event stream and a body that never ends are not waited for longer than said', async () => {
  const listener = vi.fn((_request: unknown, response: { write(text: string): unknown }) => {
    response.write('data: 1\n\n');
  });
  const app = await startApp(listener);
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const page = dialRaw(server.port);
  page.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => page.soFar().includes('data: 1'));
  await server.drain(60_000);
  await page.received;

  const other = await start({ handler: echoHandler });
  const never = await halfBody(other.port);
  await other.drain(50);
  const exchange = nextExchange(other);
  exchange.catch(() => undefined);
  await other.close();
  expect((await never.received).toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
});

test('draining twice, after the end, or while it is closed, ends', async () => {
  const server = await start({ handler: echoHandler });
  const body = await halfBody(server.port);
  const drains = [server.drain(60_000), server.drain(60_000)];
  await server.close();
  await Promise.all([...drains, server.drain(), body.received]);
  expect(await server.closed).toEqual({ type: 'closed' });
});

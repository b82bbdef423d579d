import { once } from 'node:events';
import { expect, test } from 'vitest';
import { LINGER_MS } from '../../src/relay/limits.ts';
import type { RelayRequest } from '../../src/relay/request-log.ts';
import { eventually, portOf, RawClient, startApp, startPair } from '../helpers/tunnel.ts';

test('each request has one id, in the app, in the answer and in the log of the relay', async () => {
  const seen: unknown[] = [];
  const app = await startApp((request, response) => {
    seen.push(request.headers['x-request-id']);
    if (request.url === '/own') response.setHeader('X-Request-ID', 'mine');
    response.end('ok');
  });
  const { relay, port } = await startPair(app.url);
  const log: RelayRequest[] = [];
  relay.events.on('request', (request) => log.push(request));
  const client = new RawClient(port);
  const ask = async (path: string, host = 'app.localhost'): Promise<string> => {
    client.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: forged\r\n\r\n`);
    const { head } = await client.response();
    return /\r\nx-request-id: ([^\r]*)/i.exec(head)?.[1] ?? '';
  };
  const first = await ask('/a?signature=secret');
  expect(seen).toEqual([first]);
  expect(await ask('/own')).toBe('mine');
  const refused = await ask('/', 'nobody.localhost');
  await eventually(() => log.length === 3);
  expect(log.map(({ requestId }) => requestId)).toEqual([first, seen[1], refused]);
  expect(new Set(log.map(({ requestId }) => requestId)).size).toBe(3);
  expect(log[0]).toMatchObject({
    name: 'app',
    method: 'GET',
    path: '/a',
    status: 200,
    remote: '127.0.0.1',
  });
  expect(log[2]).toMatchObject({ name: 'nobody', status: 404 });
  expect(JSON.stringify(log)).not.toContain('secret');
});

test('a client that leaves is in the log once, with the status it got', async () => {
  const app = await startApp((request, response) => {
    if (request.url === '/begun') response.write('some');
  });
  const { relay, port } = await startPair(app.url);
  const log: RelayRequest[] = [];
  relay.events.on('request', (request) => log.push(request));
  const mute = new RawClient(port).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
  await once(app.server, 'request');
  mute.socket.resetAndDestroy();
  await eventually(() => log.length === 1);
  const begun = new RawClient(port).send('GET /begun HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
  await begun.until((text) => text.includes('some'));
  begun.socket.resetAndDestroy();
  await eventually(() => log.length === 2);
  expect(log.map(({ status }) => status)).toEqual([0, 200]);
  const other = new RawClient(portOf(relay)).send('GET / HTTP/1.1\r\nHost: x.localhost\r\n\r\n');
  await other.response();
  expect(log.length).toBe(3);
});

test('a slow reader gets its last answer whole, however long it takes', async () => {
  const body = Buffer.alloc(12 * 1024 * 1024, 'x');
  const app = await startApp((_request, response) => response.end(body));
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    'GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\n\r\n',
  );
  await client.until((text) => text.includes('\r\n\r\n'));
  client.socket.pause();
  // Longer than a peer that has everything may take to hang up.
  await new Promise((resolve) => setTimeout(resolve, LINGER_MS + 500));
  client.socket.resume();
  const text = await client.untilClosed();
  expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(body.length);
});

test('a request has one id and one trace in the app and in the logs of relay and client', async () => {
  const seen: unknown[] = [];
  const app = await startApp((request, response) => {
    seen.push(request.headers['x-request-id'], request.headers['traceparent']);
    response.end('ok');
  });
  const { relay, tunnel, port } = await startPair(app.url);
  const logs: { requestId?: string | undefined; traceId?: string | undefined }[] = [];
  relay.events.on('request', (request) => logs.push(request));
  tunnel.events.on('exchange', (exchange) => logs.push(exchange));
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const client = new RawClient(port);
  for (const more of ['', `traceparent: ${parent}\r\n`])
    await client.send(`GET / HTTP/1.1\r\nHost: app.localhost\r\n${more}\r\n`).response();
  await eventually(() => logs.length === 4);
  for (const [request, own] of [
    [0, String(seen[1]).slice(3, 35)],
    [1, '4bf92f3577b34da6a3ce929d0e0e4736'],
  ] as const) {
    const both = logs.filter(({ requestId }) => requestId === seen[request * 2]);
    expect(both.map(({ traceId }) => traceId)).toEqual([own, own]);
  }
  expect(seen[3]).toBe(parent);
});

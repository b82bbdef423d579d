import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  dialRaw,
  listenFree,
  nextExchange,
  start,
  startApp,
  startRawApp,
  until,
} from './support.ts';

/** An app with a WebSocket that echoes, and its open connections. */
async function startWebSocketApp(): Promise<{ port: number; sockets: WebSocketServer }> {
  const server = createServer((_request, response) => void response.writeHead(426).end());
  const sockets = new WebSocketServer({ server, path: '/hmr' });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(data));
  });
  const port = await listenFree(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, sockets };
}

test('passes the WebSocket of a page on to the app, both ways, and records its start', async () => {
  const app = await startWebSocketApp();
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/hmr?token=+`);
  const received = new Promise((resolve, reject) => {
    socket.on('message', (data) => resolve(Buffer.isBuffer(data) && data.toString()));
    socket.on('error', reject);
  });
  socket.on('open', () => socket.send('你好'));
  expect(await received).toBe('你好');
  expect(await exchange).toMatchObject({
    type: 'http',
    status: 101,
    verdict: 'ok',
    request: { url: '/hmr?token=+' },
  });
  socket.terminate();
  await until(() => app.sockets.clients.size === 0);
});

test('closes promptly while a WebSocket is open', async () => {
  const app = await startWebSocketApp();
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/hmr`);
  const closed = new Promise((resolve) => {
    socket.on('close', resolve);
  });
  await new Promise((resolve) => {
    socket.on('open', resolve);
  });
  await server.close();
  await closed;
  await until(() => app.sockets.clients.size === 0);
});

test('passes the head of an upgrade on byte for byte', async () => {
  const app = await startRawApp('HTTP/1.1 403 No\r\nConnection: close\r\n\r\n');
  const server = await start({ handler: { forwardTo: `127.0.0.1:${app.port}` } });
  const head =
    'GET /a?%2B HTTP/1.1\r\nhOst: a\r\nUPGRADE: x\r\nX: \xe4\r\nConnection: upgrade\r\n\r\n';
  const connection = dialRaw(server.port);
  connection.write(Buffer.from(head, 'latin1'));
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 403 No\r\n/);
  await until(() => app.requests.length === 1);
  expect(app.requests[0]?.toString('latin1')).toBe(head);
});

test('refuses an upgrade at the callback path: it would be a way round the checks', async () => {
  const listener = vi.fn();
  const app = await startApp(listener);
  const server = await start({ handler: { forwardTo: String(app.port), strict: true } });
  const connection = dialRaw(server.port);
  connection.write(
    'POST /wx?a=b HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 2\r\n\r\nhi',
  );
  await until(() => connection.soFar() !== '');
  await server.close();
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 400 /);
  expect(listener).not.toHaveBeenCalled();
});

test('answers 502 when the app is down', async () => {
  const app = await startApp(() => undefined);
  await new Promise((resolve) => {
    app.server.close(resolve);
  });
  const server = await start({ handler: { forwardTo: String(app.port) } });
  const exchange = nextExchange(server);
  const connection = dialRaw(server.port);
  connection.write(
    'GET /hmr HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
  );
  expect((await connection.received).toString()).toMatch(/^HTTP\/1\.1 502 /);
  expect(await exchange).toMatchObject({ status: 502, error: { code: 'WXD3001' } });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createWorkspace, isReady, startCli } from '../helpers/cli.ts';
import { RawClient, portOf, useRelay } from '../helpers/tunnel.ts';

test('a port is found on ::1 too, where Vite listens; pages and its WebSocket go through', async () => {
  await using workspace = await createWorkspace();
  const app = createServer((_request, response) => response.end('page'));
  const sockets = new WebSocketServer({ server: app });
  sockets.on('connection', (socket) => socket.send('connected'));
  app.listen(0, '::1');
  await once(app, 'listening');
  onTestFinished(() => {
    sockets.close();
    app.close().closeAllConnections();
  });
  const { port } = app.address() as AddressInfo;
  const relay = await useRelay();
  await using tunnel = startCli(
    ['tunnel', String(port), '--relay', relay.httpUrl ?? '', '--subdomain', 'app', '--json'],
    { cwd: workspace.dir, env: workspace.env },
  );
  expect(await tunnel.waitFor(isReady)).toMatchObject({ target: `http://localhost:${port}` });
  const host = 'Host: app.localhost\r\n';
  const page = await new RawClient(portOf(relay)).send(`GET / HTTP/1.1\r\n${host}\r\n`).response();
  expect(page.body).toBe('page');
  const socket = new RawClient(portOf(relay)).send(
    `GET /hmr HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
  );
  expect(await socket.until((text) => text.includes('connected'))).toContain(' 101 ');
});

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { subprotocol } from '../../src/wire/handshake.ts';
import { TUNNEL_PATH } from '../../src/wire/link.ts';
import { EvilClient } from '../helpers/evil-client.ts';
import {
  eventually,
  portOf,
  RawClient,
  startApp,
  startPair,
  useRelay,
  useTunnel,
} from '../helpers/tunnel.ts';

const GET = 'GET / HTTP/1.1\r\nHost: evil.localhost\r\n\r\n';

test.each([
  ['a final status', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ['a switch of protocols', 'HTTP/1.1 101 Sure\r\nUpgrade: x\r\n\r\n'],
])(
  'an informational head with %s is never passed on: it would answer the next request too',
  async (_what, head) => {
    const port = portOf(await useRelay());
    const evil = await EvilClient.connect(port);
    const client = new RawClient(port).send(GET);
    await evil.next();
    evil.send(
      ['INFO', 1, 0, head],
      ['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'],
      ['DATA', 1, 1, 'ok'],
    );
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 502 [^]*it sent a malformed/);
  },
);

test('an informational status is never taken for the answer: the connection would wait for another one', async () => {
  const port = portOf(await useRelay());
  const evil = await EvilClient.connect(port);
  const client = new RawClient(port).send(GET);
  await evil.next();
  evil.send(['HEAD', 1, 1, 'HTTP/1.1 103 Early Hints\r\n\r\n']);
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 502 /);
});

test('an informational head says nothing about the length of a body', async () => {
  const port = portOf(await useRelay());
  const evil = await EvilClient.connect(port);
  const client = new RawClient(port).send(GET);
  await evil.next();
  evil.send(
    ['INFO', 1, 0, 'HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nLink: </a>\r\n\r\n'],
    ['HEAD', 1, 0, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'],
    ['DATA', 1, 1, 'ok'],
  );
  const text = await client.until((received) => received.endsWith('ok'));
  expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test('an upgrade that its client ends at once ends for the visitor', async () => {
  const port = portOf(await useRelay());
  const evil = await EvilClient.connect(port);
  const client = new RawClient(port).send(
    'GET / HTTP/1.1\r\nHost: evil.localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  );
  await evil.next();
  evil.send(['HEAD', 1, 1, 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n']);
  expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 101 /);
});

test('what a visitor claims about its address in trailers is taken away too', async () => {
  const trailers: NodeJS.Dict<string>[] = [];
  const app = await startApp((request, response) => {
    request.resume().on('end', () => {
      trailers.push(request.trailers);
      response.end();
    });
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n' +
      'X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Wx-Dev-Tunnel: up\r\nX-Sum: 1\r\n\r\n',
  );
  expect((await client.response()).status).toBe(200);
  expect(trailers).toEqual([{ 'x-sum': '1' }]);
});

test('a dial that is refused does not keep its connection', async () => {
  const port = portOf(await useRelay());
  const client = new RawClient(port, { allowHalfOpen: true }).send(
    `GET ${TUNNEL_PATH} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  await once(client.socket, 'end');
  expect(client.text).toMatch(/^HTTP\/1\.1 426 /);
  // Our side stays open, and writing to a connection that is gone gets a reset.
  const probe = setInterval(() => client.socket.write('x'), 10);
  await client.untilClosed();
  clearInterval(probe);
});

test(
  'dials that never introduce themselves do not keep out a client that does',
  { timeout: 60_000 },
  async () => {
    const app = await startApp((_request, response) => response.end('ok'));
    const relay = await useRelay();
    const port = portOf(relay);
    const silent = Array.from({ length: 1_000 }, () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${TUNNEL_PATH}`, [subprotocol]);
      socket.on('error', () => undefined);
      return socket;
    });
    await eventually(() => silent.every((socket) => socket.readyState !== socket.CONNECTING));
    await useTunnel(relay, { target: app.url, subdomain: 'app' });
    const client = new RawClient(port).send('GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
    expect((await client.response()).body).toBe('ok');
    for (const socket of silent) socket.terminate();
  },
);

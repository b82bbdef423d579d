import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { bodyOf, eventually, listenOn, RawClient, startApp, startPair } from '../helpers/tunnel.ts';

const GET = 'GET / HTTP/1.1\r\nHost: app.localhost\r\n';

/** A raw local server: says what it got and answers what the test tells it to. */
async function startRawApp(
  answer: (socket: Socket, received: () => string) => void,
): Promise<{ url: string; received: () => string }> {
  let text = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      answer(socket, () => text);
    });
  });
  return { url: await listenOn(server), received: () => text };
}

/** Answers with a canned response once the request head is there. */
const canned = (response: string) => (socket: Socket, received: () => string) => {
  if (received().endsWith('\r\n\r\n')) socket.write(Buffer.from(response, 'latin1'));
};

test('passes a request on as it was: target, order, case and duplicates of fields, body', async () => {
  const app = await startRawApp((socket, received) => {
    if (received().endsWith('hello')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    'POST /wx?signature=a%2Bb+c&x=%zz&x= HTTP/1.1\r\nX-Dup: 1\r\nhOST: APP.localhost.:1\r\nx-dUP: 2\r\nContent-Length: 5\r\nAccept-Encoding: gzip\r\n\r\nhello',
  );
  expect((await client.response()).body).toBe('ok');
  const [head = '', body] = app.received().split('\r\n\r\n');
  const lines = head.split('\r\n');
  expect(lines.slice(0, 6)).toEqual([
    'POST /wx?signature=a%2Bb+c&x=%zz&x= HTTP/1.1',
    'X-Dup: 1',
    'hOST: APP.localhost.:1',
    'x-dUP: 2',
    'Content-Length: 5',
    'Accept-Encoding: gzip',
  ]);
  expect(body).toBe('hello');
});

test('replaces what a client claims about its address, in every spelling', async () => {
  const app = await startRawApp(canned('HTTP/1.1 204 No Content\r\n\r\n'));
  const { port } = await startPair(app.url);
  const forged = [
    'X-Forwarded-For: 6.6.6.6',
    'X-Forwarded-Proto: https',
    'x_forwarded_host: evil',
    'Forwarded: for=6.6.6.6',
    'X-Real-IP: 6.6.6.6',
    'X-Request-Id: forged',
    'X-Wx-Dev-Anything: forged',
  ];
  const client = new RawClient(port).send(`${GET}${forged.join('\r\n')}\r\nX-Own: 1\r\n\r\n`);
  expect((await client.response()).status).toBe(204);
  expect(app.received()).not.toMatch(/6\.6\.6\.6|evil|forged/);
  expect(app.received()).toContain('\r\nX-Own: 1\r\n');
  expect(app.received()).toContain('\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n');
  expect(app.received()).toContain('\r\nX-Forwarded-Host: app.localhost\r\n');
  expect(app.received()).toMatch(/\r\nX-Request-Id: [0-9a-f]{12}-\w+\r\n/);
});

test('drops fields that Connection names, both ways', async () => {
  const app = await startRawApp(
    canned('HTTP/1.1 204 No Content\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-End: 1\r\n\r\n'),
  );
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(`${GET}Connection: X-Secret\r\nX-Secret: 1\r\n\r\n`);
  const { head } = await client.response();
  expect(app.received()).not.toContain('X-Secret');
  expect(head).not.toContain('X-Hop');
  expect(head).toContain('X-End: 1');
});

test('carries 300 KB of XML, with and without Content-Type and length, bytes equal', async () => {
  const body = randomBytes(300_000);
  const app = await startApp((request, response) => {
    void bodyOf(request).then((bytes) =>
      response.end(createHash('sha256').update(bytes).digest('hex')),
    );
  });
  const { port } = await startPair(app.url);
  for (const headers of [{ 'content-length': '300000' }, { 'content-type': 'text/xml' }]) {
    const outgoing = httpRequest({
      port,
      method: 'POST',
      headers: { host: 'app.localhost', ...headers },
    });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect((await bodyOf(response)).toString()).toBe(
      createHash('sha256').update(body).digest('hex'),
    );
  }
});

test('does not touch a compressed body, nor trailers', async () => {
  const zipped = gzipSync('x'.repeat(10_000));
  const app = await startApp((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', trailer: 'X-Sum' });
    response.write(zipped);
    response.addTrailers({ 'X-Sum': '7' });
    response.end();
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(`${GET}Connection: close\r\n\r\n`);
  const text = await client.untilClosed();
  expect(text).toContain('Content-Encoding: gzip'.toLowerCase());
  expect(text).toContain(zipped.toString('latin1'));
  expect(text.endsWith('0\r\nX-Sum: 7\r\n\r\n')).toBe(true);
});

test('passes trailers of a request on', async () => {
  const app = await startRawApp((socket, received) => {
    if (received().endsWith('X-Sum: 7\r\n\r\n')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\n\r\n',
  );
  expect((await client.response()).status).toBe(204);
  expect(app.received()).toContain('3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n');
});

test.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n', 'Content-Length: 7'],
  ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'HTTP/1.1 200 OK'],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 204 No Content'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n', 'Content-Length: 7'],
  ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'Content-Length: 0'],
])('%s with %j has no body, and the connection goes on', async (method, response, expected) => {
  const app = await startRawApp(canned(response));
  const { port } = await startPair(app.url);
  const ask = `${method} / HTTP/1.1\r\nHost: app.localhost\r\n\r\n`;
  const client = new RawClient(port).send(ask);
  const first = await client.until((text) => text.endsWith('\r\n\r\n'));
  expect(first).toContain(expected);
  client.text = '';
  client.send(ask);
  expect(await client.until((text) => text.endsWith('\r\n\r\n'))).toContain(expected);
});

test('reads a body that ends with the connection, and ends it so for a 1.0 client', async () => {
  const app = await startRawApp((socket, received) => {
    if (received().endsWith('\r\n\r\n')) socket.end('HTTP/1.0 200 OK\r\nX: 1\r\n\r\nold body');
  });
  const { port } = await startPair(app.url);
  const modern = new RawClient(port).send(`${GET}Connection: close\r\n\r\n`);
  expect(await modern.untilClosed()).toContain('8\r\nold body\r\n0\r\n\r\n');
  const old = new RawClient(port).send('GET / HTTP/1.0\r\nHost: app.localhost\r\n\r\n');
  const text = await old.untilClosed();
  expect(text).toMatch(/\r\nConnection: close\r\nX-Request-Id: \S+\r\n\r\nold body$/);
  expect(text).not.toContain('chunked');
});

test('passes 100 Continue and 103 on, and the body only after it was asked for', async () => {
  const order: string[] = [];
  const app = await startApp((request, response) => {
    void bodyOf(request).then((body) => {
      order.push(`body ${body.toString()}`);
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('done');
    });
  });
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    order.push('asked');
    response.writeContinue();
    app.server.emit('request', request, response);
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    'POST / HTTP/1.1\r\nHost: app.localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n',
  );
  await client.until((text) => text === 'HTTP/1.1 100 Continue\r\n\r\n');
  expect(order).toEqual(['asked']);
  client.send('abc');
  const text = await client.until((received) => received.endsWith('done'));
  expect(text).toContain(
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200',
  );
  expect(order).toEqual(['asked', 'body abc']);
});

test('events arrive one by one as they are sent', async () => {
  let send: (text: string) => void = () => undefined;
  let left = false;
  const app = await startApp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send = (text) => response.write(text);
    response.on('close', () => (left = true));
    send('data: 0\n\n');
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(`${GET}\r\n`);
  await client.until((text) => text.includes('data: 0'));
  for (let i = 1; i < 20; i++) {
    send(`data: ${i}\n\n`);
    await client.until((text) => text.includes(`data: ${i}\n`));
  }
  // A reader that leaves is noticed by the app, although nothing is sent at that moment.
  client.socket.end();
  await eventually(() => left);
});

test('echoes 200 KB through a WebSocket, both ends see it close', async () => {
  const app = await startApp((_request, response) => response.end());
  const echo = new WebSocketServer({ server: app.server });
  let closedWith = 0;
  echo.on('connection', (socket) => {
    socket.send('first');
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('close', (code) => (closedWith = code));
  });
  const { port } = await startPair(app.url);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, {
    headers: { host: 'app.localhost' },
  });
  const [first] = (await once(socket, 'message')) as [Buffer];
  expect(first.toString()).toBe('first');
  const payload = randomBytes(200_000);
  socket.send(payload);
  const [echoed] = (await once(socket, 'message')) as [Buffer];
  expect(echoed.equals(payload)).toBe(true);
  socket.close(4321);
  await once(socket, 'close');
  await eventually(() => closedWith === 4321);
});

test('an upgrade passes first bytes of both sides and half-closes', async () => {
  const app = await startRawApp((socket, received) => {
    if (received().endsWith('\r\n\r\n'))
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: upgrade\r\n\r\nhead bytes',
      );
    if (received().endsWith('bye')) socket.end(' last words');
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port, { allowHalfOpen: true }).send(
    `${GET}Connection: Upgrade\r\nUpgrade: raw\r\n\r\n`,
  );
  const text = await client.until((received) => received.endsWith('head bytes'));
  expect(text).toContain('Upgrade: raw\r\nConnection: Upgrade\r\n');
  expect(app.received()).toContain('Upgrade: raw\r\nX-Forwarded-For');
  expect(app.received()).toContain('Connection: Upgrade\r\n\r\n');
  client.socket.end('bye');
  expect(await client.untilClosed()).toMatch(/head bytes last words$/);
});

test('an upgrade that is declined is an ordinary answer, and the connection goes on', async () => {
  const app = await startRawApp(canned('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'));
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(
    `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n${GET}\r\n`,
  );
  expect((await client.response()).status).toBe(403);
  expect((await client.response()).body).toBe('no');
});

test('answers pipelined requests in their order, one at a time', async () => {
  let running = 0;
  let most = 0;
  const app = await startApp((request, response) => {
    most = Math.max(most, ++running);
    void bodyOf(request).then((body) =>
      setImmediate(() => {
        running--;
        response.end(`${request.url} ${body.toString()}`);
      }),
    );
  });
  const { port } = await startPair(app.url);
  const post = (i: number) =>
    `POST /${i} HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 2\r\n\r\nb${i}`;
  const client = new RawClient(port).send([1, 2, 3, 4, 5].map(post).join(''));
  for (let i = 1; i <= 5; i++) expect((await client.response()).body).toBe(`/${i} b${i}`);
  expect(most).toBe(1);
});

test('a client that has sent its FIN still gets its answer', async () => {
  const app = await startApp((_request, response) => setImmediate(() => response.end('answer')));
  const { port } = await startPair(app.url);
  const client = new RawClient(port, { allowHalfOpen: true });
  client.socket.end(`${GET}\r\n`);
  expect(await client.untilClosed()).toMatch(/answer$/);
});

test('an upload that is cut off reaches the app as cut off', async () => {
  let outcome = '';
  const app = await startApp((request) => {
    request.on('error', () => undefined);
    request.on('close', () => (outcome = request.complete ? 'complete' : 'cut off'));
    request.resume();
  });
  const { port } = await startPair(app.url);
  for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
    outcome = '';
    const client = new RawClient(port).send(
      `POST / HTTP/1.1\r\nHost: app.localhost\r\n${framing}\r\n\r\n5\r\nhello\r\n`,
    );
    await once(app.server, 'request');
    client.socket.destroy();
    await eventually(() => outcome === 'cut off');
  }
});

test('a download that the client gives up ends at the app', async () => {
  let closed = false;
  const app = await startApp((_request, response) => {
    response.on('close', () => (closed = true));
    const more = (): void => {
      while (!closed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(`${GET}\r\n`);
  await client.until((text) => text.length > 1_000_000);
  client.socket.destroy();
  await eventually(() => closed);
});

test.each([
  'Content-Length: 100\r\n\r\nonly this',
  'Transfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n',
])('an answer that breaks off never looks complete (%j)', async (rest) => {
  const app = await startRawApp((socket, received) => {
    if (received().endsWith('\r\n\r\n')) socket.end(`HTTP/1.1 200 OK\r\n${rest}`);
  });
  const { port, tunnel } = await startPair(app.url);
  const codes: (string | undefined)[] = [];
  tunnel.events.on('exchange', ({ error }) => codes.push(error?.code));
  const client = new RawClient(port).send(`${GET}\r\n`);
  expect(await client.untilClosed()).not.toContain('\r\n0\r\n\r\n');
  expect(codes).toEqual(['WXD4008']);
});

test.each([
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['two framings', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['a folded field', 'HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n'],
  ['nothing but a hang-up', ''],
])('an app that answers %s gets a 502 that says so', async (_what, answer) => {
  const app = await startRawApp((socket, received) => {
    if (received().endsWith('\r\n\r\n')) socket.end(answer);
  });
  const { port } = await startPair(app.url);
  const { status, head, body } = await new RawClient(port).send(`${GET}\r\n`).response();
  expect(status).toBe(502);
  expect(head.toLowerCase()).toContain('x-wx-dev-error: wxd4008');
  expect(body).toContain('seen by the tunnel client');
});

test('bytes behind an answer are never given to the next request', async () => {
  const connections = new Set<Socket>();
  const app = await startRawApp((socket, received) => {
    connections.add(socket);
    if (received().endsWith('\r\n\r\n'))
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
      );
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port);
  for (let i = 0; i < 3; i++) expect((await client.send(`${GET}\r\n`).response()).body).toBe('ok');
  // What may still come on a connection that has said too much would be the next one's.
  expect(connections.size).toBe(3);
});

test('reports every exchange with its status', async () => {
  const app = await startApp((request, response) => {
    response.statusCode = request.url === '/teapot' ? 418 : 200;
    response.end();
  });
  const { port, tunnel } = await startPair(app.url);
  const seen: string[] = [];
  tunnel.events.on('exchange', ({ id, method, target, status }) =>
    seen.push(`${id} ${method} ${target} ${status}`),
  );
  const client = new RawClient(port);
  await client.send('GET /a?b HTTP/1.1\r\nHost: app.localhost\r\n\r\n').response();
  await client
    .send('PUT /teapot HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 1\r\n\r\nx')
    .response();
  await eventually(() => seen.length === 2);
  expect(seen).toEqual(['1 GET /a?b 200', '2 PUT /teapot 418']);
});

test('a slow reader holds a bounded amount, and others are answered meanwhile', async () => {
  let sentBytes = 0;
  const app = await startApp((request, response) => {
    if (request.url !== '/bulk') {
      response.end('quick');
      return;
    }
    const chunk = Buffer.alloc(65_536);
    const more = (): void => {
      while (!response.destroyed && sentBytes < 200e6) {
        sentBytes += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', more);
    more();
  });
  const { port } = await startPair(app.url);
  const slow = Array.from({ length: 4 }, () => {
    const client = new RawClient(port).send('GET /bulk HTTP/1.1\r\nHost: app.localhost\r\n\r\n');
    client.socket.pause();
    return client;
  });
  // The kernel's buffers and our windows fill; then everything stands still.
  const quick = new RawClient(port);
  let last = -1;
  for (let same = 0; same < 20;) {
    expect((await quick.send(`${GET}\r\n`).response()).body).toBe('quick');
    await new Promise((resolve) => setTimeout(resolve, 10));
    same = sentBytes === last ? same + 1 : 0;
    last = sentBytes;
  }
  // Per reader: one window, and what kernel and Node keep for four sockets (up to 6 MB each way on Linux).
  expect(sentBytes / 4).toBeLessThan(30e6);
  for (const client of slow) client.socket.destroy();
});

test('pipelined requests whose answers nobody reads do not pile up', async () => {
  let answered = 0;
  const app = await startApp((_request, response) => {
    answered++;
    response.end(Buffer.alloc(200_000));
  });
  const { port } = await startPair(app.url);
  const client = new RawClient(port).send(`${GET}\r\n`.repeat(500));
  client.socket.pause();
  let last = -1;
  for (let same = 0; same < 20;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    same = answered === last ? same + 1 : 0;
    last = answered;
  }
  expect(answered).toBeLessThan(100);
});

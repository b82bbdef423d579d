import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { RawClient } from '../helpers/tunnel.ts';
import { Stage, type Actor } from './stage.ts';
import { ask, visit } from './visitor.ts';

/**
 * What a tunnel must do with HTTP, one row a test, through `wx-dev relay` and `wx-dev tunnel` as a user starts them. What needs a look
 * at the single byte, or an app that misbehaves, is in test/tunnel/passthrough.test.ts and test/tunnel/hostile.test.ts; heads that
 * are refused are in smuggling.faults.ts; what dies or stands still is in processes.faults.ts.
 */

let stage: Stage;
let origin: Actor;
let relay: Actor;
let port = 0;

beforeAll(async () => {
  stage = await Stage.open();
  [origin, relay] = await Promise.all([stage.origin(), stage.relay()]);
  ({ port } = relay);
  await stage.client('one', `http://127.0.0.1:${port}`, origin.port);
  await stage.client('two', `http://127.0.0.1:${port}`, origin.port);
});

afterAll(() => stage[Symbol.asyncDispose]());

interface Seen {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: string[];
  readonly rawTrailers: string[];
  readonly bytes: number;
  readonly sha256: string;
}

const host = 'Host: one.localhost\r\n';

/** What the app saw of a request that was sent as it stands here. */
async function seenOf(text: string): Promise<Seen> {
  const { status, body } = await new RawClient(port).send(text).response();
  expect(status).toBe(200);
  return JSON.parse(body) as Seen;
}

/** Values of the fields with the lower-case name `key`, in order. */
function valuesOf({ rawHeaders }: Seen, key: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === key);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('requests', () => {
  test.each([
    ['POST 300 KB xml', { 'Content-Type': 'text/xml' }],
    ['POST without Content-Type', {}],
    ['POST without Content-Length', { 'Transfer-Encoding': 'chunked' }],
  ])('%s', async (_row, headers) => {
    const body = randomBytes(300_000);
    const options = { port, name: 'one', method: 'POST', path: '/echo', headers, body };
    const seen = await ask<Seen>(options);
    expect(seen).toMatchObject({ bytes: body.length, sha256: hashOf(body) });
    expect(valuesOf(seen, 'content-type')).toEqual(
      Object.values(headers)
        .slice(0, 1)
        .filter((value) => value === 'text/xml'),
    );
  });

  test('forged X-Forwarded-* and internal fields are replaced or gone', async () => {
    const seen = await seenOf(
      `GET / HTTP/1.1\r\n${host}X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: gopher\r\nX-Forwarded-Host: evil\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nx-wx-dev-error: WXD0000\r\n\r\n`,
    );
    expect(JSON.stringify(seen.rawHeaders)).not.toMatch(/6\.6\.6\.6|gopher|evil|WXD0000/);
    expect(valuesOf(seen, 'x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(valuesOf(seen, 'x-forwarded-proto')).toEqual(['http']);
  });

  test('duplicates are kept, in order and case', async () => {
    const seen = await seenOf(
      `GET /a%2Fb?x=1+2&x= HTTP/1.1\r\nX-Dup: 1\r\n${host}x-DUP: 2\r\nX-dup: 1\r\n\r\n`,
    );
    expect(seen.url).toBe('/a%2Fb?x=1+2&x=');
    expect(seen.rawHeaders.slice(0, 8)).toEqual([
      'X-Dup',
      '1',
      'Host',
      'one.localhost',
      'x-DUP',
      '2',
      'X-dup',
      '1',
    ]);
  });

  test('a field named in Connection does not reach the app', async () => {
    const seen = await seenOf(
      `GET / HTTP/1.1\r\n${host}Connection: keep-alive, X-Secret\r\nX-Secret: 1\r\nX-Other: 2\r\n\r\n`,
    );
    expect(valuesOf(seen, 'x-secret')).toEqual([]);
    expect(valuesOf(seen, 'x-other')).toEqual(['2']);
  });

  test('each has an id', async () => {
    const seen = await ask<Seen>({ port, name: 'one', path: '/echo' });
    expect(valuesOf(seen, 'x-request-id')).toHaveLength(1);
  });

  test('trailers of a request', async () => {
    const seen = await seenOf(
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n`,
    );
    expect(seen.bytes).toBe(5);
    expect(seen.rawTrailers).toEqual(['X-Sum', '42']);
  });

  test('100-continue: the body comes only after it was asked for', async () => {
    const client = new RawClient(port).send(
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
    );
    await client.until((text) => text.endsWith('\r\n\r\n'));
    expect(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.text = '';
    const { body } = await client.send('hello').response();
    expect(JSON.parse(body)).toMatchObject({ bytes: 5 });
  });

  test.each(['PROPFIND', 'REPORT', 'PURGE', 'DELETE', 'PATCH', 'OPTIONS'])('%s', async (method) => {
    expect(await ask<Seen>({ port, name: 'one', method, path: '/echo' })).toMatchObject({ method });
  });

  test('CONNECT is refused, and the connection closed', async () => {
    const client = new RawClient(port).send(
      `CONNECT one.localhost:443 HTTP/1.1\r\nHost: one.localhost:443\r\n\r\nGET /next HTTP/1.1\r\n${host}\r\n`,
    );
    const text = await client.untilClosed();
    expect(text).toMatch(/^HTTP\/1\.1 405 /);
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  });

  test('the second request of a connection, with another Host, goes its own way', async () => {
    const client = new RawClient(port);
    for (const name of ['one', 'two', 'one', 'two', 'nobody']) {
      const { status, body } = await client
        .send(`GET /echo HTTP/1.1\r\nHost: ${name}.localhost\r\n\r\n`)
        .response();
      if (name === 'nobody') expect(status).toBe(404);
      else expect(JSON.parse(body)).toMatchObject({ name });
    }
  });
});

describe('answers', () => {
  test('a gzip body that nobody asked for is untouched', async () => {
    const { body, head } = await visit({ port, name: 'one', path: '/gzip' });
    expect(head?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).equals(Buffer.alloc(50_000, 'y'))).toBe(true);
  });

  test('fields keep case and duplicates; what Connection names does not come through', async () => {
    const { head } = await visit({ port, name: 'one', path: '/multi' });
    expect(head?.statusCode).toBe(207);
    expect(head?.rawHeaders.slice(0, 4)).toEqual(['Set-Cookie', 'a=1', 'set-COOKIE', 'b=2']);
    const named = await visit({ port, name: 'one', path: '/named' });
    expect(named.head?.headers).toMatchObject({ 'x-stays': '1' });
    expect(named.head?.headers['x-hop']).toBeUndefined();
  });

  test('trailers of an answer', async () => {
    const { head, body } = await visit({ port, name: 'one', path: '/trailers' });
    expect(body.toString()).toBe('body');
    expect(head?.trailers).toEqual({ 'x-sum': '42' });
  });

  test('1xx: early hints come before the answer', async () => {
    const text = await new RawClient(port)
      .send(`GET /hints HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
      .untilClosed();
    expect(text).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/i,
    );
    expect(text).toContain('after hints');
  });

  test('HEAD: the length is told, no body comes, and the connection goes on', async () => {
    const client = new RawClient(port).send(`HEAD /head HTTP/1.1\r\n${host}\r\n`);
    expect(await client.until((text) => text.endsWith('\r\n\r\n'))).toMatch(
      /content-length: 12345/i,
    );
    client.text = '';
    const { body } = await client.send(`GET /echo HTTP/1.1\r\n${host}\r\n`).response();
    expect(JSON.parse(body)).toMatchObject({ method: 'GET' });
  });

  test('304: a length without a body, and the connection goes on', async () => {
    const client = new RawClient(port).send(`GET /unchanged HTTP/1.1\r\n${host}\r\n`);
    expect(await client.until((text) => text.endsWith('\r\n\r\n'))).toMatch(/^HTTP\/1\.1 304 /);
    client.text = '';
    const { body } = await client.send(`GET /echo HTTP/1.1\r\n${host}\r\n`).response();
    expect(JSON.parse(body)).toMatchObject({ method: 'GET' });
  });

  test('SSE is not buffered: the next event is only caused by having the one before', async () => {
    const sent = request({
      host: '127.0.0.1',
      port,
      path: '/events',
      headers: { Host: 'one.localhost' },
    });
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for (let count = 1; count <= 20; count++) {
      while (!text.includes(`data: ${count}\n\n`)) text += String((await once(answer, 'data'))[0]);
      await visit({ port, name: 'one', path: '/next' });
    }
    answer.destroy();
  });
});

describe('upgrades', () => {
  test.each([200_000, 1_000_000])('ws echo of %d bytes, several at once', async (bytes) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: { Host: 'one.localhost' },
      perMessageDeflate: false,
    });
    const echoes: string[] = [];
    socket.on('message', (message: Buffer) => echoes.push(hashOf(message)));
    await once(socket, 'open');
    const messages = Array.from({ length: 9 }, (_, i) => randomBytes(i % 3 === 1 ? 1 : bytes));
    for (const message of messages) socket.send(message);
    while (echoes.length < messages.length) await once(socket, 'message');
    expect(echoes).toEqual(messages.map(hashOf));
    const closed = once(socket, 'close');
    socket.close(4000, 'done');
    expect((await closed)[0]).toBe(4000);
  });

  test('first bytes in one packet with the heads, on both sides', async () => {
    const early = randomBytes(1_000_000).toString('latin1');
    const client = new RawClient(port).send(
      `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: bytes\r\n\r\n${early}`,
    );
    await client.until((text) => text.length >= early.length && text.endsWith(early.slice(-20)));
    const [head = ''] = client.text.split('\r\n\r\n', 1);
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(client.text.slice(head.length + 4) === `first ${early}`).toBe(true);
  });
});

test('origin down: 502 at once, with what failed, and 200 when it is back', async () => {
  await using own = await Stage.open();
  const app = await own.origin();
  await own.client('three', `http://127.0.0.1:${port}`, app.port);
  await app.kill();
  const down = await visit({ port, name: 'three', path: '/echo' });
  expect(down.status).toBe(502);
  expect(down.head?.headers['x-wx-dev-error']).toBe('WXD4008');
  expect(down.body.toString()).toContain('ECONNREFUSED');
  await app.restart();
  expect((await visit({ port, name: 'three', path: '/echo' })).status).toBe(200);
});

import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient } from '../helpers/tunnel.ts';
import { Stage, type Actor } from './stage.ts';

/**
 * Requests that two servers in a row may cut at different places, each with a request behind it that nobody sent. The app is a
 * recorder: what reaches it is what a server behind a tunnel would have to read. Heads alone are a table in test/wire/head.test.ts;
 * answers that do the same are in test/relay/hostile.test.ts and test/tunnel/hostile.test.ts.
 */

let stage: Stage;
let relay: Actor;
let recorder: Server;
let recorded = '';

beforeAll(async () => {
  stage = await Stage.open();
  recorder = createServer((socket) => {
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      recorded += bytes.toString('latin1');
      text += bytes.toString('latin1');
      // Enough of HTTP for what comes through: whatever ends like a head or a last chunk is answered.
      if (!text.endsWith('\r\n\r\n')) return;
      text = '';
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  }).listen(0, '127.0.0.1');
  await once(recorder, 'listening');
  const address = recorder.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  relay = await stage.relay();
  await stage.client('app', `http://127.0.0.1:${relay.port}`, address.port);
});

afterAll(async () => {
  recorder.close();
  await stage[Symbol.asyncDispose]();
});

/** What somebody wants to get past the relay. */
const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
const post = 'POST /outer HTTP/1.1\r\nHost: app.localhost\r\n';
const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;

/** A whole body for each reading: with the chunked one it ends before `smuggled`, with the other one after it. */
const lengthOf = (text: string): string => `Content-Length: ${text.length}\r\n`;
const afterChunks = `0\r\n\r\n${smuggled}`;

const ambiguous: readonly (readonly [what: string, text: string])[] = [
  ['CL.TE', `${post}${lengthOf(afterChunks)}Transfer-Encoding: chunked\r\n\r\n${afterChunks}`],
  [
    'TE.CL',
    `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${smuggled}\r\n0\r\n\r\n`,
  ],
  [
    'TE.TE, the second one unknown',
    `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n${afterChunks}`,
  ],
  ['TE: chunked, identity', `${post}Transfer-Encoding: chunked, identity\r\n\r\n${afterChunks}`],
  ['TE: identity, chunked', `${post}Transfer-Encoding: identity, chunked\r\n\r\n${afterChunks}`],
  [
    'TE: xchunked, with a length',
    `${post}Transfer-Encoding: xchunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE in quotes',
    `${post}Transfer-Encoding: "chunked"\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE with a space before the colon',
    `${post}Transfer-Encoding : chunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE with a tab before the colon',
    `${post}Transfer-Encoding\t: chunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE with a vertical tab',
    `${post}Transfer-Encoding: \x0bchunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE with a NUL',
    `${post}Transfer-Encoding: chunked\0\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE behind a bare CR',
    `${post}X: 1\rTransfer-Encoding: chunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE behind a bare LF',
    `${post}X: 1\nTransfer-Encoding: chunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE in a folded line',
    `${post}X: 1\r\n Transfer-Encoding: chunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  [
    'TE folded itself',
    `${post}Transfer-Encoding:\r\n chunked\r\n${lengthOf(afterChunks)}\r\n${afterChunks}`,
  ],
  ['TE in HTTP/1.0', `${chunked.replace('1.1', '1.0')}${afterChunks}`],
  [
    'TE with an underscore',
    `${post}Transfer_Encoding: chunked\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n${afterChunks}`,
  ],
  ['CL twice, different', `${post}Content-Length: 0\r\n${lengthOf(smuggled)}\r\n${smuggled}`],
  ['CL twice, the same', `${post}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${smuggled}`],
  ['CL as a list', `${post}Content-Length: 0, ${smuggled.length}\r\n\r\n${smuggled}`],
  ['CL with a plus', `${post}Content-Length: +${smuggled.length}\r\n\r\n${smuggled}`],
  ['CL below zero', `${post}Content-Length: -1\r\n\r\n${smuggled}`],
  ['CL in hexadecimal', `${post}Content-Length: 0x2f\r\n\r\n${smuggled}`],
  ['CL with a space inside', `${post}Content-Length: 4 7\r\n\r\n${smuggled}`],
  ['CL empty', `${post}Content-Length: \r\n\r\n${smuggled}`],
  ['CL beyond 2^64', `${post}Content-Length: 18446744073709551616\r\n\r\n${smuggled}`],
  ['CL with other digits', `${post}Content-Length: \xb2\r\n\r\n${smuggled}`],
  [
    'Host twice',
    `GET /outer HTTP/1.1\r\nHost: app.localhost\r\nHost: other.localhost\r\n\r\n${smuggled}`,
  ],
  [
    'Host and another target',
    `GET http://other.localhost/outer HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
  ['no Host', `GET /outer HTTP/1.1\r\n\r\n${smuggled}`],
  ['a head that ends in LF LF', `GET /outer HTTP/1.1\nHost: app.localhost\n\n${smuggled}`],
  ['a request line with a CR', `GET /outer\rHTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`],
  [
    'a target with a line break',
    `GET /outer\x0bHTTP/1.1 HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
  [
    'h2c',
    `GET /outer HTTP/1.1\r\nHost: app.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
  ['Host in a folded line', `GET /outer HTTP/1.1\r\nHost:\r\n app.localhost\r\n\r\n${smuggled}`],
  ['Host with a space inside', `GET /outer HTTP/1.1\r\nHost: app.localhost x\r\n\r\n${smuggled}`],
  ['Host as a list', `GET /outer HTTP/1.1\r\nHost: app.localhost, other\r\n\r\n${smuggled}`],
  ['Host with a user', `GET /outer HTTP/1.1\r\nHost: other@app.localhost\r\n\r\n${smuggled}`],
  ['Host with a path', `GET /outer HTTP/1.1\r\nHost: app.localhost/x\r\n\r\n${smuggled}`],
  ['Host with a NUL', `GET /outer HTTP/1.1\r\nHost: app.localhost\0.x\r\n\r\n${smuggled}`],
  ['Host with a bare LF', `GET /outer HTTP/1.1\r\nHost: app.localhost\nX: 1\r\n\r\n${smuggled}`],
  [
    'Host with a space before the colon',
    `GET /outer HTTP/1.1\r\nHost : app.localhost\r\n\r\n${smuggled}`,
  ],
  ['an empty Host', `GET /outer HTTP/1.1\r\nHost:\r\n\r\n${smuggled}`],
  [
    'a target with another port than Host',
    `GET http://app.localhost:81/outer HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
  [
    'a target with a user',
    `GET http://app.localhost@other/outer HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
  [
    'a target that is a host',
    `GET app.localhost:80 HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
  [
    'a target that is a star',
    `GET * HTTP/1.1\r\nHost: app.localhost\r\nX: /outer\r\n\r\n${smuggled}`,
  ],
  ['a target with a NUL', `GET /outer\0 HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`],
  ['a method with a NUL', `GE\0T /outer HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`],
  ['a name with a NUL', `GET /outer HTTP/1.1\r\nHost: app.localhost\r\nX\0: 1\r\n\r\n${smuggled}`],
  ['a value with a NUL', `GET /outer HTTP/1.1\r\nHost: app.localhost\r\nX: \0\r\n\r\n${smuggled}`],
  [
    'an empty line before the fields',
    `GET /outer HTTP/1.1\r\n Host: app.localhost\r\n\r\n${smuggled}`,
  ],
  ['HTTP/0.9', `GET /outer\r\n\r\n${smuggled}`],
  ['CONNECT', `CONNECT app.localhost:80 HTTP/1.1\r\nHost: app.localhost:80\r\n\r\n${smuggled}`],
  ['the preface of HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${smuggled}`],
];

/** A chunked body that is broken, each after a whole head. The request may reach the app, never what is behind it. */
const broken: readonly (readonly [what: string, body: string])[] = [
  ['a size with 0x', `0x5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size with a plus', `+5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size below zero', `-5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size with an underscore', `0_5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size with a space before it', ` 5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size with a space behind it', `5 \r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size beyond 2^64', `10000000000000005\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size of many zeros', `${'0'.repeat(300)}5\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['no size', `\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size that ends in LF', `5\nhello\r\n0\r\n\r\n${smuggled}`],
  ['a size that ends in CR', `5\rhello\r\n0\r\n\r\n${smuggled}`],
  ['an extension that ends in LF', `5;a=b\nhello\r\n0\r\n\r\n${smuggled}`],
  ['an extension with a CR', `5;a=\rb\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['an extension in open quotes', `5;a="\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['an extension without an end', `5;${'a'.repeat(100_000)}\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['data longer than its size', `3\r\nhello\r\n0\r\n\r\n${smuggled}`],
  ['data without CRLF', `5\r\nhello0\r\n\r\n${smuggled}`],
  ['data that ends in LF', `5\r\nhello\n0\r\n\r\n${smuggled}`],
  ['trailers that end in LF', `0\r\nX: 1\n\n${smuggled}`],
  ['a trailer that is folded', `0\r\nX: 1\r\n GET /smuggled\r\n\r\n${smuggled}`],
  [
    'a trailer without a colon',
    `0\r\nGET /smuggled HTTP/1.1\r\nHost: app.localhost\r\n\r\n${smuggled}`,
  ],
];

async function answersTo(text: string): Promise<string> {
  recorded = '';
  const client = new RawClient(relay.port).send(text);
  const answers = await client.untilClosed();
  // What the relay passed on before it closed has reached the app when another request is answered there.
  await new RawClient(relay.port)
    .send('GET /last HTTP/1.1\r\nHost: app.localhost\r\n\r\n')
    .response();
  return answers;
}

describe('a head with two readings: 400 (or what says more), closed, nothing reaches the app', () => {
  test.each(ambiguous)('%s', async (_what, text) => {
    const answers = await answersTo(text);
    expect(answers).toMatch(/^HTTP\/1\.1 (?:400|405|505) [^]*\r\nConnection: close\r\n/);
    expect(answers.match(/^HTTP\/1\.1 \d/gm)).toHaveLength(1);
    expect(recorded).not.toMatch(/outer|smuggled/);
  });
});

describe('a chunked body with two readings: closed, and what is behind it reaches nobody', () => {
  test.each(broken)('%s', async (_what, body) => {
    const answers = await answersTo(chunked + body);
    expect(answers).not.toMatch(/^HTTP\/1\.1 200/m);
    expect(recorded).not.toContain('/smuggled');
  });
});

test('trailers cannot say who sent the request, nor how long it is', async () => {
  recorded = '';
  const client = new RawClient(relay.port).send(
    `${chunked}0\r\nX-Sum: 1\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Length: 9\r\nHost: evil\r\nAuthorization: x\r\n\r\n`,
  );
  expect((await client.response()).status).toBe(200);
  expect(recorded).toContain('X-Sum: 1');
  expect(recorded).not.toMatch(/6\.6\.6\.6|evil|Authorization|Content-Length: 9/);
});

test('an app behind a tunnel reads each pipelined request with framing of its own', async () => {
  recorded = '';
  const client = new RawClient(relay.port).send(
    `${post}Content-Length: 7\r\n\r\nabc\r\n\r\n${chunked}3;x=y\r\nabc\r\n0\r\n\r\nGET /third HTTP/1.1\r\nHost: app.localhost\r\n\r\n`,
  );
  for (let i = 0; i < 3; i++) expect((await client.response()).status).toBe(200);
  expect(recorded.match(/^(?:POST|GET) \S+/gm)).toEqual([
    'POST /outer',
    'POST /outer',
    'GET /third',
  ]);
  expect(recorded).not.toContain(';x=y');
});

test.each(['websocket', 'x'])(
  'an upgrade to %s with a body is no upgrade: its body is read as one',
  async (protocol) => {
    recorded = '';
    const body = 'GET /smuggled HTTP/1.1\r\nHost: app.localhost\r\n\r\n';
    const client = new RawClient(relay.port).send(
      `${post}Connection: Upgrade\r\nUpgrade: ${protocol}\r\nContent-Length: ${body.length}\r\n\r\n${body}GET /next HTTP/1.1\r\nHost: app.localhost\r\n\r\n`,
    );
    for (let i = 0; i < 2; i++) expect((await client.response()).status).toBe(200);
    expect(recorded).not.toMatch(/^upgrade:/im);
    // The recorder cuts nowhere; to a server it is the body of the request before.
    expect(recorded.match(/^(?:POST|GET) \/(?:outer|next)/gm)).toEqual([
      'POST /outer',
      'GET /next',
    ]);
    expect(recorded.indexOf('Content-Length')).toBeLessThan(recorded.indexOf('/smuggled'));
  },
);

test('a request that waits for 100 Continue and sends its body all the same is cut where its length says', async () => {
  recorded = '';
  const client = new RawClient(relay.port).send(
    `${post}Expect: 100-continue\r\nContent-Length: 7\r\n\r\nabc\r\n\r\nGET /second HTTP/1.1\r\nHost: app.localhost\r\n\r\n`,
  );
  for (let i = 0; i < 2; i++) expect((await client.response()).status).toBe(200);
  expect(recorded.match(/^(?:POST|GET) \S+/gm)).toEqual(['POST /outer', 'GET /second']);
});

test('an absolute target is reduced to its path: nothing in it chooses where the request goes', async () => {
  recorded = '';
  const client = new RawClient(relay.port).send(
    'GET http://app.localhost/outer?http://other/ HTTP/1.1\r\nHost: app.localhost\r\n\r\n' +
      'GET //other.localhost/path HTTP/1.1\r\nHost: app.localhost\r\n\r\n' +
      'OPTIONS * HTTP/1.1\r\nHost: app.localhost\r\n\r\n',
  );
  for (let i = 0; i < 3; i++) expect((await client.response()).status).toBe(200);
  expect(recorded.match(/^(?:OPTIONS|GET) \S+/gm)).toEqual([
    'GET /outer?http://other/',
    'GET //other.localhost/path',
    'OPTIONS *',
  ]);
});

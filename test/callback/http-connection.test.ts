import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { HttpConnection } from '../../src/callback/http-connection.ts';
import type { HttpExchange } from '../../src/callback/http-exchange.ts';
import { createAnswer } from '../../src/callback/responder.ts';
import { dialRaw, listenFree, until } from './support.ts';

/** What a server has read of one request. */
interface Read {
  readonly method: string;
  readonly target: string;
  readonly headers: string[];
  readonly body: string;
}

const limitBytes = 1024 * 1024;

/** Our connections with a handler that tells what it read, or the given one. */
async function startOurs(
  onExchange: (exchange: HttpExchange) => void = tell,
): Promise<{ port: number; open: Set<HttpConnection>; drain(): void }> {
  const open = new Set<HttpConnection>();
  let isDraining = false;
  const server = createServer((socket) => {
    open.add(
      new HttpConnection(socket, {
        onExchange,
        onUpgrade: undefined,
        date: () => 'Sat, 21 Nov 2026 10:00:00 GMT',
        isDraining: () => isDraining,
        forget: (connection) => void open.delete(connection),
      }),
    );
  });
  const port = await listenFree(server);
  onTestFinished(() => {
    for (const connection of open) connection.destroy();
    server.close();
  });
  return {
    port,
    open,
    drain: () => {
      isDraining = true;
    },
  };
}

function tell(exchange: HttpExchange): void {
  exchange.collect(limitBytes, (result) => {
    if (result.type !== 'complete') return exchange.destroy();
    const { method, target } = exchange.head;
    const read = { method, target, headers: exchange.headers.flat(), body: hex(result.bytes) };
    exchange.answer(createAnswer(200, 'application/json', JSON.stringify(read)));
  });
}

/** The same on node:http, the oracle. */
async function startNode(seen: Partial<Read>[] = []): Promise<number> {
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    const read: { -readonly [Key in keyof Read]?: Read[Key] } = {
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.rawHeaders,
    };
    seen.push(read);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      if (!request.complete) return;
      read.body = hex(Buffer.concat(chunks));
      const body = JSON.stringify(read);
      response.writeHead(200, [
        'Content-Type',
        'application/json',
        'Content-Length',
        String(Buffer.byteLength(body)),
      ]);
      response.end(body);
    });
  });
  const port = await listenFree(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return port;
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}

/** Sends `pieces` one after the other, and gives everything that comes back until the other end closes. */
async function talk(port: number, pieces: readonly Buffer[]): Promise<Buffer> {
  const connection = dialRaw(port);
  for (const piece of pieces) {
    connection.write(piece);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  const received = await connection.received;
  return received;
}

/** What the answers say was read, and the status of each. */
function readsIn(answers: Buffer): { statuses: number[]; reads: Read[] } {
  const text = answers.toString('latin1');
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  const reads = [...text.matchAll(/\{"method".*?"body":"[0-9a-f]*"\}/g)].map(
    ([json]) => JSON.parse(Buffer.from(json, 'latin1').toString()) as Read, // Written above.
  );
  return { statuses, reads };
}

function withoutDate(answers: Buffer): string {
  return answers.toString('latin1').replaceAll(/Date: [^\r]*/g, 'Date: -');
}

const last = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

const good = {
  'a length': 'POST /wx?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'no body': 'GET / HTTP/1.1\r\nhost: a\r\nX-Dup: 1\r\nx-dup: 2\r\n\r\n',
  'an empty length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  chunks:
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n',
  'an empty line before': '\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n',
  'odd bytes in a value': 'GET /x HTTP/1.1\r\nHost: a\r\nX: \xe4\xff \t y\r\n\r\n',
  'a DELETE with a body': 'DELETE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi',
};

test.each(Object.entries(good))(
  'answers a request with %s as node:http does, byte for byte',
  async (_name, request) => {
    const [ours, port] = [await startOurs(), await startNode()];
    const bytes = Buffer.from(request + last, 'latin1');
    const expected = withoutDate(await talk(port, [bytes]));
    expect(expected).toContain('200 OK');
    expect(withoutDate(await talk(ours.port, [bytes]))).toBe(expected);
  },
);

test('reads a pipeline cut anywhere as if it came whole', async () => {
  const ours = await startOurs();
  const bytes = Buffer.from(Object.values(good).join('') + last, 'latin1');
  const whole = withoutDate(await talk(ours.port, [bytes]));
  expect(readsIn(Buffer.from(whole, 'latin1')).reads).toHaveLength(8);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { minLength: 1, maxLength: 8 }),
      async (cuts) => {
        const places = [0, ...new Set(cuts.toSorted((a, b) => a - b)), bytes.length];
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(withoutDate(await talk(ours.port, pieces))).toBe(whole);
      },
    ),
    { numRuns: 60 },
  );
});

test('byte by byte, too', async () => {
  const ours = await startOurs();
  const bytes = Buffer.from(good.chunks + last, 'latin1');
  const { reads } = readsIn(
    await talk(
      ours.port,
      [...bytes].map((byte) => Buffer.from([byte])),
    ),
  );
  expect(reads.map(({ body }) => body)).toEqual([hex(Buffer.from('abcde')), '']);
});

/** Pieces that requests are smuggled with. Trailers that name a length are left out: node:http refuses them, here they are dropped. */
const piece = fc.constantFrom(
  'GET / HTTP/1.1\r\n',
  'POST /x HTTP/1.1\r\n',
  'POST /x HTTP/1.0\r\n',
  'Host: a\r\n',
  'Host: b\r\n',
  'Content-Length: 3\r\n',
  'Content-Length: 03\r\n',
  'Content-Length: +3\r\n',
  'Content-Length : 3\r\n',
  'Content-Length: 3, 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding: xchunked\r\n',
  'Transfer-Encoding:\x0bchunked\r\n',
  ' folded\r\n',
  'X: 1\n',
  'X: \0\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive, content-length\r\n',
  '\r\n',
  '\r\n\r\n',
  'abc',
  '3\r\nabc\r\n',
  '0\r\n\r\n',
  '0\r\nTrailer: 9\r\n\r\n',
  '3\nabc\r\n',
  '0x3\r\nabc\r\n',
  'fffffffffffffffff\r\n',
  '-1\r\n',
  last,
);

/** Often a request that is one, so that there is something to agree on. */
const crafted = fc.oneof(
  fc.array(piece, { minLength: 2, maxLength: 9 }).map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom('', 'X: 1\r\n', 'Connection: close\r\n'),
      fc.array(piece, { maxLength: 5 }),
    )
    .map(([line, parts]) => `${line}\r\n${parts.join('')}`),
  fc.array(piece, { maxLength: 4 }).map((parts) => `Content-Length: 3\r\n\r\nabc${parts.join('')}`),
  fc
    .array(piece, { maxLength: 4 })
    .map((parts) => `Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n${parts.join('')}`),
);

test('never reads more, or otherwise, out of a crafted stream than node:http', async () => {
  const seen: Partial<Read>[] = [];
  const [ours, port] = [await startOurs(), await startNode(seen)];
  let agreed = 0;
  await fc.assert(
    fc.asyncProperty(crafted, async (parts) => {
      const bytes = Buffer.from(`POST /a HTTP/1.1\r\nHost: a\r\n${parts}${last}`, 'latin1');
      seen.length = 0;
      const own = await talkAndLeave(ours.port, bytes);
      await talkAndLeave(port, bytes);
      const got = readsIn(own).reads;
      expect(seen.length).toBeGreaterThanOrEqual(got.length);
      // node:http forgets the body it has read when what comes behind it is malformed.
      got.forEach((read, index) => {
        const { body, ...head } = seen[index] ?? {};
        expect(read).toMatchObject(body === undefined ? head : { ...head, body });
      });
      agreed += got.length;
    }),
    { numRuns: 250 },
  );
  expect(agreed).toBeGreaterThan(50);
});

/** As a peer that sends everything, and then its end: what is not complete by then never will be. */
async function talkAndLeave(port: number, bytes: Buffer): Promise<Buffer> {
  const connection = dialRaw(port);
  connection.write(bytes);
  connection.end();
  return connection.received;
}

test.each([
  ['two lengths', 'Content-Length: 3\r\nContent-Length: 3\r\n', 400],
  ['a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', 400],
  ['two hosts', 'Host: b\r\n', 400],
  ['a folded line', 'X: 1\r\n 2\r\n', 400],
  ['a space before the colon', 'X : 1\r\n', 400],
  ['an expectation that nobody knows', 'Content-Length: 3\r\nExpect: tea\r\n', 417],
  ['too many fields', 'X: 1\r\n'.repeat(200), 431],
])('refuses %s, closes, and reads nothing behind it', async (_name, lines, status) => {
  const seen: string[] = [];
  const ours = await startOurs((exchange) => {
    seen.push(exchange.head.target);
    tell(exchange);
  });
  const forged = 'POST /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n';
  const bytes = Buffer.from(`POST /x HTTP/1.1\r\nHost: a\r\n${lines}\r\nabc${forged}`);
  const answer = (await talk(ours.port, [bytes])).toString();
  expect(answer).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} [^\\r]+\\r\\nConnection: close\\r\\n\\r\\n$`),
  );
  expect(seen).toEqual([]);
});

test('says 100 to who waits for it, once, and not to HTTP/1.0', async () => {
  const ours = await startOurs();
  const connection = dialRaw(ours.port);
  connection.write(
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n',
  );
  await until(() => connection.soFar() === 'HTTP/1.1 100 Continue\r\n\r\n');
  connection.write('hi');
  expect((await connection.received).toString()).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
  );
  const old = dialRaw(ours.port);
  old.write('POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi');
  expect((await old.received).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close/s);
});

test('a HEAD gets the head of the answer and no body', async () => {
  const ours = await startOurs();
  const answer = (
    await talk(ours.port, [Buffer.from(`HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n${last}`)])
  ).toString();
  expect(answer).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[^{]*Content-Length: [1-9]\d*\r\n[^{]*\r\n\r\nHTTP\/1\.1 200 OK/,
  );
});

test('a streamed answer is in chunks for HTTP/1.1, lasts until close for HTTP/1.0, and is nothing for HEAD', async () => {
  const ours = await startOurs((exchange) => {
    const body = exchange.respond({ status: 200, reason: 'Fine', headers: [['X', '1']] });
    body.write('one ');
    body.write(Buffer.alloc(0));
    body.end('two');
  });
  const sent = (line: string): Promise<Buffer> =>
    talk(ours.port, [Buffer.from(`${line}\r\nHost: a\r\nConnection: close\r\n\r\n`)]);
  expect((await sent('GET / HTTP/1.1')).toString()).toBe(
    'HTTP/1.1 200 Fine\r\nX: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n',
  );
  expect((await sent('GET / HTTP/1.0')).toString()).toBe(
    'HTTP/1.1 200 Fine\r\nX: 1\r\nConnection: close\r\n\r\none two',
  );
  expect((await sent('HEAD / HTTP/1.1')).toString()).toMatch(/\r\n\r\n$/);
});

test('ten thousand requests in one write are answered one after the other, without a deeper stack', async () => {
  const ours = await startOurs();
  const request = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';
  const connection = dialRaw(ours.port);
  connection.write(request.repeat(10_000) + last);
  const { reads } = readsIn(await connection.received);
  expect(reads).toHaveLength(10_001);
});

test('an answer that comes later holds the rest of the pipeline up, in order', async () => {
  const waiting: HttpExchange[] = [];
  const ours = await startOurs((exchange) => void waiting.push(exchange));
  const connection = dialRaw(ours.port);
  connection.write(`GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n${last}`);
  for (let count = 1; count <= 3; count += 1) {
    await until(() => waiting.length === count);
    waiting.at(-1)?.answer(createAnswer(200, 'text/plain', `answer ${count}\n`));
  }
  expect((await connection.received).toString().match(/answer \d/g)).toEqual([
    'answer 1',
    'answer 2',
    'answer 3',
  ]);
});

test.each([
  ['says nothing', '', 408],
  ['sends half a head', 'GET / HTTP/1.1\r\nHo', 408],
  ['sends half a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc', 408],
])('a peer that %s is let go when its time is over', async (_name, text, status) => {
  const ends: boolean[] = [];
  const ours = await startOurs((exchange) => {
    exchange.onEnd((delivered) => ends.push(delivered));
    exchange.collect(limitBytes, () => undefined);
  });
  const connection = dialRaw(ours.port);
  connection.write(text);
  await until(() => ours.open.size === 1);
  const [opened] = ours.open;
  if (text !== '')
    await until(() => opened?.isBusy === true || ends.length > 0 || text.startsWith('POST'));
  const later = performance.now() + 400_000;
  await until(() => {
    opened?.sweep(later);
    return connection.soFar() !== '';
  });
  opened?.sweep(later);
  expect((await connection.received).toString()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  await until(() => ours.open.size === 0);
});

test('an idle connection is closed without a word, and not before its time', async () => {
  const ours = await startOurs();
  const connection = dialRaw(ours.port);
  connection.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => connection.soFar().includes('200 OK'));
  const [opened] = ours.open;
  opened?.sweep(performance.now() + 1000);
  expect(ours.open.size).toBe(1);
  const soFar = connection.soFar();
  opened?.sweep(performance.now() + 60_000);
  expect((await connection.received).toString()).toBe(soFar);
});

test('a peer that leaves half-way ends the exchange once, and the process goes on', async () => {
  const ends: boolean[] = [];
  const bodies: string[] = [];
  const ours = await startOurs((exchange) => {
    exchange.onEnd((delivered) => ends.push(delivered));
    exchange.collect(limitBytes, ({ type }) => bodies.push(type));
  });
  const connection = dialRaw(ours.port);
  connection.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc');
  await until(() => [...ours.open].length === 1);
  connection.destroy();
  await until(() => bodies.length > 0);
  expect({ ends, bodies }).toEqual({ ends: [false], bodies: ['cut-off'] });
  await until(() => ours.open.size === 0);
});

test('a peer that reads nothing does not make the next requests of its pipeline be answered into memory', async () => {
  let answered = 0;
  const ours = await startOurs((exchange) => {
    answered += 1;
    exchange.answer(createAnswer(200, 'text/plain', 'x'.repeat(256 * 1024)));
  });
  const connection = dialRaw(ours.port, { paused: true });
  connection.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  await until(() => answered > 0);
  const later = performance.now() + 400_000;
  await until(() => {
    for (const open of ours.open) {
      open.sweep(performance.now());
      open.sweep(later);
    }
    return ours.open.size === 0;
  });
  expect(answered).toBeLessThan(100);
});

test('while the server drains, each answer says that it is the last', async () => {
  const waiting: HttpExchange[] = [];
  const ours = await startOurs((exchange) => void waiting.push(exchange));
  const connection = dialRaw(ours.port);
  connection.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => waiting.length === 1);
  ours.drain();
  waiting[0]?.answer(createAnswer(200, 'text/plain', 'done'));
  expect((await connection.received).toString()).toMatch(/Connection: close\r\n\r\ndone$/);
  expect(waiting).toHaveLength(1);
});

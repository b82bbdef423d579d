import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import {
  findHeadEnd,
  formatHead,
  hasNoBody,
  headerField,
  MAX_HEAD_BYTES,
  parseRequestHead,
  parseResponseHead,
  parseTrailers,
  responseFraming,
} from '../../src/wire/head.ts';

const request = (text: string) => parseRequestHead(Buffer.from(text, 'latin1'));
const response = (text: string) => parseResponseHead(Buffer.from(text, 'latin1'));

function statusOf(action: () => unknown): number {
  try {
    action();
  } catch (error) {
    if (isWxDevError(error, 'WXD4012')) return error.details.status;
    throw error;
  }
  return 200;
}

test('keeps order, case and duplicates of fields, and the target byte for byte', () => {
  const head = request(
    'POST /wx?a=1%2B2&b=c+d&e=%zz HTTP/1.1\r\nX-b: 1\r\nhOST: a.example:80\r\nx-B:  2 \r\nContent-Length: 5\r\nX-Latin: \xe9\r\n\r\n',
  );
  expect(head.target).toBe('/wx?a=1%2B2&b=c+d&e=%zz');
  expect(head.fields.map(([name, value]) => [name, value])).toEqual([
    ['X-b', '1'],
    ['hOST', 'a.example:80'],
    ['x-B', '2'],
    ['Content-Length', '5'],
    ['X-Latin', '\xe9'],
  ]);
  expect(head.host).toBe('a.example:80');
  expect(head.framing).toEqual({ type: 'length', bytes: 5 });
  expect(head.keepAlive).toBe(true);
});

test('leaves out hop-by-hop fields and those that Connection names, but never Host or Content-Length', () => {
  const head = request(
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Secret, Host, Content-Length\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n',
  );
  expect(head.fields.map(([, , key]) => key)).toEqual(['host', 'content-length']);
  expect(head.keepAlive).toBe(false);
});

test('keeps Upgrade for a real upgrade only', () => {
  const ask = (lines: string) => request(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`);
  const real = ask('Connection: keep-alive, Upgrade\r\nUpgrade: websocket');
  expect(real.upgrade).toBe('websocket');
  expect(real.fields.map(([, , key]) => key)).toEqual(['host', 'upgrade']);
  expect(ask('Upgrade: websocket').upgrade).toBeUndefined();
  expect(ask('Connection: upgrade, http2-settings\r\nUpgrade: h2c').upgrade).toBeUndefined();
  expect(ask('Connection: upgrade\r\nUpgrade: a\r\nUpgrade: b').upgrade).toBeUndefined();
  expect(
    ask('Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1').upgrade,
  ).toBeUndefined();
});

test('reduces an absolute-form target to its path when it names the same host', () => {
  expect(request('GET http://A.example/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n').target).toBe(
    '/x?y',
  );
  expect(request('GET http://a?y HTTP/1.1\r\nHost: a\r\n\r\n').target).toBe('/?y');
  expect(request('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n').target).toBe('*');
});

/** Each is either ambiguous or an attack; the status is what the sender gets. */
const refused: readonly (readonly [what: string, head: string, status: number])[] = [
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['no Host in 1.0', 'GET / HTTP/1.0\r\n\r\n', 400],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
  ['empty Host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n', 400],
  ['Host list', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n', 400],
  ['Host with a slash', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['Host with user info', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
  ['Host with a huge port', 'GET / HTTP/1.1\r\nHost: a:999999\r\n\r\n', 400],
  [
    'CL and TE',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  [
    'TE and CL',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n',
    400,
  ],
  [
    'two equal CL',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n',
    400,
  ],
  ['CL list', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n', 400],
  ['CL with sign', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n', 400],
  ['negative CL', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n', 400],
  ['hex CL', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\n', 400],
  ['empty CL', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n', 400],
  [
    'CL beyond counting',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999\r\n\r\n',
    400,
  ],
  ['TE identity', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n', 400],
  [
    'TE gzip, chunked',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    400,
  ],
  ['TE xchunked', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n', 400],
  [
    'TE with vertical tab',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n',
    400,
  ],
  [
    'TE twice',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  ['TE in 1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
  ['space before colon', 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n', 400],
  ['folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', 400],
  ['folded first line', 'GET / HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n', 400],
  ['no colon', 'GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n', 400],
  ['empty name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400],
  ['NUL in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400],
  ['CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n', 400],
  ['LF in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\nb: c\r\n\r\n', 400],
  ['byte over 127 in a name', 'GET / HTTP/1.1\r\nHost: a\r\nX\xe9: a\r\n\r\n', 400],
  ['lower-case method', 'get / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['no target', 'GET HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['two spaces', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['space in the target', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['tab in the target', 'GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['bytes over 127 in the target', 'GET /\xe4\xb8 HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['fragment', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['relative target', 'GET a HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['absolute target elsewhere', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['absolute target with user info', 'GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['file target', 'GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405],
  ['star without OPTIONS', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 400],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n', 505],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\n', 505],
  ['lower-case version', 'GET / http/1.1\r\nHost: a\r\n\r\n', 400],
  ['TLS to a plain port', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n', 400],
  ['101 fields', `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(100)}\r\n`, 431],
  ['nothing', '\r\n', 400],
];

test.each(refused)('refuses %s', (_what, head, status) => {
  expect(statusOf(() => request(head))).toBe(status);
});

const accepted: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.0\r\nHost: a\r\n\r\n',
  'GET /?signature=a&echostr=%2B+ HTTP/1.1\r\nHost: xn--a-b.example:8080\r\n\r\n',
  'GET /%00%zz/{}|\\^"<> HTTP/1.1\r\nHost: [::1]:80\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\t chunked \r\n\r\n',
  'GET / HTTP/1.1\r\nHost:a\r\nX:\r\nY: \t \r\nZ: a\tb\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nX: \xff\xfe\r\n\r\n',
  "PROPFIND / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~: 1\r\n\r\n",
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a.\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  `GET /${'a'.repeat(8000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
];

test('accepts what has one reading', () => {
  for (const head of accepted) expect([head, statusOf(() => request(head))]).toEqual([head, 200]);
});

test('whatever it accepts, node:http accepts as well and reads the same', async () => {
  const seen: { method: string; url: string; fields: string[] }[] = [];
  const server = createServer((incoming, answer) => {
    const { method = '', url = '', rawHeaders } = incoming;
    seen.push({ method, url, fields: rawHeaders });
    answer.end();
  });
  server.on('upgrade', ({ method = '', url = '', rawHeaders }, socket) => {
    seen.push({ method, url, fields: rawHeaders });
    socket.end('HTTP/1.1 200 OK\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // Every refused head takes part too: were one accepted by mistake, node's judgement would show it.
  const heads = [...accepted, ...refused.map(([, head]) => head), ...mutations()];
  for (const head of heads) {
    if (statusOf(() => request(head)) !== 200) continue;
    const parsed = request(head);
    seen.length = 0;
    const socket = connect(port, '127.0.0.1');
    const closed = once(socket, 'close');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer ||= chunk.toString('latin1');
      socket.destroy();
    });
    socket.on('error', () => undefined);
    const length = parsed.framing.type === 'length' ? parsed.framing.bytes : 0;
    const body =
      parsed.framing.type === 'chunked' ? '0\r\n\r\n' : 'x'.repeat(Math.min(length, 999));
    socket.write(Buffer.from(head + body, 'latin1'));
    await closed;
    expect([head, answer.slice(0, 12)]).toEqual([head, 'HTTP/1.1 200']);
    expect(seen[0]?.method).toBe(parsed.method);
    if (!/^\S+ http/.test(head)) expect(seen[0]?.url).toBe(parsed.target);
    for (const [name, value] of parsed.fields)
      expect(seen[0]?.fields.join('\n').includes(`${name}\n${value}`)).toBe(true);
  }
  server.close();
  server.closeAllConnections();
});

/** Good heads with one byte replaced or inserted at every place: most become bad, and those that stay good must agree. */
function mutations(): string[] {
  const base = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n';
  const bytes = ['\0', '\t', '\n', '\r', ' ', ',', ':', ';', '0', 'x', '\x7f', '\xa0', '\xff'];
  const heads: string[] = [];
  for (let i = 0; i < base.length - 4; i++) {
    for (const byte of bytes) {
      heads.push(base.slice(0, i) + byte + base.slice(i + 1));
      heads.push(base.slice(0, i) + byte + base.slice(i));
    }
  }
  return heads;
}

test('finds the end of a head that arrives one byte at a time', () => {
  const head = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\nrest');
  for (let length = 1; length < 27; length++)
    expect(findHeadEnd(head.subarray(0, length), length - 1)).toBe(-1);
  expect(findHeadEnd(head, 26)).toBe(27);
});

test('refuses a head over the limit, complete or not, and lines that end in LF alone', () => {
  const long = Buffer.from(`GET /${'a'.repeat(MAX_HEAD_BYTES)} HTTP/1.1\r\nHost: a\r\n\r\n`);
  expect(statusOf(() => findHeadEnd(long))).toBe(431);
  expect(statusOf(() => findHeadEnd(long.subarray(0, MAX_HEAD_BYTES + 1)))).toBe(431);
  expect(statusOf(() => findHeadEnd(Buffer.from('GET / HTTP/1.1\nHost: a\n\n')))).toBe(400);
  expect(statusOf(() => findHeadEnd(Buffer.from('\n')))).toBe(400);
});

test('reads response heads: framing follows status, method and fields', () => {
  const framing = (head: string, method = 'GET') => responseFraming(response(head), method);
  expect(framing('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n')).toEqual({
    type: 'length',
    bytes: 3,
  });
  expect(framing('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n').type).toBe('chunked');
  expect(framing('HTTP/1.0 200 OK\r\n\r\n').type).toBe('until-close');
  expect(framing('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', 'HEAD').type).toBe('none');
  for (const status of [100, 103, 204, 304]) expect(hasNoBody(status, 'GET')).toBe(true);
  expect(framing('HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n').type).toBe('none');
});

test('knows whether a local server keeps its connection', () => {
  expect(response('HTTP/1.1 200 OK\r\n\r\n').keepAlive).toBe(true);
  expect(response('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n').keepAlive).toBe(false);
  expect(response('HTTP/1.0 200 OK\r\n\r\n').keepAlive).toBe(false);
  expect(response('HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n').keepAlive).toBe(true);
});

test.each([
  'HTTP/2 200 OK\r\n\r\n',
  'HTTP/1.1 20 OK\r\n\r\n',
  'HTTP/1.1 099 OK\r\n\r\n',
  'ICY 200 OK\r\n\r\n',
  'HTTP/1.1 200 O\0K\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX : 1\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
])('refuses the response %j', (head) => {
  expect(statusOf(() => response(head))).toBe(502);
});

test('trailers that would change framing or routing are dropped', () => {
  const trailers = parseTrailers(
    Buffer.from('X-Sum: 1\r\nContent-Length: 9\r\nHost: b\r\nSet-Cookie: a\r\nx-sum: 2\r\n'),
  );
  expect(trailers.map(([name]) => name)).toEqual(['X-Sum', 'x-sum']);
});

test('formats a head so that it parses to the same', () => {
  const fields = [headerField('Host', 'a'), headerField('X-é', '\xe9')];
  expect(formatHead('GET / HTTP/1.1', fields).toString('latin1')).toBe(
    'GET / HTTP/1.1\r\nHost: a\r\nX-é: \xe9\r\n\r\n',
  );
});

test('a head with as many fields as allowed still passes after a relay has added its own', () => {
  const head = `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(104)}\r\n`;
  expect(statusOf(() => request(head))).toBe(431);
  expect(parseRequestHead(Buffer.from(head), 'tunnel').fields.length).toBe(105);
});

test('a head from a tunnel, which takes Connection off, keeps its upgrade', () => {
  const head = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n');
  expect(parseRequestHead(head).upgrade).toBeUndefined();
  expect(parseRequestHead(head, 'tunnel').upgrade).toBe('websocket');
  const answer = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
  expect(parseResponseHead(answer, 'tunnel').upgrade).toBe('websocket');
});

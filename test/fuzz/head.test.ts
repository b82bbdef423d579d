import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { BodyReader } from '../../src/wire/body.ts';
import {
  findHeadEnd,
  formatHead,
  MAX_HEAD_BYTES,
  parseRequestHead,
  parseResponseHead,
  responseFraming,
  type RequestHead,
} from '../../src/wire/head.ts';
import {
  byteCases,
  fuzzSeed,
  must,
  mutate,
  pick,
  pieces,
  randomFrom,
  surrounded,
} from './wire-bytes.ts';

/** The part of Node's own parser that is used here; it has no types. */
interface NodeParser {
  initialize(type: number, resource: object): void;
  execute(bytes: Buffer): unknown;
  [callback: number]: (...args: unknown[]) => number | undefined;
}
interface HttpCommon {
  readonly methods: readonly string[];
  readonly HTTPParser: (new () => NodeParser) & {
    readonly REQUEST: number;
    readonly kOnHeadersComplete: number;
  };
}
const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as HttpCommon;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const heads: readonly [Buffer, ...Buffer[]] = [
  latin1(
    'GET /wx?signature=a%2Bb&echostr=1+2 HTTP/1.1\r\nHost: a.example:80\r\nAccept: */*\r\n\r\n',
  ),
  latin1('POST /wx HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Type: text/xml\r\n\r\n'),
  latin1('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n'),
  latin1(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, X-Hop\r\nUpgrade: websocket\r\nX-Hop: 1\r\n\r\n',
  ),
  latin1(
    'GET http://a/b?c HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n',
  ),
  latin1(
    "OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\n!#$%&'*+-.^_`|~: \xff\r\nX-b: 1\r\nx-B: 2\r\n\r\n",
  ),
];

const headPieces: readonly [Buffer, ...Buffer[]] = [
  ...(['\r\n', '\n', '\r', ' ', '\t', ':', ',', '\0', '\x0b', ';', '\r\n '] as const),
  ...(['Content-Length: 5\r\n', 'Content-Length: 0\r\n', 'content-length:+5\r\n'] as const),
  ...(['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding : chunked\r\n', ', identity'] as const),
  ...([
    'Host: b\r\n',
    'Connection: close, Host\r\n',
    'Upgrade: h2c\r\n',
    ' HTTP/1.1',
    '\r\n\r\n',
  ] as const),
].map(latin1) as [Buffer, ...Buffer[]];

/** What `run` gives; undefined where it refuses as it should. Anything else it throws fails the test. */
function accepted<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isWxDevError(error, 'WXD4012')) return undefined;
    throw error;
  }
}

/** What Node reads, or undefined when it refuses. */
function readByNode(head: Buffer): { method: string; url: string; fields: string[] } | undefined {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  let seen: { method: string; url: string; fields: string[] } | undefined;
  parser[HTTPParser.kOnHeadersComplete] = (_major, _minor, fields, method, url) => {
    seen = { method: methods[Number(method)] ?? '', url: String(url), fields: fields as string[] };
    return 0;
  };
  const result = parser.execute(head);
  // An error behind the head is one of the body, which is not there.
  return result instanceof Error && seen === undefined ? undefined : seen;
}

function isPartOf(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (let i = 0; i < part.length; i += 2) {
    while (at < whole.length && !(whole[at] === part[i] && whole[at + 1] === part[i + 1])) at += 2;
    if (at >= whole.length) return false;
    at += 2;
  }
  return true;
}

function checkAgainstNode(head: Buffer, parsed: RequestHead): void {
  // Node knows some methods only, and one for HTTP/2 alone.
  if (!methods.includes(parsed.method) || parsed.method === 'PRI') return;
  const seen = readByNode(head);
  if (seen === undefined)
    throw new Error(`node refuses ${JSON.stringify(head.toString('latin1'))}`);
  must(seen.method === parsed.method, `node reads ${seen.method}`, head);
  if (seen.url.startsWith('/') || seen.url === '*')
    must(seen.url === parsed.target, `node reads ${seen.url}`, head);
  const own = parsed.fields.flatMap(([name, value]) => [name, value]);
  if (!isPartOf(own, seen.fields))
    throw new Error(`${JSON.stringify(own)} is not in ${JSON.stringify(seen.fields)}`);
  const lengths = seen.fields.filter(
    (_, i) => i % 2 === 1 && /^content-length$/i.test(seen.fields[i - 1] ?? ''),
  );
  const isChunked = seen.fields.some((name, i) => i % 2 === 0 && /^transfer-encoding$/i.test(name));
  must(parsed.framing.type !== 'length' || lengths.length === 1, 'node reads other lengths', head);
  must((parsed.framing.type === 'chunked') === isChunked, 'node reads another framing', head);
}

test('request heads: one reading, also by Node, in any number of pieces, and no byte beyond the end', () => {
  const random = randomFrom(fuzzSeed);
  let good = 0;
  for (let i = 0; i < byteCases; i++) {
    const bytes = mutate(pick(random, heads), random, headPieces);
    const end = accepted(() => findHeadEnd(bytes));
    const trapped = surrounded(bytes);
    must(accepted(() => findHeadEnd(trapped)) === end, 'reads beyond its bytes', bytes);
    if (i % 8 === 0) checkPieces(bytes, end, random);
    if (end === undefined || end < 0) continue;
    must(end <= Math.min(bytes.length, MAX_HEAD_BYTES), 'an end beyond the end', bytes);
    const head = bytes.subarray(0, end);
    const parsed = accepted(() => parseRequestHead(head));
    if (parsed === undefined) continue;
    good += 1;
    checkAgainstNode(Buffer.from(head), parsed);
    const { method, target, fields, host, framing, upgrade } = parsed;
    const wire = formatHead(`${method} ${target} HTTP/1.1`, fields);
    const again = parseRequestHead(wire, 'tunnel');
    // The framing of a chunked body is not in the fields: the tunnel marks the end itself.
    const kept = framing.type === 'chunked' ? { type: 'none' } : framing;
    const isSame =
      JSON.stringify([again.method, again.target, again.fields, again.host, again.upgrade]) ===
        JSON.stringify([method, target, fields, host, upgrade]) &&
      JSON.stringify(again.framing) === JSON.stringify(kept);
    must(isSame, 'read back as another head', head);
  }
  // Otherwise it would be a test of refusals only.
  expect(good).toBeGreaterThan(byteCases / 10);
});

/** The same end is found however the bytes come, or the same bytes are refused. */
function checkPieces(
  bytes: Buffer,
  end: number | undefined,
  random: (below: number) => number,
): void {
  let length = 0;
  for (const piece of pieces(bytes, random)) {
    const searched = length;
    length += piece.length;
    const held = bytes.subarray(0, length);
    const found = accepted(() => findHeadEnd(held, searched));
    // A bare LF is refused as soon as it is seen, also behind the head that a whole input ends in.
    if (found === undefined) return;
    if (found < 0) continue;
    must(found === end, 'another end in pieces', bytes);
    return;
  }
  must((end ?? -1) === -1, 'no end in pieces', bytes);
}

test('response heads are read or refused, and read back the same', () => {
  const random = randomFrom(fuzzSeed + 1);
  const seeds: readonly [Buffer, ...Buffer[]] = [
    latin1('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a\r\nset-cookie: b\r\n\r\n'),
    latin1('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    latin1(
      'HTTP/1.0 404 Not \xff Found\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
    ),
    latin1('HTTP/1.1 204\r\nKeep-Alive: timeout=60\r\n\r\n'),
  ];
  for (let i = 0; i < byteCases / 2; i++) {
    const bytes = mutate(pick(random, seeds), random, headPieces);
    const end = accepted(() => findHeadEnd(bytes)) ?? -1;
    if (end < 0) continue;
    const parsed = accepted(() => parseResponseHead(surrounded(bytes.subarray(0, end))));
    if (parsed === undefined) continue;
    responseFraming(parsed, 'GET');
    const { status, reason, fields } = parsed;
    const wire = formatHead(`HTTP/1.1 ${status} ${reason}`, fields);
    const again = parseResponseHead(wire, 'tunnel');
    const isSame =
      JSON.stringify([again.status, again.reason, again.fields]) ===
      JSON.stringify([status, reason, fields]);
    must(isSame, 'read back as another head', bytes);
  }
});

test('chunked bodies: the same bytes and the same end in any pieces, and nothing kept but a line', () => {
  const random = randomFrom(fuzzSeed + 2);
  const seeds: readonly [Buffer, ...Buffer[]] = [
    latin1('5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1'),
    latin1('1;a=b;c="d e"\r\nx\r\nA\r\n0123456789\r\n00\r\nX-Sum: 1\r\n\r\n'),
    latin1('0\r\n\r\n5\r\n'),
    latin1(`1f4\r\n${'y'.repeat(500)}\r\n0\r\n\r\n`),
  ];
  const bodyPieces = [
    '\r\n',
    '\n',
    '0',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    ';',
    '"',
    ' ',
    'f',
    '-',
    'x',
  ].map(latin1) as [Buffer, ...Buffer[]];
  for (let i = 0; i < byteCases / 2; i++) {
    const bytes = mutate(pick(random, seeds), random, bodyPieces);
    const whole = readBody([surrounded(bytes)]);
    const cut = readBody([...pieces(bytes, random)]);
    must(cut.isRefused === whole.isRefused, 'refused in some pieces only', bytes);
    if (whole.isRefused) continue;
    const isSame =
      cut.isComplete === whole.isComplete &&
      cut.body.equals(whole.body) &&
      cut.rest.equals(whole.rest);
    must(isSame, 'another body in pieces', bytes);
    must(whole.body.length <= bytes.length, 'more bytes than came', bytes);
    // What it did not take is still there, byte for byte.
    const behind = bytes.subarray(bytes.length - whole.rest.length);
    must(!whole.isComplete || behind.equals(whole.rest), 'another rest', bytes);
  }
});

function readBody(parts: readonly Buffer[]) {
  const reader = new BodyReader({ type: 'chunked' });
  const chunks: Buffer[] = [];
  const rest: Buffer[] = [];
  const isRefused =
    accepted(() => {
      for (const part of parts) {
        if (reader.isComplete) {
          rest.push(part);
          continue;
        }
        const given = reader.push(part);
        chunks.push(...given.chunks);
        rest.push(given.rest);
      }
      return true;
    }) === undefined;
  const isComplete = reader.isComplete;
  return { isRefused, isComplete, body: Buffer.concat(chunks), rest: Buffer.concat(rest) };
}

import { expect, test } from 'vitest';
import {
  formatHead,
  parseFieldLine,
  parseRequestHead,
  parseResponseHead,
  passHead,
} from '../../src/wire/head.ts';

const line = 'HTTP/1.1 200 OK';

/** The head as it would be made of its fields, and as it is passed on. */
function both(lines: string): { made: string; passed: string; isCopied: boolean } {
  const head = parseResponseHead(Buffer.from(`${line}\r\n${lines}\r\n`, 'latin1'));
  return {
    made: formatHead(line, head.fields).toString('latin1'),
    passed: passHead(line, head),
    isCopied: head.lines !== undefined,
  };
}

const PLAIN = [
  '',
  'A: 1\r\n',
  'A: 1\r\nB: \r\nC: caf\xe9 \xa0 x\r\n',
  'A: 1\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nB: 2\r\n',
  'Connection: close\r\nA: 1\r\nTransfer-Encoding: chunked\r\nB: 2\r\nTE: trailers\r\n',
];

test.each(PLAIN)('a head that came as it would be written is copied: %j', (lines) => {
  const { made, passed, isCopied } = both(lines);
  expect(passed).toBe(made);
  expect(isCopied).toBe(true);
});

const OTHERS = [
  'A:1\r\n',
  'A:  1\r\n',
  'A:\t1\r\n',
  'A: 1 \r\n',
  'A:\r\n',
  'A: 1\r\nConnection: close, a\r\nB: 2\r\n',
  'A: 1\r\nConnection: a\r\nB: 2\r\n',
];

test.each(OTHERS)('one that did not is made anew: %j', (lines) => {
  const { made, passed, isCopied } = both(lines);
  expect(passed).toBe(made);
  expect(isCopied).toBe(false);
});

test('an upgrade keeps its field and loses one that Connection names', () => {
  const head = parseRequestHead(
    Buffer.from(
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nX-Foo: 1\r\nConnection: upgrade, x-foo\r\n\r\n',
    ),
  );
  expect(passHead('GET / HTTP/1.1', head)).toBe(
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n',
  );
});

test('more lines come behind', () => {
  const head = parseResponseHead(Buffer.from(`${line}\r\nA: 1\r\n\r\n`));
  expect(passHead(line, head, 'B: 2\r\n')).toBe(`${line}\r\nA: 1\r\nB: 2\r\n\r\n`);
});

test('a line is one field or none', () => {
  expect(parseFieldLine('X-A: b')).toEqual(['X-A', 'b', 'x-a']);
  expect(parseFieldLine('X-A:')).toEqual(['X-A', '', 'x-a']);
  for (const bad of ['', 'X-A', ': b', 'X-A : b', ' X-A: b', 'A: b\r\nC: d', 'A: b\r', 'A: 微信'])
    expect(parseFieldLine(bad)).toBeUndefined();
});

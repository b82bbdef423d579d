import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { BodyReader, formatChunkSize, formatLastChunk } from '../../src/wire/body.ts';
import { headerField, type BodyFraming } from '../../src/wire/head.ts';

const chunked: BodyFraming = { type: 'chunked' };

function readAll(framing: BodyFraming, input: string, step: number) {
  const reader = new BodyReader(framing);
  const bytes = Buffer.from(input, 'latin1');
  let body = '';
  let rest = '';
  for (let at = 0; at < bytes.length; at += step) {
    const part = reader.push(bytes.subarray(at, at + step));
    body += part.chunks.map((chunk) => chunk.toString('latin1')).join('');
    rest += part.rest.toString('latin1');
  }
  return { body, rest, reader };
}

const wellFormed =
  '5\r\nhello\r\n6;a=b;c="d;e"\r\n world\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\nGET /next';

test.each(Array.from({ length: 20 }, (_, i) => i + 1).concat(1000))(
  'reads a chunked body in pieces of %d bytes and leaves the next message',
  (step) => {
    const { body, rest, reader } = readAll(chunked, wellFormed, step);
    expect(body).toBe('hello world0123456789');
    expect(rest).toBe('GET /next');
    expect(reader.trailers.map(([name, value]) => `${name}=${value}`)).toEqual([
      'X-Sum=1',
      'X-Sum=2',
    ]);
  },
);

test('reads an empty chunked body', () => {
  for (const step of [1, 2, 3, 99]) {
    const { body, rest, reader } = readAll(chunked, '0\r\n\r\nnext', step);
    expect([body, rest, reader.isComplete]).toEqual(['', 'next', true]);
  }
});

test('is incomplete wherever a chunked body is cut off', () => {
  const whole = '3\r\nabc\r\n0\r\nT: 1\r\n\r\n';
  for (let length = 0; length < whole.length; length++) {
    const { reader } = readAll(chunked, whole.slice(0, length), 1);
    expect([length, reader.finish()]).toEqual([length, false]);
  }
  expect(readAll(chunked, whole, 1).reader.finish()).toBe(true);
});

test.each([
  ['no size', '\r\n'],
  ['a sign', '+5\r\nhello\r\n'],
  ['a prefix', '0x5\r\nhello\r\n'],
  ['a space before the size', ' 5\r\nhello\r\n'],
  ['a space after the size', '5 \r\nhello\r\n'],
  ['an underscore', '1_0\r\n'],
  ['LF alone after the size', '5\nhello\r\n'],
  ['a size beyond counting', 'fffffffffffffff\r\n'],
  ['data longer than the size', '3\r\nabcd\r\n0\r\n\r\n'],
  ['LF alone after the data', '3\r\nabc\n0\r\n\r\n'],
  ['CR without LF after the data', '3\r\nabc\rX0\r\n\r\n'],
  ['a control character in an extension', '3;a=\x01\r\nabc\r\n'],
  ['CR inside an extension', '3;a\rb\r\nabc\r\n'],
  ['an endless extension', `3;${'a'.repeat(1000)}`],
  ['a malformed trailer', '0\r\nX : 1\r\n\r\n'],
  ['a folded trailer', '0\r\nX: 1\r\n 2\r\n\r\n'],
  ['endless trailers', `0\r\n${'X: 1\r\n'.repeat(5000)}`],
])('refuses %s', (_what, input) => {
  for (const step of [1, 7, 100_000]) {
    let code: number | undefined;
    try {
      readAll(chunked, input, step);
    } catch (error) {
      if (!isWxDevError(error, 'WXD4012')) throw error;
      code = error.details.status;
    }
    expect([step, code !== undefined && code >= 400]).toEqual([step, true]);
  }
});

test('counts a body of known length and leaves the rest', () => {
  for (const step of [1, 4, 5, 6, 99]) {
    const { body, rest } = readAll({ type: 'length', bytes: 5 }, 'hellonext', step);
    expect([body, rest]).toEqual(['hello', 'next']);
  }
  expect(readAll({ type: 'length', bytes: 5 }, 'hell', 1).reader.finish()).toBe(false);
});

test('gives views into its input, not copies', () => {
  const input = Buffer.from('5\r\nhello\r\n');
  const [chunk] = new BodyReader(chunked).push(input).chunks;
  expect(chunk?.buffer).toBe(input.buffer);
});

test('a body until close ends with the connection, one of no bytes at once', () => {
  const { body, reader } = readAll({ type: 'until-close' }, 'anything', 3);
  expect([body, reader.isComplete, reader.finish()]).toEqual(['anything', false, true]);
  const none = readAll({ type: 'none' }, 'next', 2);
  expect([none.body, none.rest, none.reader.isComplete]).toEqual(['', 'next', true]);
});

test('what it writes it reads', () => {
  const text = `${formatChunkSize(300)}${'x'.repeat(300)}\r\n${formatLastChunk([headerField('T', '1')])}`;
  const { body, reader } = readAll(chunked, text, 11);
  expect(body).toBe('x'.repeat(300));
  expect(reader.trailers).toEqual([['T', '1', 't']]);
});

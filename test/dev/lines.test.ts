import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forEachLine } from '../../src/dev/lines.ts';

test.each([
  ['nothing', '', []],
  ['one line', 'a\n', ['a']],
  ['a line without end', 'a', ['a']],
  ['every kind of line end', 'a\nb\r\nc\rd\n', ['a', 'b', 'c', 'd']],
  ['empty lines', '\n\r\n\n', ['', '', '']],
  ['a carriage return at the very end', 'a\r', ['a']],
  ['other languages', '错误：👨‍👩‍👧\n', ['错误：👨‍👩‍👧']],
])('splits %s, wherever the pipe cuts', async (_name, text, expected) => {
  const bytes = Buffer.from(text);
  expect(await linesOf([bytes])).toEqual(expected);
  expect(await linesOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
});

test('is the same for any text cut anywhere', async () => {
  const texts = fc.string({ unit: fc.constantFrom('a', '中', '👍', '\n', '\r', ' ') });
  await fc.assert(
    fc.asyncProperty(texts, fc.nat(100), async (text, at) => {
      const bytes = Buffer.from(text);
      const whole = await linesOf([bytes]);
      expect(await linesOf([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
      expect(whole.join('')).toBe(text.replace(/[\r\n]/g, ''));
    }),
  );
});

test('bytes that are no UTF-8 are shown as such, and half a character at the end too', async () => {
  expect(await linesOf([Buffer.from([0xff, 0x0a, 0xe4, 0xbd])])).toEqual(['\uFFFD', '\uFFFD']);
});

test('a line without end comes in pieces, while it comes', async () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  forEachLine(stream, (line) => lines.push(line));
  const arrived = once(stream, 'data');
  stream.write('x'.repeat(200_000));
  await arrived;
  expect(lines.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536]);
  const ended = once(stream, 'end');
  stream.end('\nlast');
  await ended;
  expect(lines.slice(3).map(({ length }) => length)).toEqual([200_000 - 3 * 65_536, 4]);
});

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  forEachLine(stream, (line) => lines.push(line));
  for (const chunk of chunks) if (chunk.length > 0) stream.write(chunk);
  stream.end();
  await once(stream, 'end');
  return lines;
}

import { expect, test } from 'vitest';
import { BodyWriter } from '../../src/wire/body-writer.ts';
import { headerField, type BodyFraming } from '../../src/wire/head.ts';

function write(framing: BodyFraming, ...chunks: string[]) {
  let text = '';
  const sink = {
    write: (data: Uint8Array | string) => {
      text += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
      return text.length < 20;
    },
  };
  const writer = new BodyWriter(sink, framing);
  const results = chunks.map((chunk) => writer.write(Buffer.from(chunk)));
  return { writer, results, text: () => text };
}

test('chunks, leaves empty chunks out because they would end the body, and adds trailers', () => {
  const { writer, results, text } = write({ type: 'chunked' }, 'hello', '', 'world!');
  writer.end([headerField('T', '1')]);
  expect(text()).toBe('5\r\nhello\r\n6\r\nworld!\r\n0\r\nT: 1\r\n\r\n');
  expect(results).toEqual([true, true, false]);
});

test('never writes more than was announced, and knows when it was less', () => {
  const { writer, results, text } = write({ type: 'length', bytes: 5 }, 'hel', 'lo!');
  expect(results).toEqual([true, 'overrun']);
  expect([text(), writer.isWhole]).toEqual(['hel', false]);
  expect(writer.write(Buffer.from('lo'))).toBe(true);
  writer.end([headerField('T', '1')]);
  expect([text(), writer.isWhole]).toEqual(['hello', true]);
});

test('writes a body until close as it is, and none at all where there is none', () => {
  expect(write({ type: 'until-close' }, 'a', 'b').text()).toBe('ab');
  const none = write({ type: 'none' }, 'a');
  expect([none.text(), none.results, none.writer.isWhole]).toEqual(['', [true], true]);
});

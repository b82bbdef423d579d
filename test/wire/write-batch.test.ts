import { expect, test } from 'vitest';
import { smallChunkBytes } from '../../src/wire/limits.ts';
import { WriteBatch } from '../../src/wire/write-batch.ts';

/** A socket that takes nothing, and tells what it was given. */
class Sink {
  readonly writableHighWaterMark = 16_384;
  readonly calls: string[] = [];
  readonly pieces: (Uint8Array | string)[] = [];
  writableLength = 0;

  write(data: Uint8Array | string): boolean {
    this.calls.push(`write ${data.length}`);
    this.pieces.push(data);
    this.writableLength += data.length;
    return this.writableLength < this.writableHighWaterMark;
  }

  cork(): void {
    this.calls.push('cork');
  }

  uncork(): void {
    this.calls.push('uncork');
  }

  get text(): string {
    return this.pieces
      .map((piece) => (typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1')))
      .join('');
  }
}

test('a head and a small body are one write of one piece, byte for byte', () => {
  const sink = new Sink();
  const batch = new WriteBatch(sink);
  expect(batch.write('HTTP/1.1 200 \xe9\r\n\r\n')).toBe(true);
  expect(batch.write(Uint8Array.of(0, 255, 13, 10))).toBe(true);
  expect(sink.calls).toEqual([]);
  expect(batch.flush()).toBe(1);
  expect(sink.calls).toEqual(['write 22']);
  expect(sink.text).toBe('HTTP/1.1 200 \xe9\r\n\r\n\0\xff\r\n');
});

test('a head alone is passed on as it is, and nothing is no write', () => {
  const sink = new Sink();
  const batch = new WriteBatch(sink);
  expect(batch.flush()).toBe(0);
  batch.write('head');
  batch.flush();
  batch.flush();
  expect(sink.calls).toEqual(['write 4']);
  expect(sink.pieces).toEqual(['head']);
});

test('a small piece of a large message is copied, also when it is alone', () => {
  const sink = new Sink();
  const batch = new WriteBatch(sink);
  const message = new Uint8Array(65_536).fill(7);
  batch.write(message.subarray(100, 110));
  batch.flush();
  message.fill(8);
  expect(sink.text).toBe('\x07'.repeat(10));
});

test('large pieces go out uncopied, in one call with what is around them, in order', () => {
  const sink = new Sink();
  const batch = new WriteBatch(sink);
  const large = new Uint8Array(smallChunkBytes).fill(65);
  batch.write('head');
  batch.write(large);
  batch.write('\r\n');
  batch.write(large);
  batch.write('0\r\n');
  expect(batch.flush()).toBe(5);
  const size = `write ${smallChunkBytes}`;
  expect(sink.calls).toEqual(['cork', 'write 4', size, 'write 2', size, 'write 3', 'uncork']);
  expect(sink.pieces[1]).toBe(large);
  const body = 'A'.repeat(smallChunkBytes);
  expect(sink.text).toBe(`head${body}\r\n${body}0\r\n`);
  batch.write('next');
  batch.flush();
  expect(sink.calls.slice(7)).toEqual(['write 4']);
});

test('many small pieces are copied together some at a time', () => {
  const sink = new Sink();
  const batch = new WriteBatch(sink);
  for (let count = 0; count < 30; count += 1) batch.write(new Uint8Array(1_000).fill(65 + count));
  batch.flush();
  expect(sink.calls).toEqual(['cork', 'write 16000', 'write 14000', 'uncork']);
  expect(sink.text.length).toBe(30_000);
});

test('it asks for a pause when the socket would', () => {
  const sink = new Sink();
  const batch = new WriteBatch(sink);
  sink.writableLength = sink.writableHighWaterMark - 20;
  expect(batch.write(new Uint8Array(10))).toBe(true);
  expect(batch.write(new Uint8Array(9))).toBe(true);
  expect(batch.write(new Uint8Array(1))).toBe(false);
  batch.flush();
  expect(sink.writableLength).toBe(sink.writableHighWaterMark);
});

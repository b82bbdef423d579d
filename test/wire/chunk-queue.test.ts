import { expect, test } from 'vitest';
import fc from 'fast-check';
import { ChunkQueue } from '../../src/wire/chunk-queue.ts';

test('keeps large chunks as they are and copies waiting small ones together', () => {
  const queue = new ChunkQueue();
  const large = Buffer.alloc(5_000);
  queue.push(Buffer.from('a'));
  for (const text of ['b', 'c', 'd']) queue.push(Buffer.from(text));
  queue.push(large);
  queue.push(Buffer.from('e'));
  const pieces: Uint8Array[] = [];
  while (queue.bytes > 0) pieces.push(queue.shift(Infinity));
  expect(pieces.map((piece) => piece.length)).toEqual([1, 3, 5_000, 1]);
  expect(pieces[2]).toBe(large);
  expect(Buffer.from(pieces[1]!).toString()).toBe('bcd');
  expect(() => queue.shift(1)).toThrow('empty');
});

test('starts a new buffer when the last is full', () => {
  const queue = new ChunkQueue();
  for (let i = 0; i < 20_000; i += 1) queue.push(Buffer.from([i]));
  const lengths: number[] = [];
  while (queue.bytes > 0) lengths.push(queue.shift(Infinity).length);
  expect(lengths).toEqual([1, 16_384, 3_615]);
});

test('hands every byte out once and in order, however it is filled and emptied', () => {
  const step = fc.oneof(
    fc.record({
      push: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 9_000 })),
    }),
    fc.record({ shift: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ clear: fc.constant(true) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ChunkQueue();
      const taken: { piece: Uint8Array; from: number }[] = [];
      let [written, read] = [0, 0];
      for (const action of steps) {
        if ('push' in action) {
          queue.push(Uint8Array.from({ length: action.push }, (_, i) => (written + i) % 256));
          written += action.push;
        } else if ('clear' in action) {
          queue.clear();
          read = written;
        } else if (queue.bytes > 0) {
          const piece = queue.shift(action.shift);
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(action.shift);
          taken.push({ piece, from: read });
          read += piece.length;
        }
        expect(queue.bytes).toBe(written - read);
      }
      // Looked at in the end, so that a piece written over after it was handed out is noticed.
      for (const { piece, from } of taken)
        expect(piece.every((byte, i) => byte === (from + i) % 256)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

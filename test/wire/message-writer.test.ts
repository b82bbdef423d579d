import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameHeaderBytes, smallChunkBytes } from '../../src/wire/limits.ts';
import { MessageWriter } from '../../src/wire/message-writer.ts';
import { frameTypes } from '../../src/wire/frame.ts';
import { FrameDecoder } from '../../src/wire/frame-decoder.ts';

const payload = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7 + 1) % 256);

test('writes every frame whole, across the ends of its blocks, and never over what it handed out', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: smallChunkBytes - 1 }),
    fc.integer({ min: smallChunkBytes, max: 6_000 }),
  );
  const messages = fc.array(fc.array(size, { maxLength: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(messages, (plan) => {
      const writer = new MessageWriter();
      const written: Uint8Array[] = [];
      let count = 0;
      for (const sizes of plan) {
        writer.begin(Infinity);
        for (const length of sizes) {
          count += 1;
          writer.header(frameTypes.DATA, 0, count, length);
          // In two parts, so that either may be the one that does not fit into the block.
          const bytes = payload(count, length);
          writer.append(bytes.subarray(0, length >> 1));
          writer.append(bytes.subarray(length >> 1));
        }
        written.push(...writer.finish());
      }
      const frames = new FrameDecoder('client').push(Buffer.concat(written));
      expect(frames.map(({ stream }) => stream)).toEqual(
        Array.from({ length: count }, (_, i) => i + 1),
      );
      for (const frame of frames)
        if (Buffer.compare(frame.payload, payload(frame.stream, frame.payload.length)) !== 0)
          throw new Error(`frame ${frame.stream} is damaged`);
    }),
    { numRuns: 100 },
  );
});

test('knows its room, and lets the first frame be larger', () => {
  const writer = new MessageWriter();
  writer.begin(100);
  expect([writer.isEmpty, writer.room, writer.fits(1_000)]).toEqual([
    true,
    100 - frameHeaderBytes,
    true,
  ]);
  writer.header(frameTypes.DATA, 0, 1, 50);
  writer.append(new Uint8Array(50));
  expect([writer.isEmpty, writer.room, writer.fits(32), writer.fits(33)]).toEqual([
    false,
    32,
    true,
    false,
  ]);
});

test('hands out nothing when nothing was written', () => {
  const writer = new MessageWriter();
  writer.begin(100);
  expect(writer.finish()).toEqual([]);
});

test('a quiet connection keeps less than a kilobyte, also after a busy time', () => {
  const writer = new MessageWriter();
  const send = (bytes: number) => {
    writer.begin(Infinity);
    writer.header(frameTypes.PING, 0, 0, bytes);
    writer.append(payload(1, bytes));
    return writer.finish();
  };
  expect(send(8)[0]?.buffer.byteLength).toBeLessThan(1_000);
  for (let i = 0; i < 200; i++) send(1_000);
  expect(send(8)[0]?.buffer.byteLength).toBeGreaterThan(10_000);
  writer.rest();
  expect(send(8)[0]?.buffer.byteLength).toBeLessThan(1_000);
});

import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { encodeFrame, endFlag, type Frame, frameTypes } from '../../src/wire/frame.ts';
import { FrameDecoder } from '../../src/wire/frame-decoder.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const known: { name: string; frame: Frame; bytes: string }[] = [
  {
    name: 'OPEN',
    frame: { type: frameTypes.OPEN, flags: 0, stream: 1, payload: Buffer.from('GET') },
    bytes: '000003 10 00 00000001 474554',
  },
  {
    name: 'DATA with END',
    frame: { type: frameTypes.DATA, flags: endFlag, stream: 0xfffffffe, payload: hex('ff00') },
    bytes: '000002 13 01 fffffffe ff00',
  },
  {
    name: 'END without trailers',
    frame: { type: frameTypes.END, flags: 0, stream: 0x01020304, payload: hex('') },
    bytes: '000000 14 00 01020304',
  },
  {
    name: 'PING',
    frame: { type: frameTypes.PING, flags: 0, stream: 0, payload: hex('0000000000000007') },
    bytes: '000008 20 00 00000000 0000000000000007',
  },
];

const plain = (frame: Frame) => ({ ...frame, payload: Buffer.from(frame.payload).toString('hex') });

test.each(known)('writes and reads $name as drawn', ({ frame, bytes }) => {
  expect(Buffer.from(encodeFrame(frame)).toString('hex')).toBe(hex(bytes).toString('hex'));
  expect(new FrameDecoder('relay').push(hex(bytes)).map(plain)).toEqual([plain(frame)]);
});

test('reads the same frames however the bytes are cut in two', () => {
  const all = Buffer.concat(known.map(({ bytes }) => hex(bytes)));
  for (let cut = 0; cut <= all.length; cut += 1) {
    const decoder = new FrameDecoder('relay');
    const frames = [...decoder.push(all.subarray(0, cut)), ...decoder.push(all.subarray(cut))];
    expect(frames.map(plain)).toEqual(known.map(({ frame }) => plain(frame)));
    expect(decoder.isMidFrame).toBe(false);
  }
});

test('reads the same frames from single bytes and from every step size', () => {
  const all = Buffer.concat(known.map(({ bytes }) => hex(bytes)));
  for (let step = 1; step <= all.length; step += 1) {
    const decoder = new FrameDecoder('relay');
    const frames: Frame[] = [];
    for (let at = 0; at < all.length; at += step)
      frames.push(...decoder.push(all.subarray(at, at + step)));
    expect(frames.map(plain)).toEqual(known.map(({ frame }) => plain(frame)));
  }
});

test('does not copy a payload that came whole, nor one whose header came alone', () => {
  const bytes = hex('000004 13 00 00000001 01020304');
  const [whole] = new FrameDecoder('client').push(bytes);
  expect(whole?.payload.buffer).toBe(bytes.buffer);
  const decoder = new FrameDecoder('client');
  decoder.push(bytes.subarray(0, 9));
  const [split] = decoder.push(bytes.subarray(9));
  expect(split?.payload.buffer).toBe(bytes.buffer);
});

test('keeps its own copy of a payload that was cut', () => {
  const bytes = Buffer.from(hex('000004 13 00 00000001 01020304'));
  const decoder = new FrameDecoder('client');
  decoder.push(bytes.subarray(0, 11));
  bytes.fill(0, 0, 11);
  const [frame] = decoder.push(bytes.subarray(11));
  expect(Buffer.from(frame!.payload).toString('hex')).toBe('01020304');
});

test('says that it is inside a frame', () => {
  const decoder = new FrameDecoder('client');
  decoder.push(hex('00'));
  expect(decoder.isMidFrame).toBe(true);
});

test.each([
  ['type 0', '000000 00 00 00000001', 'no frame has type 0x00'],
  ['a type between two that exist', '000000 17 00 00000001', 'no frame has type 0x17'],
  ['ACK of 9 bytes', '000009 23 00 00000000', 'ACK has 9 bytes; allowed are 8 to 8'],
  ['the last type that may not be skipped', '000000 7f 00 00000001', 'no frame has type 0x7f'],
  ['a skippable frame that is too large', '004001 80 00 00000001', 'an unknown frame has 16385'],
  [
    'DATA that is too large',
    '004001 13 00 00000001',
    'DATA has 16385 bytes; allowed are 1 to 16384',
  ],
  ['DATA without bytes', '000000 13 01 00000001', 'DATA has 0 bytes'],
  ['the largest length', 'ffffff 10 00 00000001', 'OPEN has 16777215 bytes'],
  ['WINDOW of 11 bytes', '00000b 16 00 00000001', 'WINDOW has 11 bytes; allowed are 12 to 12'],
  ['PING of 9 bytes', '000009 20 00 00000000', 'PING has 9 bytes'],
  ['a text of 257 bytes in RESET', '000102 15 00 00000001', 'RESET has 258 bytes'],
  ['an unknown flag', '000001 13 02 00000001', 'DATA has unknown flags'],
  ['a flag on a frame without flags', '000000 14 01 00000001', 'END has unknown flags'],
  ['DATA on stream 0', '000001 13 00 00000000', 'DATA is never on stream 0'],
  ['PING on a stream', '000008 20 00 00000001', 'PING is only on stream 0'],
])('refuses %s by its header alone', (_, header, rule) => {
  for (const side of ['client', 'relay'] as const) {
    // Whole at once, and the last byte of the header by itself: the payload is never waited for.
    for (const cut of [0, 8]) {
      const decoder = new FrameDecoder(side);
      decoder.push(hex(header).subarray(0, cut));
      let caught: unknown;
      try {
        decoder.push(hex(header).subarray(cut));
      } catch (error) {
        caught = error;
      }
      if (!isWxDevError(caught, 'WXD4009')) throw new Error('not refused');
      expect(caught.details.side).toBe(side);
      expect(caught.details.rule).toContain(rule);
    }
  }
});

test('passes on frames of unknown types that may be skipped, with any flags and stream', () => {
  const frames = new FrameDecoder('relay').push(
    hex('000001 80 ff 00000000 aa 000000 ff 00 00000009'),
  );
  expect(frames.map(plain)).toEqual([
    { type: 0x80, flags: 0xff, stream: 0, payload: 'aa' },
    { type: 0xff, flags: 0, stream: 9, payload: '' },
  ]);
});

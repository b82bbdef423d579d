import { expect, test } from 'vitest';
import {
  decodeGoAway,
  decodePing,
  decodeReset,
  decodeWindow,
  encodeGoAway,
  encodePing,
  encodeReset,
  encodeWindow,
  resetCodes,
  type ResetCode,
} from '../../src/wire/payloads.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test.each(Object.keys(resetCodes) as ResetCode[])('RESET carries %s', (code) => {
  expect(decodeReset(encodeReset(code, '为什么'))).toEqual({ code, message: '为什么' });
});

test('RESET is a byte and a text; an unknown byte means internal', () => {
  expect(hex(encodeReset('cancelled', 'a'))).toBe('0161');
  expect(decodeReset(Buffer.from([200]))).toEqual({ code: 'internal', message: '' });
  expect(decodeReset(Buffer.alloc(0))).toEqual({ code: 'internal', message: '' });
});

test('texts are cut between characters and shown without control characters', () => {
  const { message } = decodeReset(encodeReset('internal', '中'.repeat(100)));
  expect(message).toBe('中'.repeat(85));
  expect(decodeReset(Buffer.from('\u0001a\u001b[31m\u202eb\nc', 'utf8')).message).toBe(
    'a [31m b c',
  );
  expect(decodeReset(Buffer.from([1, 0xff, 0x61])).message).toBe('\ufffda');
});

test('WINDOW is u64 consumed and u32 window', () => {
  expect(hex(encodeWindow(2 ** 33 + 5, 262_144))).toBe('0000000200000005' + '00040000');
  expect(decodeWindow(encodeWindow(2 ** 52 + 1, 2 ** 32 - 1))).toEqual({
    consumed: 2 ** 52 + 1,
    window: 2 ** 32 - 1,
  });
});

test('GOAWAY is u32 last stream, u32 deadline and a text', () => {
  const goAway = { lastStream: 4_000_000_000, deadlineMs: 10_000, reason: 'drain' };
  expect(hex(encodeGoAway(goAway))).toBe('ee6b2800' + '00002710' + '647261696e');
  expect(decodeGoAway(encodeGoAway(goAway))).toEqual(goAway);
});

test('PING carries a number in 8 bytes', () => {
  expect(hex(encodePing(258))).toBe('0000000000000102');
  expect(decodePing(encodePing(258))).toBe(258);
});

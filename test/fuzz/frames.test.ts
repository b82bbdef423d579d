import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { encodeFrame, endFlag, frameRules, frameTypes, type Frame } from '../../src/wire/frame.ts';
import { FrameDecoder } from '../../src/wire/frame-decoder.ts';
import { frameHeaderBytes, maxHeadBytes } from '../../src/wire/limits.ts';
import {
  encodeAck,
  encodeGoAway,
  encodePing,
  encodeReset,
  encodeWindow,
} from '../../src/wire/payloads.ts';
import { Session } from '../../src/wire/session.ts';
import {
  byteCases,
  fuzzSeed,
  must,
  mutate,
  pick,
  pieces,
  randomFrom,
  type Random,
} from './wire-bytes.ts';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/** A frame as an honest peer may send it; about half of them on streams that are open. */
function anyFrame(random: Random): Frame {
  const stream = 1 + random(6);
  const flags = random(3) === 0 ? endFlag : 0;
  const { OPEN, HEAD, INFO, DATA, END, RESET, WINDOW, PING, PONG, GOAWAY, ACK } = frameTypes;
  switch (random(12)) {
    case 0:
    case 1:
      return { type: OPEN, flags, stream, payload: text('GET / HTTP/1.1\r\nHost: a\r\n\r\n') };
    case 2:
      return { type: HEAD, flags, stream, payload: text('HTTP/1.1 200 OK\r\n\r\n') };
    case 3:
      return { type: INFO, flags: 0, stream, payload: text('HTTP/1.1 103 Hints\r\n\r\n') };
    case 4:
    case 5:
      return { type: DATA, flags, stream, payload: Buffer.alloc(1 + random(300), random(256)) };
    case 6:
      return { type: END, flags: 0, stream, payload: text(random(2) === 0 ? '' : 'a: b\r\n') };
    case 7:
      return { type: RESET, flags: 0, stream, payload: encodeReset('cancelled', 'because') };
    case 8:
      return {
        type: WINDOW,
        flags: 0,
        stream,
        payload: encodeWindow(random(1_000), random(100_000)),
      };
    case 9:
      return {
        type: random(2) === 0 ? PING : PONG,
        flags: 0,
        stream: 0,
        payload: encodePing(random(5)),
      };
    case 10: {
      const payload = encodeGoAway({ lastStream: random(3), deadlineMs: 100, reason: 'end' });
      return { type: GOAWAY, flags: 0, stream: 0, payload };
    }
    default:
      return random(2) === 0
        ? { type: ACK, flags: 0, stream: 0, payload: encodeAck(random(3_000)) }
        : {
            type: 0x80 + random(0x80),
            flags: random(256),
            stream: random(9),
            payload: Buffer.alloc(random(50)),
          };
  }
}

const framePieces: readonly [Buffer, ...Buffer[]] = [
  Buffer.from([0, 0, 0]),
  Buffer.from([0xff, 0xff, 0xff]),
  Buffer.from([0, 0x40, 0, 0x13, 0]),
  encodeFrame({ type: frameTypes.DATA, flags: 1, stream: 1, payload: text('x') }),
  encodeFrame({ type: frameTypes.PING, flags: 0, stream: 0, payload: encodePing(1) }) as Buffer,
].map((bytes) => Buffer.from(bytes)) as [Buffer, ...Buffer[]];

function anyBytes(random: Random): Buffer {
  const frames = Array.from({ length: 1 + random(6) }, () => encodeFrame(anyFrame(random)));
  return mutate(Buffer.concat(frames), random, framePieces);
}

/** What a decoder gives for `parts`, and what it refused. */
function decode(parts: Iterable<Buffer>): {
  frames: Buffer;
  refusal: string | undefined;
  isMidFrame: boolean;
} {
  const decoder = new FrameDecoder('client');
  const frames: Uint8Array[] = [];
  try {
    for (const part of parts) frames.push(...decoder.push(part).map(encodeFrame));
  } catch (error) {
    if (!isWxDevError(error, 'WXD4009')) throw error;
    return { frames: Buffer.concat(frames), refusal: error.details.rule, isMidFrame: false };
  }
  return { frames: Buffer.concat(frames), refusal: undefined, isMidFrame: decoder.isMidFrame };
}

test('frames: those that come out are the bytes that went in, however they were cut', () => {
  const random = randomFrom(fuzzSeed + 3);
  let whole = 0;
  for (let i = 0; i < byteCases; i++) {
    const bytes = anyBytes(random);
    const cut = decode(pieces(bytes, random));
    // Encoded again, they are the input as far as it was understood; a byte read from elsewhere, lost or doubled would show.
    must(bytes.subarray(0, cut.frames.length).equals(cut.frames), 'other bytes', bytes);
    const held = bytes.length - cut.frames.length;
    if (cut.refusal === undefined) {
      must(cut.isMidFrame === held > 0, 'holds what it does not say', bytes);
      // Nothing is held that no rule allows: at most one frame.
      must(held < frameHeaderBytes + maxHeadBytes, 'holds too much', bytes);
      whole += 1;
    }
    // Cut or not, the same is understood; frames of a message that ends in a fault are not given out.
    const atOnce = decode([bytes]);
    must(atOnce.refusal === cut.refusal, 'refused in some pieces only', bytes);
    const isSame = cut.refusal !== undefined || atOnce.frames.equals(cut.frames);
    must(isSame, 'other frames in pieces', bytes);
  }
  expect(whole).toBeGreaterThan(byteCases / 10);
});

test('a header that no rule allows is refused before its payload is kept', () => {
  const random = randomFrom(fuzzSeed + 4);
  for (let i = 0; i < byteCases / 10; i++) {
    const header = Buffer.from(Array.from({ length: frameHeaderBytes }, () => random(256)));
    const rule = frameRules.get(header[3] ?? 0);
    const length = header.readUIntBE(0, 3);
    const decoder = new FrameDecoder('relay');
    let isRefused = false;
    try {
      decoder.push(header);
    } catch {
      isRefused = true;
    }
    must(rule === undefined || length <= rule.maxBytes || isRefused, 'kept', header);
  }
});

test('sessions: whatever comes is an event or a refusal, and what it costs is bounded', () => {
  const random = randomFrom(fuzzSeed + 5);
  for (let i = 0; i < byteCases / 2; i++) {
    const role = random(2) === 0 ? 'client' : 'relay';
    const limits = { windowBytes: 1_000, maxStreams: 4 };
    const session = new Session({ role, now: 0, limits, isResumable: random(2) === 0 });
    if (role === 'relay')
      for (let k = random(5); k > 0; k--)
        session.open(text(`GET /${k} HTTP/1.1\r\n\r\n`), { end: random(2) === 0 });
    if (random(2) === 0) session.take(10_000);
    const bytes = anyBytes(random);
    let received = 0;
    let data = 0;
    let sent = 0;
    try {
      for (const piece of pieces(bytes, random)) {
        received += piece.length;
        for (const event of session.receive(piece, i)) {
          if (event.type === 'data') data += event.chunk.length;
          act(session, event, random);
        }
        while (session.hasOutput) for (const each of session.take(5_000)) sent += each.length;
      }
      session.tick(i);
    } catch (error) {
      if (!isWxDevError(error, 'WXD4009')) throw error;
      // Once broken it says the same for ever.
      must(refusesAgain(session, error), 'goes on after a fault', bytes);
    }
    must(session.activeStreams <= limits.maxStreams, 'too many streams', bytes);
    must(data <= received, 'more data than came', bytes);
    // Answers to frames are no larger than a few frames each, and our own few requests.
    must(sent < received * 4 + 3_000, 'sends more than it was asked', bytes);
  }
});

function refusesAgain(session: Session, error: Error): boolean {
  try {
    session.receive(Buffer.alloc(1), 0);
  } catch (again) {
    return again === error;
  }
  return false;
}

type Event = ReturnType<Session['receive']>[number];

/** An owner that answers, reads, cuts off, or does nothing. */
function act(session: Session, event: Event, random: Random): void {
  if (event.type === 'open' && random(2) === 0) {
    session.sendHead(event.stream, text('HTTP/1.1 204\r\n\r\n'), { end: random(2) === 0 });
  }
  if (event.type === 'data' && random(2) === 0) session.consumed(event.stream, event.chunk.length);
  if ('stream' in event && event.type !== 'reset' && random(6) === 0)
    session.reset(event.stream, pick(random, ['cancelled', 'internal']), 'enough');
}

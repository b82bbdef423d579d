import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { encodeFrame, endFlag, frameTypes } from '../../src/wire/frame.ts';
import { idleFrames, maxInfoHeads, maxWindowBytes } from '../../src/wire/limits.ts';
import { encodeGoAway, encodePing, encodeReset, encodeWindow } from '../../src/wire/payloads.ts';
import { Session } from '../../src/wire/session.ts';
import type { Side } from '../../src/wire/violation.ts';
import { drain, head } from './session-pair.ts';

type Name = keyof typeof frameTypes;

const request = head('POST / HTTP/1.1');

/** Bytes of one frame, as a peer that obeys nothing but the layout would send it. */
function frame(name: Name, stream: number, payload: Uint8Array = request, flags = 0): Uint8Array {
  return encodeFrame({ type: frameTypes[name], flags, stream, payload });
}

const nothing = Buffer.alloc(0);

/** A session that has opened (relay) or been opened (client) stream 1, its peer played by the test. */
function victim(role: Side, limits = {}): Session {
  const session = new Session({ role, now: 0, limits });
  if (role === 'relay') session.open(request, { end: false });
  else session.receive(frame('OPEN', 1), 0);
  drain(session);
  return session;
}

function ruleBroken(act: () => unknown, side: Side): string {
  try {
    act();
  } catch (error) {
    if (!isWxDevError(error, 'WXD4009')) throw error;
    expect(error.details.side).toBe(side);
    return error.details.rule;
  }
  throw new Error('no violation');
}

interface Attack {
  readonly name: string;
  /** Who is attacked. */
  readonly role: Side;
  readonly frames: readonly Uint8Array[];
  readonly rule: string;
  readonly limits?: object;
}

const body = Buffer.alloc(16_384);

const attacks: readonly Attack[] = [
  {
    name: 'a client opens a stream',
    role: 'relay',
    frames: [frame('OPEN', 2)],
    rule: 'only the relay opens streams',
  },
  {
    name: 'an id is used again',
    role: 'client',
    frames: [frame('OPEN', 1)],
    rule: 'OPEN of stream 1; the next is 2',
  },
  {
    name: 'an id is skipped',
    role: 'client',
    frames: [frame('OPEN', 3)],
    rule: 'OPEN of stream 3; the next is 2',
  },
  {
    name: 'too many streams are opened',
    role: 'client',
    limits: { maxStreams: 2 },
    frames: [frame('OPEN', 2), frame('OPEN', 3)],
    rule: 'more than 2 streams are open',
  },
  {
    name: 'a stream is opened after the farewell',
    role: 'client',
    frames: [
      frame('GOAWAY', 0, encodeGoAway({ lastStream: 1, deadlineMs: 0, reason: '' })),
      frame('OPEN', 2),
    ],
    rule: 'OPEN after GOAWAY',
  },
  {
    name: 'a farewell names a stream of the future',
    role: 'relay',
    frames: [frame('GOAWAY', 0, encodeGoAway({ lastStream: 2, deadlineMs: 0, reason: '' }))],
    rule: 'GOAWAY names stream 2',
  },
  {
    name: 'a relay answers',
    role: 'client',
    frames: [frame('HEAD', 1)],
    rule: 'HEAD is for clients to send',
  },
  {
    name: 'a relay informs',
    role: 'client',
    frames: [frame('INFO', 1)],
    rule: 'INFO is for clients to send',
  },
  {
    name: 'two heads answer one request',
    role: 'relay',
    frames: [frame('HEAD', 1), frame('HEAD', 1)],
    rule: 'HEAD after HEAD on stream 1',
  },
  {
    name: 'a hint comes after the head',
    role: 'relay',
    frames: [frame('HEAD', 1), frame('INFO', 1)],
    rule: 'INFO after HEAD on stream 1',
  },
  {
    name: 'hints never end',
    role: 'relay',
    frames: Array.from({ length: maxInfoHeads + 1 }, () => frame('INFO', 1)),
    rule: `more than ${maxInfoHeads} INFO on stream 1`,
  },
  {
    name: 'a body comes before the head',
    role: 'relay',
    frames: [frame('DATA', 1)],
    rule: 'DATA before HEAD on stream 1',
  },
  {
    name: 'an end comes before the head',
    role: 'relay',
    frames: [frame('END', 1, nothing)],
    rule: 'END before HEAD on stream 1',
  },
  {
    name: 'DATA follows END',
    role: 'client',
    frames: [frame('END', 1, nothing), frame('DATA', 1)],
    rule: 'DATA after the end of stream 1',
  },
  {
    name: 'END follows the END flag',
    role: 'client',
    frames: [frame('DATA', 1, request, endFlag), frame('END', 1)],
    rule: 'END after the end of stream 1',
  },
  {
    name: 'DATA follows an OPEN that ended',
    role: 'client',
    frames: [frame('OPEN', 2, request, endFlag), frame('DATA', 2)],
    rule: 'DATA after the end of stream 2',
  },
  {
    name: 'DATA follows RESET',
    role: 'client',
    frames: [frame('RESET', 1, encodeReset('cancelled', '')), frame('DATA', 1)],
    rule: 'DATA after the end of stream 1',
  },
  {
    name: 'HEAD follows RESET',
    role: 'relay',
    frames: [frame('RESET', 1, encodeReset('cancelled', '')), frame('HEAD', 1)],
    rule: 'HEAD after the end of stream 1',
  },
  {
    name: 'DATA is for a stream that never was',
    role: 'client',
    frames: [frame('DATA', 2)],
    rule: 'DATA on stream 2, which was never opened',
  },
  {
    name: 'RESET is for a stream that never was',
    role: 'relay',
    frames: [frame('RESET', 2, encodeReset('cancelled', ''))],
    rule: 'RESET on stream 2, which was never opened',
  },
  {
    name: 'WINDOW is for a stream that never was',
    role: 'relay',
    frames: [frame('WINDOW', 0xffffffff, encodeWindow(0, 0))],
    rule: 'WINDOW on stream 4294967295, which was never opened',
  },
  {
    name: 'more is sent than there is credit for',
    role: 'client',
    limits: { windowBytes: 16_384 },
    frames: [frame('DATA', 1, body), frame('DATA', 1, Buffer.alloc(1))],
    rule: 'DATA on stream 1 beyond its credit',
  },
  {
    name: 'credit is given for what was never sent',
    role: 'client',
    frames: [frame('WINDOW', 1, encodeWindow(1, 1))],
    rule: 'WINDOW on stream 1 for bytes that were never sent',
  },
  {
    name: 'credit is without measure',
    role: 'client',
    frames: [frame('WINDOW', 1, encodeWindow(0, maxWindowBytes + 1))],
    rule: `WINDOW of ${maxWindowBytes + 1} bytes; at most ${maxWindowBytes}`,
  },
  {
    name: 'the handshake is repeated',
    role: 'client',
    frames: [frame('WELCOME', 0, Buffer.from('{}'))],
    rule: 'the handshake is over',
  },
];

test.each(attacks)('notices when $name', ({ role, frames, rule, limits }) => {
  const session = victim(role, limits);
  const peer = role === 'client' ? 'relay' : 'client';
  const last = frames.at(-1)!;
  for (const bytes of frames.slice(0, -1)) session.receive(bytes, 0);
  expect(ruleBroken(() => session.receive(last, 0), peer)).toContain(rule);
});

test('stays broken: nothing after a violation is believed', () => {
  const session = victim('client');
  const first = ruleBroken(() => session.receive(frame('OPEN', 7), 0), 'relay');
  expect(ruleBroken(() => session.receive(frame('OPEN', 2), 0), 'relay')).toBe(first);
});

test('reports what came before a violation in an earlier message, nothing of the message itself', () => {
  const session = victim('client');
  expect(session.receive(frame('DATA', 1), 0)).toHaveLength(1);
  ruleBroken(
    () => session.receive(Buffer.concat([frame('DATA', 1), frame('OPEN', 1)]), 0),
    'relay',
  );
});

test('notices credit that is taken back', () => {
  const session = victim('relay');
  session.write(1, Buffer.alloc(1_000));
  drain(session);
  session.receive(frame('WINDOW', 1, encodeWindow(500, 1_000)), 0);
  const rule = ruleBroken(
    () => session.receive(frame('WINDOW', 1, encodeWindow(499, 1_000)), 0),
    'client',
  );
  expect(rule).toContain('never sent');
});

test('notices credit for what a reset has kept from being sent', () => {
  const session = victim('relay');
  session.write(1, Buffer.alloc(1_000));
  session.reset(1, 'cancelled');
  drain(session);
  const bytes = frame('WINDOW', 1, encodeWindow(1_000, 1_000));
  expect(ruleBroken(() => session.receive(bytes, 0), 'client')).toContain('never sent');
});

test('obeys a window that shrinks and grows', () => {
  const session = victim('relay');
  session.write(1, Buffer.alloc(1_000));
  session.receive(frame('WINDOW', 1, encodeWindow(0, 0)), 0);
  expect(session.hasOutput).toBe(false);
  expect(session.write(1, Buffer.alloc(1))).toBe(false);
  session.receive(frame('WINDOW', 1, encodeWindow(0, 100)), 0);
  expect(drain(session)).toHaveLength(9 + 100);
  session.receive(frame('WINDOW', 1, encodeWindow(50, 10)), 0);
  expect(session.hasOutput).toBe(false);
  expect(session.receive(frame('WINDOW', 1, encodeWindow(100, maxWindowBytes)), 0)).toEqual([
    { type: 'writable', stream: 1 },
  ]);
  expect(drain(session)).toHaveLength(9 + 901);
});

const floods: readonly { name: string; role: Side; frame: Uint8Array; before?: Uint8Array }[] = [
  { name: 'PING', role: 'client', frame: frame('PING', 0, encodePing(1)) },
  { name: 'PONG that nobody asked for', role: 'client', frame: frame('PONG', 0, encodePing(1)) },
  {
    name: 'WINDOW that gives nothing',
    role: 'client',
    frame: frame('WINDOW', 1, encodeWindow(0, 5)),
  },
  {
    name: 'GOAWAY',
    role: 'relay',
    frame: frame('GOAWAY', 0, encodeGoAway({ lastStream: 0, deadlineMs: 0, reason: '' })),
  },
  {
    name: 'RESET of a stream that has ended',
    role: 'relay',
    frame: frame('RESET', 1, encodeReset('cancelled', '')),
  },
  {
    name: 'WINDOW of a stream that has ended',
    role: 'client',
    before: frame('RESET', 1, encodeReset('cancelled', '')),
    frame: frame('WINDOW', 1, encodeWindow(0, 5)),
  },
  {
    name: 'unknown frames',
    role: 'client',
    frame: encodeFrame({ type: 0x99, flags: 7, stream: 3, payload: nothing }),
  },
];

test.each(floods)('bears some, but no flood of $name, and answers within bounds', (flood) => {
  const session = victim(flood.role);
  if (flood.before !== undefined) session.receive(flood.before, 0);
  const batch = Buffer.concat(Array.from({ length: idleFrames.burst }, () => flood.frame));
  session.receive(batch, 0);
  expect(drain(session).length).toBeLessThan(100);
  const peer = flood.role === 'client' ? 'relay' : 'client';
  const rule = ruleBroken(() => session.receive(batch, 0), peer);
  expect(rule).toBe('too many frames without effect');
});

test('bears the last frames of every stream crossing its end', () => {
  const session = new Session({ role: 'client', now: 0 });
  const reset = encodeReset('cancelled', '');
  for (let id = 1; id <= idleFrames.burst; id += 1) {
    const late = Array.from({ length: idleFrames.perStream - 1 }, () =>
      frame('WINDOW', id, encodeWindow(0, 5)),
    );
    const frames = [frame('OPEN', id), frame('RESET', id, reset), ...late];
    session.receive(Buffer.concat(frames), 0);
    drain(session);
  }
  expect(session.activeStreams).toBe(0);
});

test('counts frames without effect over time: a few per second are fine for ever', () => {
  const session = victim('client');
  const ping = frame('PING', 0, encodePing(1));
  const batch = Buffer.concat(Array.from({ length: idleFrames.burst }, () => ping));
  session.receive(batch, 0);
  for (let second = 1; second < 1_000; second += 1)
    session.receive(batch.subarray(0, idleFrames.perSecond * ping.length), second * 1_000);
  expect(ruleBroken(() => session.receive(batch, 1_000_000), 'relay')).toContain('without effect');
});

test('notices a peer that cuts off streams and never reads: the answers do not pile up', () => {
  const session = new Session({ role: 'client', now: 0 });
  let id = 0;
  const rule = ruleBroken(() => {
    for (;;) {
      id += 1;
      session.receive(frame('OPEN', id), 0);
      session.receive(frame('RESET', id, encodeReset('cancelled', '')), 0);
      expect(session.activeStreams).toBe(0);
    }
  }, 'relay');
  expect(rule).toContain('does not read the answers');
  expect(id).toBeLessThan(10_000);
});

test('bears any number of resets from a peer that reads the answers', () => {
  const session = new Session({ role: 'client', now: 0 });
  for (let id = 1; id <= 20_000; id += 1) {
    session.receive(frame('OPEN', id), 0);
    session.receive(frame('RESET', id, encodeReset('cancelled', '')), 0);
    drain(session);
  }
  expect(session.activeStreams).toBe(0);
});

test('ignores text and unknown codes that a peer puts into RESET and GOAWAY, but shows them safely', () => {
  const session = victim('client');
  const evil = Buffer.from('\u001b[2Jgone', 'utf8');
  const events = session.receive(
    Buffer.concat([
      frame('RESET', 1, Buffer.concat([Buffer.from([99]), evil])),
      frame('GOAWAY', 0, Buffer.concat([Buffer.alloc(8), evil])),
    ]),
    0,
  );
  expect(events).toEqual([
    { type: 'reset', stream: 1, code: 'internal', message: ' [2Jgone' },
    { type: 'go-away', reason: ' [2Jgone', deadlineMs: 0 },
  ]);
});

/** Frames of any kind, mostly with headers that are allowed, on a few streams. */
const anyFrame = fc
  .record({
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...Object.values(frameTypes)) },
      { weight: 1, arbitrary: fc.nat(255) },
    ),
    flags: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, endFlag) }, fc.nat(255)),
    stream: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, fc.nat()),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.tuple(fc.nat(2_000), fc.nat(2_000)).map(([a, b]) => encodeWindow(a, b)),
    ),
  })
  .map((parts) => encodeFrame(parts));

test.each(['client', 'relay'] as const)(
  'whatever a peer sends, a %s reports events or a violation, and nothing else',
  (role) => {
    let [survived, violated] = [0, 0];
    const input = fc.array(fc.oneof({ weight: 9, arbitrary: anyFrame }, fc.uint8Array()), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(input, fc.integer({ min: 1, max: 50 }), (messages, step) => {
        const session = victim(role, { maxStreams: 3, windowBytes: 1_000 });
        session.write(role === 'relay' ? 1 : 99, Buffer.alloc(1_500));
        const bytes = Buffer.concat(messages);
        try {
          for (let at = 0; at < bytes.length; at += step) {
            session.receive(bytes.subarray(at, at + step), at);
            expect(session.activeStreams).toBeLessThanOrEqual(3);
            drain(session);
          }
          survived += 1;
        } catch (error) {
          if (!isWxDevError(error, 'WXD4009')) throw error;
          violated += 1;
        }
      }),
      { numRuns: 2_000 },
    );
    // Both kinds must have been reached, or the test looks at nothing.
    expect(Math.min(survived, violated)).toBeGreaterThan(20);
  },
);

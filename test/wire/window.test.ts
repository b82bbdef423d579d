import { expect, test } from 'vitest';
import {
  maxMessageBytes,
  maxTunedWindowBytes,
  sessionLimits,
  windowBudgetBytes,
} from '../../src/wire/limits.ts';
import { Session } from '../../src/wire/session.ts';
import { head } from './session-pair.ts';

interface Flight {
  readonly at: number;
  readonly to: 'client' | 'relay';
  readonly bytes: Buffer;
}

/**
 * A relay that sends bodies to a client over a network with a delay, in time that is counted here.
 * @param options `bytesPerMs`: how fast the client's reader takes each body
 * @returns bytes taken in the last second, and the most that ever waited for the reader
 */
function transfer(options: {
  oneWayMs: number;
  seconds: number;
  streams: number;
  bytesPerMs: number;
}): { lastSecond: number; mostHeld: number } {
  const { oneWayMs, seconds, streams, bytesPerMs } = options;
  const relay = new Session({ role: 'relay', now: 0 });
  const client = new Session({ role: 'client', now: 0 });
  const flights: Flight[] = [];
  const chunk = Buffer.alloc(65_536);
  const mayWrite = new Map<number, boolean>();
  const held = new Map<number, number>();
  let lastSecond = 0;
  let mostHeld = 0;
  const send = (from: Session, to: 'client' | 'relay', now: number): void => {
    while (from.hasOutput) {
      const pieces = from.take(maxMessageBytes);
      if (pieces.length === 0) return;
      flights.push({ at: now + oneWayMs, to, bytes: Buffer.concat(pieces) });
    }
  };
  for (let i = 0; i < streams; i++)
    mayWrite.set(relay.open(head('POST / HTTP/1.1'), { end: false }), true);
  for (let now = 0; now < seconds * 1_000; now++) {
    if (now % 1_000 === 0) {
      relay.tick(now);
      client.tick(now);
    }
    for (const flight of flights.splice(0, flights.findIndex(({ at }) => at > now) >>> 0)) {
      if (flight.to === 'relay') {
        for (const event of relay.receive(flight.bytes, now))
          if (event.type === 'writable') mayWrite.set(event.stream, true);
        continue;
      }
      for (const event of client.receive(flight.bytes, now))
        if (event.type === 'data')
          held.set(event.stream, (held.get(event.stream) ?? 0) + event.chunk.length);
    }
    mostHeld = Math.max(
      mostHeld,
      [...held.values()].reduce((sum, bytes) => sum + bytes, 0),
    );
    for (const [stream, bytes] of held) {
      const taken = Math.min(bytes, bytesPerMs);
      client.consumed(stream, taken);
      held.set(stream, bytes - taken);
      if (now >= (seconds - 1) * 1_000) lastSecond += taken;
    }
    for (const [stream, may] of mayWrite)
      if (may) {
        let goOn = true;
        while (goOn) goOn = relay.write(stream, chunk);
        mayWrite.set(stream, false);
      }
    send(relay, 'client', now);
    send(client, 'relay', now);
  }
  return { lastSecond, mostHeld };
}

test('a fast reader far away gets a window that keeps its sender going', () => {
  const far = transfer({ oneWayMs: 50, seconds: 5, streams: 1, bytesPerMs: Infinity });
  expect(far.lastSecond).toBeGreaterThan(30e6);
});

test('a slow reader keeps the window it began with', () => {
  const slow = transfer({ oneWayMs: 50, seconds: 5, streams: 1, bytesPerMs: 100 });
  expect(slow.lastSecond).toBe(100_000);
  expect(slow.mostHeld).toBeLessThanOrEqual(sessionLimits.windowBytes);
});

test('a reader nearby needs no more than it began with', () => {
  const near = transfer({ oneWayMs: 1, seconds: 2, streams: 1, bytesPerMs: 10_000 });
  expect(near.lastSecond).toBe(10_000_000);
  expect(near.mostHeld).toBeLessThan(2 * sessionLimits.windowBytes);
});

test('all windows of a session together grow by no more than their budget', () => {
  const many = transfer({ oneWayMs: 50, seconds: 3, streams: 12, bytesPerMs: 100_000 });
  expect(many.mostHeld).toBeLessThanOrEqual(12 * sessionLimits.windowBytes + windowBudgetBytes);
  expect(many.mostHeld).toBeGreaterThan(windowBudgetBytes / 4);
  expect(maxTunedWindowBytes * 12).toBeGreaterThan(windowBudgetBytes);
});

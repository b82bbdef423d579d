import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Session, type SessionEvent } from '../../src/wire/session.ts';
import type { Side } from '../../src/wire/violation.ts';
import { head, SessionPair } from './session-pair.ts';

/**
 * Two sessions, a network of two byte queues between them, and a model of what an honest user of each side has done.
 * Steps are random; after them everything is finished and delivered, and all must have arrived once and in order.
 */

const windowBytes = 2_000;
const maxStreams = 4;
const chunkMax = 3_000;

type Step =
  | { do: 'open' | 'respond' | 'end' | 'reset' | 'inform'; pick: number; side: Side }
  | { do: 'write'; pick: number; side: Side; bytes: number }
  | { do: 'consume'; pick: number; side: Side; share: number }
  | { do: 'take'; side: Side; maxBytes: number }
  | { do: 'deliver'; side: Side; bytes: number }
  | { do: 'tick'; ms: number };

const side = fc.constantFrom<Side>('client', 'relay');
const pick = fc.nat(20);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('open' as const), pick, side }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('respond' as const), pick, side }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('end' as const), pick, side }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('reset' as const, 'inform' as const), pick, side }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      pick,
      side,
      bytes: fc.integer({ min: 0, max: chunkMax }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('consume' as const),
      pick,
      side,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      side,
      maxBytes: fc.integer({ min: 0, max: 5_000 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      side,
      bytes: fc.integer({ min: 1, max: 4_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('tick' as const),
      ms: fc.integer({ min: 0, max: 3_000 }),
    }),
  },
);

/** One side's half of a stream, as its honest user sees it. */
interface Half {
  written: number;
  mayWrite: boolean;
  isEnded: boolean;
  /** Received, consumed, and whether the peer's end was seen. */
  received: number;
  consumed: number;
  sawEnd: boolean;
  sawHead: boolean;
  isGone: boolean;
}

const newHalf = (): Half => ({
  written: 0,
  mayWrite: true,
  isEnded: false,
  received: 0,
  consumed: 0,
  sawEnd: false,
  sawHead: false,
  isGone: false,
});

/** The byte at `offset` of what `from` sends on `stream`: any loss, doubling or mix-up shows. */
const byteAt = (from: Side, stream: number, offset: number) =>
  (offset * 31 + (offset >> 8) * 7 + stream * 13 + (from === 'client' ? 101 : 0)) & 0xff;

const other = (from: Side): Side => (from === 'client' ? 'relay' : 'client');

class World {
  readonly pair = new SessionPair({ windowBytes, maxStreams });
  readonly halves: Record<Side, Map<number, Half>> = { client: new Map(), relay: new Map() };
  readonly wire: Record<Side, Buffer> = { client: Buffer.alloc(0), relay: Buffer.alloc(0) };
  readonly resets = new Set<number>();
  lastOpened = 0;

  session(of: Side): Session {
    return of === 'client' ? this.pair.client : this.pair.relay;
  }

  run(action: Step): void {
    switch (action.do) {
      case 'open':
        return this.open();
      case 'take':
        return this.take(action.side, action.maxBytes);
      case 'deliver':
        return this.deliver(action.side, action.bytes);
      case 'tick':
        this.pair.now += action.ms;
        for (const each of ['client', 'relay'] as const)
          expect(this.session(each).tick(this.pair.now)).toEqual([]);
        // So that silence never becomes death: that is tested elsewhere.
        for (const each of ['client', 'relay'] as const)
          this.session(each).receive(Buffer.alloc(0), this.pair.now);
        return;
      case 'respond':
      case 'inform':
      case 'end':
      case 'reset':
      case 'write':
      case 'consume': {
        const halves = [...this.halves[action.side]].filter(([, half]) => !half.isGone);
        const [id, half] = halves[action.pick % Math.max(1, halves.length)] ?? [];
        if (id !== undefined && half !== undefined) this.onStream(action, id, half);
      }
    }
  }

  open(): void {
    if (!this.pair.relay.canOpen) return;
    const id = this.pair.relay.open(head(`POST /${this.lastOpened + 1} HTTP/1.1`), { end: false });
    expect(id).toBe((this.lastOpened += 1));
    this.halves.relay.set(id, newHalf());
  }

  onStream(
    action: Exclude<Step, { do: 'open' | 'take' | 'deliver' | 'tick' }>,
    id: number,
    half: Half,
  ): void {
    const { side: by } = action;
    const session = this.session(by);
    if (action.do === 'consume') {
      const bytes = Math.floor((half.received - half.consumed) * action.share);
      half.consumed += bytes;
      return session.consumed(id, bytes);
    }
    if (action.do === 'reset') {
      half.isGone = true;
      this.resets.add(id);
      return session.reset(id, 'cancelled', 'because');
    }
    if (half.isEnded) return;
    if (by === 'client' && (action.do === 'respond' || action.do === 'inform')) {
      if (half.sawHead) return;
      if (action.do === 'inform') return session.sendInfo(id, head('HTTP/1.1 103 Early Hints'));
      half.sawHead = true;
      return session.sendHead(id, head('HTTP/1.1 200 OK'), { end: false });
    }
    if (by === 'client' && !half.sawHead) return;
    if (action.do === 'write' && half.mayWrite) {
      const from = half.written;
      half.written += action.bytes;
      half.mayWrite = session.write(
        id,
        Uint8Array.from({ length: action.bytes }, (_, i) => byteAt(by, id, from + i)),
      );
      const acknowledged = this.halves[other(by)].get(id)?.consumed ?? 0;
      expect(half.written - acknowledged).toBeLessThanOrEqual(windowBytes + chunkMax);
    } else if (action.do === 'end') {
      half.isEnded = true;
      session.end(id, action.pick % 2 === 0 ? undefined : Buffer.from('a: b\r\n'));
    }
  }

  take(from: Side, maxBytes: number): void {
    const session = this.session(from);
    const hadOutput = session.hasOutput;
    const pieces = session.take(maxBytes);
    expect(pieces.length > 0).toBe(hadOutput);
    this.wire[from] = Buffer.concat([this.wire[from], ...pieces]);
  }

  deliver(from: Side, bytes: number): void {
    // The network gives its memory to the receiver, as sockets do.
    const part = Buffer.from(this.wire[from].subarray(0, bytes));
    this.wire[from] = this.wire[from].subarray(bytes);
    const to = other(from);
    for (const event of this.session(to).receive(part, this.pair.now)) this.see(to, event);
  }

  see(at: Side, event: SessionEvent): void {
    if (
      event.type === 'dead' ||
      event.type === 'go-away' ||
      event.type === 'leaving' ||
      event.type === 'acknowledged'
    )
      throw new Error(event.type);
    if (event.type === 'open') {
      expect(event.head).toEqual(head(`POST /${event.stream} HTTP/1.1`));
      this.halves.client.set(event.stream, newHalf());
      return;
    }
    const half = this.halves[at].get(event.stream);
    if (half === undefined || half.isGone)
      throw new Error(`${event.type} for a stream that is gone`);
    if (event.type === 'reset') {
      expect(this.resets).toContain(event.stream);
      half.isGone = true;
    } else if (event.type === 'writable') {
      expect(half.mayWrite).toBe(false);
      half.mayWrite = true;
    } else if (event.type === 'head') {
      expect(half.sawHead).toBe(false);
      half.sawHead = true;
    } else if (event.type === 'data') {
      expect(half.sawEnd).toBe(false);
      for (const [i, byte] of event.chunk.entries())
        if (byte !== byteAt(other(at), event.stream, half.received + i))
          throw new Error('wrong byte');
      half.received += event.chunk.length;
      half.sawEnd = event.end;
      expect(half.received - half.consumed).toBeLessThanOrEqual(windowBytes);
    } else if (event.type === 'end') {
      expect(half.sawEnd).toBe(false);
      half.sawEnd = true;
    }
  }

  /** Lets every user finish and the network deliver everything. */
  finish(): void {
    for (let rounds = 0; rounds < 1_000; rounds += 1) {
      for (const each of ['client', 'relay'] as const) {
        for (const [id, half] of this.halves[each]) {
          if (half.isGone) continue;
          this.onStream({ do: 'consume', pick: 0, side: each, share: 1 }, id, half);
          if (each === 'client') this.onStream({ do: 'respond', pick: 0, side: each }, id, half);
          if (!half.isEnded) this.onStream({ do: 'end', pick: 0, side: each }, id, half);
        }
        while (this.session(each).hasOutput) this.take(each, 10_000);
        this.deliver(each, Infinity);
      }
      if (this.pair.client.activeStreams + this.pair.relay.activeStreams === 0) return;
    }
    throw new Error('it never ends');
  }

  /** What must hold at the end. */
  check(): void {
    expect([this.pair.client.activeStreams, this.pair.relay.activeStreams]).toEqual([0, 0]);
    expect(this.halves.client.size).toBe(this.lastOpened);
    for (const at of ['client', 'relay'] as const) {
      for (const [id, half] of this.halves[at]) {
        const sender = this.halves[other(at)].get(id);
        if (this.resets.has(id)) continue;
        expect({ id, at, received: half.received, sawEnd: half.sawEnd }).toEqual({
          id,
          at,
          received: sender?.written,
          sawEnd: true,
        });
      }
    }
  }
}

test('whatever two honest users do and however the bytes are cut, all arrives once and in order', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
      const world = new World();
      for (const action of steps) world.run(action);
      world.finish();
      world.check();
    }),
    { numRuns: 500 },
  );
});

test('carries hundreds of streams of all sizes, many at a time, without a byte out of place', () => {
  const pair = new SessionPair();
  const sizes = [0, 1, 700, 4_095, 4_096, 16_384, 16_385, 40_000, 300_000];
  const total = 300;
  const left = new Map<number, number>();
  const received = new Map<number, number>();
  let [opened, ended] = [0, 0];
  const send = (id: number) => {
    let rest = left.get(id) ?? 0;
    const size = sizes[id % sizes.length] ?? 0;
    for (let mayWrite = true; mayWrite && rest > 0;) {
      const bytes = Math.min(rest, 1 + ((id * 7_919 + rest) % 70_000));
      const from = size - rest;
      const chunk = Uint8Array.from({ length: bytes }, (_, i) => byteAt('client', id, from + i));
      mayWrite = pair.client.write(id, chunk);
      rest -= bytes;
    }
    left.set(id, rest);
    if (rest === 0) pair.client.end(id);
  };
  const see = (event: SessionEvent) => {
    if (event.type === 'data') {
      const from = received.get(event.stream) ?? 0;
      for (const [i, byte] of event.chunk.entries())
        if (byte !== byteAt('client', event.stream, from + i)) throw new Error('wrong byte');
      received.set(event.stream, from + event.chunk.length);
      pair.relay.consumed(event.stream, event.chunk.length);
    }
    if (event.type === 'end' || (event.type === 'data' && event.end)) {
      expect(received.get(event.stream) ?? 0).toBe(sizes[event.stream % sizes.length]);
      ended += 1;
    }
  };
  while (ended < total) {
    while (opened < total && pair.relay.activeStreams < 50) {
      pair.relay.open(head(`GET /${opened} HTTP/1.1`), { end: true });
      opened += 1;
    }
    for (const event of pair.carry('relay')) {
      if (event.type === 'open') {
        pair.client.sendHead(event.stream, head('HTTP/1.1 200 OK'), { end: false });
        left.set(event.stream, sizes[event.stream % sizes.length] ?? 0);
      }
      if (event.type === 'open' || event.type === 'writable') send(event.stream);
    }
    for (const event of pair.carry('client', 50_000)) see(event);
  }
  expect([pair.client.activeStreams, pair.relay.activeStreams]).toEqual([0, 0]);
});

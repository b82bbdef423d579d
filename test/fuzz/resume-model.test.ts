import fc from 'fast-check';
import { test } from 'vitest';
import { maxTunedWindowBytes } from '../../src/wire/limits.ts';
import { Link, type StreamListener } from '../../src/wire/link.ts';
import { Session } from '../../src/wire/session.ts';
import type { Side } from '../../src/wire/violation.ts';
import { must } from './wire-bytes.ts';

/**
 * Two links and the WebSocket between them, which is lost at any moment, with whatever is on its way, noticed by one end or by both, and
 * comes back; and a model of what two honest users have sent and read. Whatever they do, all arrives once and in order.
 */

const windowBytes = 2_000;
const chunkMax = 3_000;

/** Runs of the model; each has up to 120 steps. */
const runs = Math.ceil(Number(process.env['WX_DEV_FUZZ_CASES'] ?? 300) / 2);

const other = (side: Side): Side => (side === 'client' ? 'relay' : 'client');

/** The byte at `offset` of what `from` sends on `stream`: any loss, doubling or mix-up shows. */
const byteAt = (from: Side, stream: number, offset: number): number =>
  (offset * 31 + (offset >> 8) * 7 + stream * 13 + (from === 'client' ? 101 : 0)) & 0xff;

function say(isSo: boolean, what: string): void {
  must(isSo, what, new Uint8Array());
}

/** One end's half of a stream, as its honest user sees it. */
class Half implements StreamListener {
  readonly #world: World;
  readonly #at: Side;
  readonly #id: number;
  written = 0;
  mayWrite = true;
  isEnded = false;
  received = 0;
  consumed = 0;
  sawEnd = false;
  hasHead = false;
  isGone = false;

  constructor(world: World, at: Side, id: number) {
    this.#world = world;
    this.#at = at;
    this.#id = id;
  }

  head(head: Buffer): void {
    say(!this.hasHead && head.toString() === `response ${this.#id}`, 'a head of another stream');
    this.hasHead = true;
  }

  info(head: Buffer): void {
    say(head.toString() === `info ${this.#id}`, 'an informational head of another stream');
  }

  data(chunk: Buffer): void {
    say(!this.sawEnd && !this.isGone, 'data after the end');
    for (const [i, byte] of chunk.entries())
      if (byte !== byteAt(other(this.#at), this.#id, this.received + i))
        throw new Error('wrong byte');
    this.received += chunk.length;
    // Once a round trip was measured, windows may grow.
    const most = this.#world.now > 0 ? maxTunedWindowBytes : windowBytes;
    say(this.received - this.consumed <= most, 'more than the window');
  }

  end(): void {
    say(!this.sawEnd && !this.isGone, 'two ends');
    this.sawEnd = true;
  }

  reset(): void {
    say(this.#world.resets.has(this.#id), 'a reset that nobody sent');
    this.isGone = true;
  }

  writable(): void {
    say(!this.mayWrite, 'writable without having waited');
    this.mayWrite = true;
  }

  flush(): void {
    this.#world.flushes += 1;
  }
}

/** One end: its link, and the messages it has sent that have not come yet. */
class End {
  readonly link: Link;
  readonly session: Session;
  readonly halves = new Map<number, Half>();
  inFlight: { message: Buffer; sent: () => void }[] = [];

  constructor(world: World, at: Side) {
    this.session = new Session({
      role: at,
      now: 0,
      limits: { windowBytes, maxStreams: 4 },
      isResumable: true,
    });
    this.link = new Link({
      session: this.session,
      sink: this.newSink(),
      listener: {
        open: (stream, head) => {
          say(head.toString() === `request ${stream}`, 'a request of another stream');
          say(!this.halves.has(stream), 'a request that came twice');
          const half = new Half(world, at, stream);
          this.halves.set(stream, half);
          this.link.accept(stream, half);
        },
        goAway: () => say(false, 'a farewell that nobody said'),
        // What an end does then: it gives up the WebSocket.
        dead: () => this.link.suspend(),
      },
      schedule: (flush) => world.pending.push(flush),
      resumablePeer: other(at),
    });
  }

  /** A WebSocket in place of the one before, with which all is lost that was on its way. */
  newSink() {
    const inFlight: typeof this.inFlight = [];
    this.inFlight = inFlight;
    return {
      get bufferedAmount() {
        return inFlight.reduce((sum, { message }) => sum + message.length, 0);
      },
      send: (message: Uint8Array, sent: () => void) => {
        // The network has its own copy, as sockets do.
        inFlight.push({ message: Buffer.from(message), sent });
      },
    };
  }
}

class World {
  readonly pending: (() => void)[] = [];
  readonly resets = new Set<number>();
  readonly ends: Record<Side, End> = {
    client: new End(this, 'client'),
    relay: new End(this, 'relay'),
  };
  now = 0;
  flushes = 0;
  isUp = true;

  settle(): void {
    for (let flush = this.pending.shift(); flush; flush = this.pending.shift()) flush();
  }

  open(): void {
    const { link, halves, session } = this.ends.relay;
    if (!link.canOpen) return;
    const id = halves.size + 1;
    const half = new Half(this, 'relay', id);
    halves.set(id, half);
    say(link.open(Buffer.from(`request ${id}`), false, half) === id, 'another id');
    say(session.activeStreams <= 4, 'too many streams');
  }

  /** The stream that `pick` means at `at`, when there is one that is not over there. */
  half(at: Side, pick: number): [number, Half] | undefined {
    const open = [...this.ends[at].halves].filter(([, { isGone }]) => !isGone);
    return open[pick % Math.max(1, open.length)];
  }

  write(at: Side, id: number, half: Half, bytes: number): void {
    if (half.isEnded || !half.mayWrite || (at === 'client' && !half.hasHead)) return;
    const from = half.written;
    const chunk = Uint8Array.from({ length: bytes }, (_, i) => byteAt(at, id, from + i));
    half.written += bytes;
    half.mayWrite = this.ends[at].link.write(id, chunk);
  }

  respond(id: number, half: Half, isInfo: boolean): void {
    if (half.hasHead || half.isEnded) return;
    const { link } = this.ends.client;
    if (isInfo) return link.info(id, Buffer.from(`info ${id}`));
    half.hasHead = true;
    link.head(id, Buffer.from(`response ${id}`), false);
  }

  finishHalf(at: Side, id: number, half: Half): void {
    if (half.isEnded || (at === 'client' && !half.hasHead)) return;
    half.isEnded = true;
    this.ends[at].link.end(id);
  }

  consume(at: Side, id: number, half: Half, share: number): void {
    const bytes = Math.floor((half.received - half.consumed) * share);
    half.consumed += bytes;
    this.ends[at].link.consumed(id, bytes);
  }

  reset(at: Side, id: number, half: Half): void {
    half.isGone = true;
    this.resets.add(id);
    this.ends[at].link.reset(id, 'cancelled');
  }

  /** Brings up to `count` messages of `from` to the other end. */
  deliver(from: Side, count: number): void {
    const to = this.ends[other(from)];
    for (let left = count; left > 0 && this.isUp; left--) {
      const next = this.ends[from].inFlight.shift();
      if (!next) return;
      // Who has given its WebSocket up hears no more on it.
      if (!to.link.isSuspended) to.link.receive(next.message, this.now);
      next.sent();
      this.settle();
    }
  }

  /** The WebSocket is lost; `noticed` says which ends know. */
  cut(noticed: readonly Side[]): void {
    this.isUp = false;
    for (const side of noticed) this.ends[side].link.suspend();
  }

  resume(): void {
    const { client, relay } = this.ends;
    this.isUp = true;
    // Nobody dials again before noticing; a relay may not have noticed when it is dialled.
    for (const end of [client, relay]) end.link.suspend();
    const relayHas = relay.link.received;
    say(relay.link.resume(relay.newSink(), client.link.received, this.now), 'the relay refuses');
    say(client.link.resume(client.newSink(), relayHas, this.now), 'the client refuses');
  }

  tick(ms: number): void {
    this.now += ms + 1;
    for (const { link } of Object.values(this.ends)) link.tick(this.now);
  }

  /** Lets every user finish and the network deliver everything. */
  finish(): void {
    const { client, relay } = this.ends;
    for (let rounds = 0; rounds < 1_000; rounds++) {
      if (!this.isUp || client.link.isSuspended || relay.link.isSuspended) this.resume();
      for (const at of ['client', 'relay'] as const) {
        for (const [id, half] of this.ends[at].halves) {
          if (half.isGone) continue;
          this.consume(at, id, half, 1);
          if (at === 'client') this.respond(id, half, false);
          this.finishHalf(at, id, half);
        }
        this.settle();
        this.deliver(at, Infinity);
      }
      if (client.session.activeStreams + relay.session.activeStreams === 0) return;
    }
    throw new Error('it never ends');
  }

  check(): void {
    say(this.ends.client.halves.size === this.ends.relay.halves.size, 'a request that never came');
    for (const at of ['client', 'relay'] as const) {
      for (const [id, half] of this.ends[at].halves) {
        if (this.resets.has(id)) continue;
        const sent = this.ends[other(at)].halves.get(id)?.written;
        say(half.received === sent && half.sawEnd, `${half.received} of ${sent} bytes`);
      }
    }
  }
}

/** One step; the model says by itself which are possible. */
class Step implements fc.Command<World, World> {
  readonly #name: string;
  readonly #run: (world: World) => void;

  constructor(name: string, run: (world: World) => void) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  run(_model: World, world: World): void {
    this.#run(world);
    world.settle();
  }

  toString(): string {
    return this.#name;
  }
}

const side = fc.constantFrom<Side>('client', 'relay');
const pick = fc.nat(20);
const stepOf = <T>(name: string, given: fc.Arbitrary<T>, run: (world: World, value: T) => void) =>
  given.map((value) => new Step(`${name} ${JSON.stringify(value)}`, (world) => run(world, value)));
const onHalf = (
  name: string,
  run: (world: World, at: Side, id: number, half: Half, size: number) => void,
) =>
  stepOf(
    name,
    fc.record({ at: side, pick, size: fc.nat(chunkMax) }),
    (world, { at, pick: n, size }) => {
      const found = world.half(at, n);
      if (found) run(world, at, found[0], found[1], size);
    },
  );
const respond = (isInfo: boolean) => (world: World, at: Side, id: number, half: Half) => {
  if (at === 'client') world.respond(id, half, isInfo);
};
const deliver = stepOf(
  'deliver',
  fc.record({ from: side, count: fc.integer({ min: 1, max: 4 }) }),
  (world, { from, count }) => world.deliver(from, count),
);
const write = onHalf('write', (world, at, id, half, size) => world.write(at, id, half, size));
const consume = onHalf('consume', (world, at, id, half, size) =>
  world.consume(at, id, half, size / chunkMax),
);
const whoNotices = fc.constantFrom<readonly Side[]>(['client', 'relay'], ['client'], ['relay'], []);

const steps = fc.commands(
  [
    fc.constant(new Step('open', (world) => world.open())),
    fc.constant(new Step('open', (world) => world.open())),
    onHalf('respond', respond(false)),
    onHalf('respond', respond(false)),
    onHalf('inform', respond(true)),
    onHalf('end', (world, at, id, half) => world.finishHalf(at, id, half)),
    onHalf('reset', (world, at, id, half) => world.reset(at, id, half)),
    write,
    write,
    write,
    consume,
    consume,
    deliver,
    deliver,
    deliver,
    deliver,
    stepOf('tick', fc.nat(2_000), (world, ms) => world.tick(ms)),
    stepOf('cut', whoNotices, (world, noticed) => world.cut(noticed)),
    fc.constant(new Step('resume', (world) => world.resume())),
  ],
  { maxCommands: 120, size: '+2' },
);

test('a WebSocket that is lost at any moment and comes back loses nothing and doubles nothing', () => {
  fc.assert(
    fc.property(steps, (commands) => {
      const world = new World();
      fc.modelRun(() => ({ model: world, real: world }), commands);
      world.finish();
      world.check();
    }),
    { numRuns: runs },
  );
});

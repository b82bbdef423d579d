import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sleep } from '../../src/core/abort.ts';
import { PARK_MS } from '../../src/relay/limits.ts';
import { openWire, type Wire } from '../helpers/wire.ts';
import { Load } from './load.ts';
import { hangMs, Stage, type Actor } from './stage.ts';
import { visit } from './visitor.ts';

/**
 * Client, relay and app are killed, frozen and cut off while they work. Whatever happens: nobody waits for more than ten seconds
 * (`hangMs`), no app gets a request twice, no answer has a byte of another one, the neighbours notice nothing, and afterwards
 * everything works again by itself.
 */

interface Cast {
  readonly relay: Actor;
  /** Between the client and the relay. */
  readonly wire: Wire;
  readonly client: Actor;
  readonly origin: Actor;
  readonly load: Load;
}

let shared: Stage;
let sharedRelay: Actor;
let sharedOrigin: Actor;
let scenes = 0;

beforeAll(async () => {
  shared = await Stage.open();
  [sharedRelay, sharedOrigin] = await Promise.all([shared.relay(), shared.origin()]);
  await shared.client('near', `http://127.0.0.1:${sharedRelay.port}`, sharedOrigin.port);
});

afterAll(() => shared[Symbol.asyncDispose]());

/** A tunnel under load, beside its neighbour `near`. `happen` does what it does to the first; `own` is what dies with it. */
async function underLoad(
  happen: (cast: Cast) => Promise<void>,
  own: { relay?: boolean; origin?: boolean; frozenMs?: number } = {},
): Promise<Load> {
  await using stage = await Stage.open();
  const name = `scene${++scenes}`;
  const relay = own.relay ? await stage.relay() : sharedRelay;
  const origin = own.origin ? await stage.origin() : sharedOrigin;
  const wire = stage.use(await openWire(relay.port));
  const client = await stage.client(name, wire.url, origin.port);
  if (own.relay) await stage.client('near', `http://127.0.0.1:${relay.port}`, sharedOrigin.port);
  const load = new Load(relay.port, [name, 'near']);
  await load.answered(name, 50);
  await happen({ relay, wire, client, origin, load });
  for (const each of [name, 'near']) await load.answered(each, 50);
  await load.end();
  // While the relay itself is frozen nobody can be told anything.
  expect(load.longestMs).toBeLessThan(hangMs + (own.frozenMs ?? 0));
  load.checkHandledOnce([...new Set([origin, sharedOrigin])]);
  return load;
}

/**
 * What a tunnel that was away for a moment may have cost: nothing. A machine so busy that the client was back later than the relay
 * waits has its requests told so.
 */
function costOfAMoment(load: Load, client: Actor | undefined): string[] {
  const downMs = (client?.events() ?? []).map((event) => Number(event['downMs'] ?? 0));
  const isMachineSlow = Math.max(0, ...downMs) > PARK_MS / 2;
  return kindsOf(load).filter((kind) => !(isMachineSlow && kind === '503'));
}

/** Waits until `client` has come back so many times. */
async function untilReconnected(client: Actor, times: number): Promise<void> {
  const count = (): number => client.events().filter(({ event }) => event === 'reconnected').length;
  while (count() < times) await sleep(20);
}

/** Statuses and failures, each once. */
function kindsOf(load: Load, name?: string): string[] {
  return [
    ...new Set(load.failures(name).map(({ status, failure }) => failure ?? String(status))),
  ].toSorted();
}

describe.concurrent('client', () => {
  test('SIGKILL, and started again: who waited is told 503, who came later is served', async () => {
    const load = await underLoad(async ({ client }) => {
      await client.kill();
      await client.restart();
    });
    expect(kindsOf(load, 'near')).toEqual([]);
    // What the dead client had begun to answer is cut off; what it had not is told so.
    for (const kind of kindsOf(load))
      expect(kind).toMatch(
        /^(?:503|aborted|the answer was cut off|socket hang up|read ECONNRESET)$/,
      );
  });

  test('SIGSTOP: 503 within ten seconds, and it goes on when it is woken', async () => {
    const load = await underLoad(async ({ client, load: { done } }) => {
      client.freeze();
      const before = done.length;
      // Longer than the relay waits for a sign of life.
      await sleep(13_000);
      expect(done.slice(before).some(({ name, status }) => name !== 'near' && status === 503)).toBe(
        true,
      );
      client.thaw();
    });
    expect(kindsOf(load, 'near')).toEqual([]);
  });

  test('SIGSTOP for two seconds: nobody loses anything', async () => {
    const load = await underLoad(async ({ client }) => {
      client.freeze();
      await sleep(2_000);
      client.thaw();
    });
    expect(kindsOf(load)).toEqual([]);
  });

  test('cut off for a second: nobody loses anything', async () => {
    let cut: Actor | undefined;
    const load = await underLoad(async ({ client, wire }) => {
      cut = client;
      wire.block();
      wire.cut();
      await sleep(1_000);
      wire.open();
    });
    expect(costOfAMoment(load, cut)).toEqual([]);
  });

  test('cut off again and again: nobody loses anything', async () => {
    let cut: Actor | undefined;
    const load = await underLoad(async ({ client, wire }) => {
      cut = client;
      for (let times = 1; times <= 20; times++) {
        wire.cut();
        await untilReconnected(client, times);
      }
    });
    expect(costOfAMoment(load, cut)).toEqual([]);
  });

  test('a network that swallows everything: 503 within ten seconds, then all is well', async () => {
    const load = await underLoad(async ({ wire, load: { done } }) => {
      wire.freeze();
      const before = done.length;
      await sleep(13_000);
      expect(done.slice(before).some(({ name, status }) => name !== 'near' && status === 503)).toBe(
        true,
      );
      wire.thaw();
    });
    expect(kindsOf(load, 'near')).toEqual([]);
  });

  test('a network that swallows everything for three seconds: nobody loses anything', async () => {
    const load = await underLoad(async ({ wire }) => {
      wire.freeze();
      await sleep(3_000);
      wire.thaw();
    });
    expect(kindsOf(load)).toEqual([]);
  });
});

describe.concurrent('relay', () => {
  test('SIGKILL, and started again: both tunnels are back under their names', async () => {
    await underLoad(
      async ({ relay }) => {
        await relay.kill();
        await relay.restart();
      },
      { relay: true },
    );
  });

  test('SIGSTOP for three seconds: nobody loses anything', async () => {
    const load = await underLoad(
      async ({ relay }) => {
        relay.freeze();
        await sleep(3_000);
        relay.thaw();
      },
      { relay: true },
    );
    expect(kindsOf(load)).toEqual([]);
  });

  test('SIGSTOP for twelve seconds: when it is woken everything goes on', async () => {
    const load = await underLoad(
      async ({ relay }) => {
        relay.freeze();
        await sleep(12_000);
        relay.thaw();
      },
      { relay: true, frozenMs: 12_000 },
    );
    expect(load.failures().filter(({ ms }) => ms > hangMs)).toEqual([]);
  });

  test('SIGTERM, and started again: what it had taken is answered', async () => {
    const load = await underLoad(
      async ({ relay }) => {
        relay.process.kill('SIGTERM');
        await relay.process.exited;
        await relay.restart();
      },
      { relay: true },
    );
    // Refused connections while it is away, and those reset before they were made, are nobody's loss: nothing was taken.
    const taken = load
      .failures()
      .filter(({ failure }) => !/ECONNREFUSED|^connect ECONNRESET/.test(failure ?? ''));
    for (const { status, failure } of taken)
      expect(failure ?? status).toMatch(/^(?:503|aborted|socket hang up|read ECONNRESET)$/);
  });
});

describe.concurrent('app', () => {
  test('SIGKILL, and started again: 502 meanwhile', async () => {
    const load = await underLoad(
      async ({ origin }) => {
        await origin.kill();
        await sleep(1_000);
        await origin.restart();
      },
      { origin: true },
    );
    expect(kindsOf(load, 'near')).toEqual([]);
    expect(load.failures().some(({ status }) => status === 502)).toBe(true);
  });

  test('SIGSTOP: visitors with patience are served later, each once; those without leave nothing behind', async () => {
    const load = await underLoad(
      async ({ origin, relay, load }) => {
        origin.freeze();
        const impatient = Array.from({ length: 50 }, () =>
          visit({ port: relay.port, name: load.names[0] ?? '', path: '/echo', timeoutMs: 2_000 }),
        );
        expect((await Promise.all(impatient)).filter(({ status }) => status !== 0)).toEqual([]);
        origin.thaw();
      },
      { origin: true },
    );
    expect(kindsOf(load)).toEqual([]);
  });
});

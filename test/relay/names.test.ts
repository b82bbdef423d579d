import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import {
  GRACE_MS,
  MAX_NAMES,
  MAX_NAMES_PER_HOLDER,
  MAX_PARKED,
  MAX_PARKED_PER_NAME,
  MAX_PARKED_UNKNOWN,
  RESERVATION_MS,
  STARTUP_MS,
} from '../../src/relay/limits.ts';
import { NameRegistry, type NameStore, type Reservation } from '../../src/relay/names.ts';

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return isWxDevError(error) ? error.code : 'other';
  }
};

test('a name goes from unknown to up, expected, away and, after days, to whoever asks', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  expect(names.find('app', 0).type).toBe('unknown');
  names.claim('app', 'me', 'client', 0);
  expect(names.find('app', 0)).toEqual({ type: 'up', client: 'client' });
  expect(names.release('app', 'client', true, 1_000)).toBe(true);
  expect(names.find('app', 1_000 + GRACE_MS - 1).type).toBe('expected');
  expect(names.find('app', 1_000 + GRACE_MS).type).toBe('away');
  const lapse = 1_000 + RESERVATION_MS;
  expect(codeOf(() => names.claim('app', 'you', 'other', lapse - 1))).toBe('WXD4004');
  expect(names.find('app', lapse).type).toBe('unknown');
  expect(names.claim('app', 'you', 'other', lapse).replaced).toBeUndefined();
});

test('a client that said goodbye is not expected', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  names.claim('app', 'me', 'client', 0);
  names.release('app', 'client', false, 5);
  expect(names.find('app', 5).type).toBe('away');
});

test('the newest client of an owner has the name; the late end of the older one changes nothing', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  names.claim('app', 'me', 'older', 0);
  expect(names.claim('APP', 'me', 'newer', 1)).toEqual({ name: 'app', replaced: 'older' });
  expect(names.release('app', 'older', true, 2)).toBe(false);
  expect(names.find('app', 2)).toEqual({ type: 'up', client: 'newer' });
});

test('whoever waits is told once, and whoever stopped waiting is not', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  const told: string[] = [];
  names.wait('app', (client) => told.push(`first ${client}`));
  const stop = names.wait('app', (client) => told.push(`second ${client}`));
  stop?.();
  stop?.();
  names.claim('app', 'me', 'client', 0);
  expect(told).toEqual([]);
  names.announce('app');
  names.announce('app');
  expect(told).toEqual(['first client']);
});

test('only so many may wait, and each that stops makes room', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  for (let i = 0; i < 7; i++) names.claim(`n${i}`, 'me', 'client', 0);
  const stops = Array.from({ length: MAX_PARKED }, (_, i) =>
    names.wait(`n${i % 7}`, () => undefined),
  );
  expect(stops).not.toContain(undefined);
  expect(names.wait('app', () => undefined)).toBeUndefined();
  stops[0]?.();
  expect(names.wait('app', () => undefined)).toBeTypeOf('function');
  names.announce('n1');
  for (const stop of stops) stop?.();
  const again = Array.from({ length: MAX_PARKED }, (_, i) =>
    names.wait(`n${i % 7}`, () => undefined),
  );
  expect(again.filter((stop) => stop === undefined)).toHaveLength(1);
});

test('neither one name nor any number of unknown ones take the places of the others', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  names.claim('busy', 'me', 'client', 0);
  names.claim('app', 'me', 'client', 0);
  const park = (nameOf: (i: number) => string): number =>
    Array.from({ length: MAX_PARKED }, (_, i) => names.wait(nameOf(i), () => undefined)).filter(
      (stop) => stop !== undefined,
    ).length;
  expect(park((i) => `unknown${i}`)).toBe(MAX_PARKED_UNKNOWN);
  expect(park(() => 'busy')).toBe(MAX_PARKED_PER_NAME);
  expect(names.wait('app', () => undefined)).toBeTypeOf('function');
  // The name's client has come: its places are free.
  names.announce('busy');
  expect(park(() => 'busy')).toBe(MAX_PARKED_PER_NAME);
  names.claim('unknown0', 'me', 'client', 0);
  names.announce('unknown0');
  expect(names.wait('other', () => undefined)).toBeTypeOf('function');
  expect(names.wait('one too many', () => undefined)).toBeUndefined();
});

test('with no room left nobody loses a name to somebody else; owners may change their own', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  names.claim('in-use', 'me', 'client', 0);
  names.claim('oldest', 'me', 'client', 0);
  names.release('oldest', 'client', true, 1);
  for (let i = 0; i < MAX_NAMES - 2; i++) {
    names.claim(`n${i}`, `owner ${i % 20}`, 'client', 2);
    names.release(`n${i}`, 'client', true, 2);
  }
  expect(codeOf(() => names.claim('new', 'thief', 'client', 3))).toBe('WXD4011');
  expect(codeOf(() => names.claim(undefined, 'thief', 'client', 3))).toBe('WXD4011');
  expect(names.find('oldest', 3).type).toBe('expected');
  expect(names.claim('new', 'me', 'client', 3).name).toBe('new');
  expect(names.find('oldest', 3).type).toBe('unknown');
  expect(names.find('in-use', 3).type).toBe('up');
  expect(names.find('n0', 3).type).toBe('expected');
  expect(codeOf(() => names.claim('another', 'me', 'client', 3))).toBe('WXD4011');
  expect(names.claim('n0', 'owner 0', 'back', 3).name).toBe('n0');
  expect(names.claim('late', 'thief', 'client', 2 + RESERVATION_MS).name).toBe('late');
});

test('whoever has one token gets only so many names, and leaves those of others alone', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  const take = (name: string, owner: string, holder?: string): string =>
    names.claim(name, owner, 'client', 1, holder).name;
  // Ever new owners, as one token may bring.
  for (let i = 0; i < MAX_NAMES_PER_HOLDER; i++) {
    take(`n${i}`, `owner ${i}`, 'token:aa');
    if (i % 2 === 0) names.release(`n${i}`, 'client', true, 1);
  }
  expect(codeOf(() => take('new', 'owner', 'token:aa'))).toBe('WXD4050');
  expect(codeOf(() => names.claim(undefined, 'x', 'client', 1, 'token:aa'))).toBe('WXD4050');
  // A name that is there goes on, and another token is not held to it.
  expect(take('n0', 'owner 0', 'token:aa')).toBe('n0');
  expect(take('other', 'owner', 'token:bb')).toBe('other');
  expect(take('one-more', 'owner')).toBe('one-more');
  // An owner gives up one of its own that is not in use, and no other.
  expect(take('newer', 'owner 2', 'token:aa')).toBe('newer');
  expect(names.find('n2', 1).type).toBe('unknown');
  expect(codeOf(() => take('newest', 'owner 3', 'token:aa'))).toBe('WXD4050');
  // To move names from one token to another is to take them.
  expect(codeOf(() => take('other', 'owner', 'token:aa'))).toBe('WXD4050');
  expect(names.find('other', 1).type).toBe('up');
  // What has lapsed counts no more.
  expect(names.claim('late', 'x', 'client', 1 + RESERVATION_MS, 'token:aa').name).toBe('late');
});

test('whose token a name was taken with is known to the next run', () => {
  const kept = new Map<string, Reservation>();
  const store: NameStore = {
    load: async () => [...kept.values()],
    keep: (reservation) => void kept.set(reservation.name, reservation),
    forget: (name) => void kept.delete(name),
    close: async () => undefined,
  };
  const first = new NameRegistry<string>({ relay: 'r', now: 0, store });
  for (let i = 0; i < MAX_NAMES_PER_HOLDER; i++)
    first.claim(`n${i}`, `owner ${i}`, 'client', 0, 'token:aa');
  const second = new NameRegistry<string>({ relay: 'r', now: 0, store });
  // One that was kept by a relay that did not note it counts as its owner's.
  second.restore(
    [...kept.values()].map((each, i) => (i === 0 ? { ...each, holder: undefined } : each)),
  );
  second.claim('a', 'x', 'client', 1, 'token:aa');
  expect(codeOf(() => second.claim('b', 'x', 'client', 1, 'token:aa'))).toBe('WXD4050');
});

test('gives out random names that are free and valid', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 0 });
  const given = new Set<string>();
  for (let i = 0; i < 200; i++) given.add(names.claim(undefined, 'me', 'client', 0).name);
  expect(given.size).toBe(200);
  for (const name of given) expect(name).toMatch(/^[a-z][a-z0-9]{7}$/);
});

test('is starting up for a while only', () => {
  const names = new NameRegistry<string>({ relay: 'relay', now: 100 });
  expect(names.isStartingUp(100)).toBe(true);
  expect(names.isStartingUp(100 + STARTUP_MS)).toBe(false);
});

/** A store that several registries share, one after the other. */
function memoryStore(): NameStore & { readonly kept: Map<string, Reservation> } {
  const kept = new Map<string, Reservation>();
  return {
    kept,
    load: () => Promise.resolve([...kept.values()]),
    keep: (reservation) => void kept.set(reservation.name, reservation),
    forget: (name) => void kept.delete(name),
    close: () => Promise.resolve(),
  };
}

test('a name survives its relay, for its owner and for nobody else', async () => {
  const store = memoryStore();
  const day = 24 * 3_600_000;
  const first = new NameRegistry<string>({ relay: 'r', now: 50, epochNow: 1_000_000, store });
  first.claim('app', 'me', 'client', 60);
  // Killed: no release. The clock of the next run begins anew.
  const second = new NameRegistry<string>({ relay: 'r', now: 7, epochNow: 1_000_000 + day, store });
  second.restore(await store.load());
  expect(second.find('app', 7).type).toBe('expected');
  expect(second.find('app', 7 + STARTUP_MS).type).toBe('away');
  expect(codeOf(() => second.claim('app', 'you', 'other', 8))).toBe('WXD4004');
  expect(second.claim('app', 'me', 'client', 9).replaced).toBeUndefined();
  expect(second.find('app', 10).type).toBe('up');
  expect(JSON.stringify([...store.kept.values()])).not.toContain('"me"');
});

test('a name that lapsed while its relay was down is free, and forgotten', async () => {
  const store = memoryStore();
  const first = new NameRegistry<string>({ relay: 'r', now: 0, store });
  first.claim('app', 'me', 'client', 0);
  first.release('app', 'client', false, 1_000);
  const epochNow = 1_000 + RESERVATION_MS;
  const second = new NameRegistry<string>({ relay: 'r', now: 0, epochNow, store });
  second.restore(await store.load());
  expect(store.kept.size).toBe(0);
  expect(second.claim('app', 'you', 'other', 1).name).toBe('app');
});

test('a client that stays keeps its name beyond the days that an absent one has', async () => {
  const store = memoryStore();
  const first = new NameRegistry<string>({ relay: 'r', now: 0, store });
  first.claim('app', 'me', 'client', 0);
  first.noteServed(RESERVATION_MS);
  const epochNow = RESERVATION_MS + 1_000;
  const second = new NameRegistry<string>({ relay: 'r', now: 0, epochNow, store });
  second.restore(await store.load());
  expect(codeOf(() => second.claim('app', 'you', 'other', 1))).toBe('WXD4004');
});

test('a clock that was put back keeps no name for longer, and a store too full gives the newest', () => {
  const future = { name: 'app', ownerHash: 'a'.repeat(64), seenAt: 9e15 };
  const names = new NameRegistry<string>({ relay: 'r', now: 0, epochNow: 1_000 });
  const many = Array.from({ length: MAX_NAMES }, (_, i) => ({
    ...future,
    name: `n${i}`,
    seenAt: i,
  }));
  names.restore([future, ...many]);
  expect(names.find('n0', 0).type).toBe('unknown');
  expect(names.find('app', RESERVATION_MS - 1).type).toBe('away');
  expect(names.find('app', RESERVATION_MS).type).toBe('unknown');
});

import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import {
  GRACE_MS,
  MAX_NAMES,
  MAX_PARKED,
  RESERVATION_MS,
  STARTUP_MS,
} from '../../src/relay/limits.ts';
import { NameRegistry } from '../../src/relay/names.ts';

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return isWxDevError(error) ? error.code : 'other';
  }
};

test('a name goes from unknown to up, expected, away and, after days, to whoever asks', () => {
  const names = new NameRegistry<string>('relay', 0);
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
  const names = new NameRegistry<string>('relay', 0);
  names.claim('app', 'me', 'client', 0);
  names.release('app', 'client', false, 5);
  expect(names.find('app', 5).type).toBe('away');
});

test('the newest client of an owner has the name; the late end of the older one changes nothing', () => {
  const names = new NameRegistry<string>('relay', 0);
  names.claim('app', 'me', 'older', 0);
  expect(names.claim('APP', 'me', 'newer', 1)).toEqual({ name: 'app', replaced: 'older' });
  expect(names.release('app', 'older', true, 2)).toBe(false);
  expect(names.find('app', 2)).toEqual({ type: 'up', client: 'newer' });
});

test('whoever waits is told once, and whoever stopped waiting is not', () => {
  const names = new NameRegistry<string>('relay', 0);
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
  const names = new NameRegistry<string>('relay', 0);
  const stops = Array.from({ length: MAX_PARKED }, (_, i) =>
    names.wait(`n${i % 7}`, () => undefined),
  );
  expect(names.wait('app', () => undefined)).toBeUndefined();
  stops[0]?.();
  expect(names.wait('app', () => undefined)).toBeTypeOf('function');
  names.claim('n1', 'me', 'client', 0);
  names.announce('n1');
  for (const stop of stops) stop?.();
  const again = Array.from({ length: MAX_PARKED }, () => names.wait('z', () => undefined));
  expect(again.filter((stop) => stop === undefined)).toHaveLength(1);
});

test('forgets the name that has been away the longest, never one in use', () => {
  const names = new NameRegistry<string>('relay', 0);
  names.claim('in-use', 'me', 'client', 0);
  names.claim('oldest', 'me', 'client', 0);
  names.release('oldest', 'client', true, 1);
  for (let i = 0; i < MAX_NAMES - 1; i++) {
    names.claim(`n${i}`, 'me', 'client', 2);
    names.release(`n${i}`, 'client', true, 2);
  }
  expect(names.find('in-use', 3).type).toBe('up');
  expect(names.find('oldest', 3).type).toBe('unknown');
  expect(names.find('n0', 3).type).toBe('expected');
});

test('gives out random names that are free and valid', () => {
  const names = new NameRegistry<string>('relay', 0);
  const given = new Set<string>();
  for (let i = 0; i < 200; i++) given.add(names.claim(undefined, 'me', 'client', 0).name);
  expect(given.size).toBe(200);
  for (const name of given) expect(name).toMatch(/^[a-z][a-z0-9]{7}$/);
});

test('is starting up for a while only', () => {
  const names = new NameRegistry<string>('relay', 100);
  expect(names.isStartingUp(100)).toBe(true);
  expect(names.isStartingUp(100 + STARTUP_MS)).toBe(false);
});

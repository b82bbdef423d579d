import { expect, test } from 'vitest';
import { StreamTable } from '../../src/wire/stream-table.ts';

test('it holds what a Map would, whatever comes and goes', () => {
  const table = new StreamTable<string>();
  const model = new Map<number, string>();
  // Mulberry32: the same numbers every time.
  let state = 42;
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  let newest = 0;
  for (let step = 0; step < 20_000; step += 1) {
    const grows = Math.floor(step / 2_000) % 2 === 0;
    const some = [...model.keys()];
    if (random(10) < (grows ? 6 : 3) && model.size < 512) {
      // Mostly in a row; now and then far away, and with bits that only a u32 has.
      newest += random(50) === 0 ? random(100_000_000) : 1;
      const id = newest % 0xffff_ffff || 1;
      table.set(id, `${id}`);
      model.set(id, `${id}`);
    } else {
      const id = some[random(some.length + 1)] ?? random(newest + 1) + 1;
      expect(table.delete(id)).toBe(model.delete(id));
    }
    const asked = some[random(some.length + 1)] ?? newest + 1;
    expect(table.get(asked)).toBe(model.get(asked));
    expect(table.size).toBe(model.size);
    if (step % 1_000 === 0)
      expect(table.values().toSorted()).toEqual([...model.values()].toSorted());
  }
});

test('it can be emptied, and filled again', () => {
  const table = new StreamTable<number>();
  expect(table.get(1)).toBeUndefined();
  expect(table.delete(1)).toBe(false);
  for (let id = 1; id <= 300; id += 1) table.set(id, id);
  table.set(7, -7);
  expect(table.size).toBe(300);
  expect(table.get(7)).toBe(-7);
  for (let id = 1; id <= 300; id += 1) expect(table.delete(id)).toBe(true);
  expect(table.values()).toEqual([]);
  table.set(301, 1);
  expect(table.get(301)).toBe(1);
  table.clear();
  expect(table.size).toBe(0);
  expect(table.get(301)).toBeUndefined();
});

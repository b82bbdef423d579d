import { expect, test } from 'vitest';
import { PauseWatch } from '../../src/callback/pause-watch.ts';
import type { Exchange, Verdict } from '../../src/core/exchange.ts';

test('three failures in a row are said once, however many follow', () => {
  const watch = new PauseWatch();
  const types = [0, 5, 10, 15, 20].map((at) => typesOf(watch, 'late', at));
  expect(types).toEqual([[], [], ['paused'], [], []]);
});

test('an answer that WeChat takes starts the count anew', () => {
  const watch = new PauseWatch();
  for (const verdict of [
    'late',
    'failed',
    'ok',
    'late',
    'failed',
    'slow',
    'failed',
    'late',
  ] as const)
    expect(typesOf(watch, verdict, 0)).toEqual([]);
  expect(typesOf(watch, 'failed', 0)).toEqual(['paused']);
});

test('says that pushes are back after a silence, and how long it was', () => {
  const watch = new PauseWatch();
  for (const at of [0, 5, 10]) typesOf(watch, 'failed', at);
  expect(watch.add(exchange('ok', 71))).toEqual([{ type: 'back', afterMs: 61_000 }]);
  expect(watch.add(exchange('ok', 140))).toEqual([]);
});

test('what comes back failing can pause again', () => {
  const watch = new PauseWatch();
  for (const at of [0, 5, 10]) typesOf(watch, 'failed', at);
  expect([70, 75, 80].map((at) => typesOf(watch, 'failed', at))).toEqual([
    ['back'],
    [],
    ['paused'],
  ]);
});

test('what was not paused is not said to be back', () => {
  const watch = new PauseWatch();
  for (const at of [0, 5, 10]) typesOf(watch, 'failed', at);
  expect(typesOf(watch, 'ok', 15)).toEqual([]);
  expect(typesOf(watch, 'ok', 90)).toEqual([]);
});

test('what anybody could have sent, and pages, do not count', () => {
  const watch = new PauseWatch();
  for (let index = 0; index < 9; index += 1) {
    expect(watch.add(exchange('rejected', 0))).toEqual([]);
    for (const type of ['verify', 'http', 'unknown'])
      expect(watch.add({ ...exchange('failed', 0), type })).toEqual([]);
  }
});

function typesOf(watch: PauseWatch, verdict: Verdict, at: number): string[] {
  return watch.add(exchange(verdict, at)).map(({ type }) => type);
}

function exchange(verdict: Verdict, seconds: number): Exchange {
  return {
    id: 1,
    type: 'text',
    attempt: 1,
    verdict,
    startedAt: seconds * 1000,
    ms: 0,
    status: 200,
    warnings: [],
    request: { method: 'POST', url: '/wx', headers: [], body: Buffer.alloc(0), truncated: false },
  };
}

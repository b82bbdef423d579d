import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { sleep } from '../../src/core/abort.ts';
import { interruptedBy, listenForSignals } from '../../src/cli/signals.ts';

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'];

test.each(NAMES)('the first %s aborts, the second ends the process at once', async (name) => {
  const process = new FakeProcess();
  await using interrupt = listenForSignals(process.asProcess());
  expect(interrupt.signal.aborted).toBe(false);
  process.emit(name, name);
  expect(interrupt.signal.aborted).toBe(true);
  expect(process.exits).toEqual([]);
  process.emit(name, name);
  expect(process.exits).toEqual([130]);
});

test('two different signals are two signals', async () => {
  const process = new FakeProcess();
  await using interrupt = listenForSignals(process.asProcess());
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGINT', 'SIGINT');
  expect(interrupt.signal.aborted).toBe(true);
  expect(process.exits).toEqual([130]);
});

test('leaves no listener behind', async () => {
  const process = new FakeProcess();
  {
    await using _interrupt = listenForSignals(process.asProcess());
    expect(NAMES.map((name) => process.listenerCount(name))).toEqual([1, 1, 1]);
  }
  expect(NAMES.map((name) => process.listenerCount(name))).toEqual([0, 0, 0]);
});

test('recognises what an interrupted wait throws, and nothing else', async () => {
  const process = new FakeProcess();
  await using interrupt = listenForSignals(process.asProcess());
  const { signal } = interrupt;
  expect(interruptedBy(signal, new Error('before'))).toBe(false);
  const waits = [
    sleep(60_000, { signal }),
    // Wraps the reason as the cause of an AbortError.
    (await import('node:timers/promises')).setTimeout(60_000, undefined, { signal }),
  ].map((wait) => wait.then(undefined, (error: unknown) => error));
  process.emit('SIGINT', 'SIGINT');
  for (const wait of waits) expect(interruptedBy(signal, await wait)).toBe(true);
  expect(interruptedBy(signal, new Error('wrapped', { cause: signal.reason }))).toBe(true);
  expect(interruptedBy(signal, new Error('a bug at the same time'))).toBe(false);
  expect(interruptedBy(signal, undefined)).toBe(false);
});

class FakeProcess extends EventEmitter {
  readonly exits: unknown[] = [];
  exit(code: unknown): void {
    this.exits.push(code);
  }
  asProcess(): NodeJS.Process {
    return this as unknown as NodeJS.Process; // Only the events and `exit` are used.
  }
}

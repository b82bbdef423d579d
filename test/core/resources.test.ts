import { expect, test } from 'vitest';
import { Resources } from '../../src/core/resources.ts';

test('closes in reverse order, each after the one before has finished', async () => {
  const resources = new Resources();
  const log: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    const thing = {
      close: async () => {
        log.push(`closing ${name}`);
        await Promise.resolve();
        log.push(`closed ${name}`);
      },
    };
    expect(resources.use(thing)).toBe(thing);
  }
  await resources.close();
  expect(log).toEqual(
    ['third', 'second', 'first'].flatMap((name) => [`closing ${name}`, `closed ${name}`]),
  );
});

test('closes once, however often and however concurrently it is asked to', async () => {
  const resources = new Resources();
  let count = 0;
  resources.defer(() => (count += 1));
  await Promise.all([resources.close(), resources.close(), resources[Symbol.asyncDispose]()]);
  await resources.close();
  expect(count).toBe(1);
});

test('closes what is left although one fails, and throws what failed', async () => {
  const resources = new Resources();
  const failure = new Error('cannot');
  const log: string[] = [];
  resources.defer(() => log.push('first'));
  resources.defer(() => Promise.reject(failure));
  resources.defer(() => log.push('third'));
  await expect(resources.close()).rejects.toBe(failure);
  expect(log).toEqual(['third', 'first']);
});

test('throws every failure when there are several', async () => {
  const resources = new Resources();
  const failures = [new Error('one'), new Error('two')];
  for (const failure of failures)
    resources.defer(() => {
      throw failure;
    });
  const thrown = await resources.close().catch((error: unknown) => error);
  expect((thrown as AggregateError).errors).toEqual(failures.toReversed());
});

test('releases what is opened while it closes', async () => {
  const resources = new Resources();
  const log: string[] = [];
  resources.defer(() => {
    log.push('outer');
    resources.defer(() => log.push('late'));
  });
  await resources.close();
  expect(log).toEqual(['outer', 'late']);
});

test('closes at the end of a block, also when the block fails', async () => {
  let closed = false;
  const work = async (): Promise<void> => {
    await using resources = new Resources();
    resources.defer(() => (closed = true));
    throw new Error('half-way');
  };
  await expect(work()).rejects.toThrow('half-way');
  expect(closed).toBe(true);
});

test('nothing to close is closed at once', async () => {
  await expect(new Resources().close()).resolves.toBeUndefined();
});

import { expect, test } from 'vitest';
import { Deliveries, share } from '../../src/callback/deliveries.ts';
import { gate } from './support.ts';

function createDeliveries(): Deliveries<string> {
  let id = 0;
  return new Deliveries(() => (id += 1));
}

test('counts the deliveries of a push, and forgets it a minute after the last one', () => {
  const deliveries = createDeliveries();
  expect(deliveries.arrive('a', 0)).toMatchObject({ id: 1, attempts: 1 });
  expect(deliveries.arrive('b', 0)).toMatchObject({ id: 2, attempts: 1 });
  expect(deliveries.arrive('a', 60_000)).toMatchObject({ id: 1, attempts: 2 });
  expect(deliveries.arrive('a', 120_000)).toMatchObject({ id: 1, attempts: 3 });
  expect(deliveries.arrive('b', 120_000)).toMatchObject({ id: 3, attempts: 1 });
});

test('remembers the latest thousand pushes, and no more than twice as many', () => {
  const deliveries = createDeliveries();
  for (let index = 0; index < 2001; index += 1) deliveries.arrive(`push ${index}`, 0);
  expect(deliveries.arrive('push 2000', 0).attempts).toBe(2);
  expect(deliveries.arrive('push 1001', 0).attempts).toBe(2);
  expect(deliveries.arrive('push 0', 0).attempts).toBe(1);
});

test('shares one run, while it runs and afterwards', async () => {
  const delivery = createDeliveries().arrive('a', 0);
  const release = gate();
  let runs = 0;
  const work = async (): Promise<string> => {
    runs += 1;
    await release.opened;
    return `run ${runs}`;
  };
  const [first, second] = [share(delivery, work), share(delivery, work)];
  release.open();
  expect(await Promise.all([first, second, share(delivery, work)])).toEqual([
    'run 1',
    'run 1',
    'run 1',
  ]);
});

test('does not share a failure with later deliveries, nor what is not to be kept', async () => {
  const delivery = createDeliveries().arrive('a', 0);
  await expect(share(delivery, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const fresh = (text: string) =>
    share(
      delivery,
      async () => text,
      (result) => result !== 'bad',
    );
  expect(await fresh('bad')).toBe('bad');
  expect(await fresh('good')).toBe('good');
  expect(await fresh('unused')).toBe('good');
});

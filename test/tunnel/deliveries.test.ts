import { expect, test } from 'vitest';
import { Deliveries } from '../../src/tunnel/deliveries.ts';

test('a request that the app has had is done; one that it could not get is not, however often', async () => {
  const deliveries = new Deliveries();
  expect(deliveries.find('a')).toBe(false);
  const end = deliveries.begin('a');
  const outcome = deliveries.find('a');
  end('absent');
  expect(await outcome).toBe(false);
  for (let i = 0; i < 10; i++) deliveries.begin('a')('absent');
  expect(deliveries.find('a')).toBe(false);
  deliveries.begin('a')('had');
  expect(deliveries.find('a')).toBe(true);
  expect(deliveries.find('b')).toBe(false);
});

test('a request at which the app breaks off is asked three times, like WeChat, and then holds up nobody', () => {
  const deliveries = new Deliveries();
  const found = [1, 2, 3].map(() => {
    deliveries.begin('crash')('cut');
    return deliveries.find('crash');
  });
  expect(found).toEqual([false, false, true]);
  deliveries.begin('flaky')('cut');
  deliveries.begin('flaky')('had');
  expect(deliveries.find('flaky')).toBe(true);
});

test('remembers more than a relay keeps, and not for ever', () => {
  const deliveries = new Deliveries();
  for (let i = 0; i < 4_097; i++) deliveries.begin(`${i}`)('had');
  expect([deliveries.find('0'), deliveries.find('1'), deliveries.find('4096')]).toEqual([
    false,
    true,
    true,
  ]);
});

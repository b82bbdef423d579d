import { expect, test } from 'vitest';
import { startReminder } from '../../src/dev/remind.ts';

const url = 'https://k3v9q.relay.example.com/wx';

test('says once that nobody has called, and in whole minutes', async () => {
  const said: string[] = [];
  const first = new Promise<void>((resolve) => {
    startReminder(url, 5, ({ code, details }) => {
      said.push(`${code} ${details.url} ${details.minutes}`);
      resolve();
    });
  });
  const awake = setInterval(() => undefined, 1000); // The reminder alone keeps no process alive.
  await first;
  clearInterval(awake);
  expect(said).toEqual([`WXD3014 ${url} 1`]);
});

test.each(['called', 'close'] as const)('says nothing after %s', async (end) => {
  let said = 0;
  const reminder = startReminder(url, 20, () => (said += 1));
  await reminder[end]();
  // A later timer of the same length fires after it.
  await new Promise((resolve) => {
    setTimeout(resolve, 40);
  });
  expect(said).toBe(0);
});

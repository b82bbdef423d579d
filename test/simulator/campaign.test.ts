import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { runCampaign } from '../../src/simulator/campaign.ts';

test('many at once may listen to the signal that ends them, without a warning of Node', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const interruption = new AbortController();
  const { signal } = interruption;
  const campaign = runCampaign({
    times: 20,
    concurrency: 20,
    signal,
    send: async () => {
      await once(signal, 'abort');
      throw signal.reason;
    },
  });
  expect(getEventListeners(signal, 'abort')).toHaveLength(20);
  interruption.abort();
  expect(await campaign).toMatchObject({ interrupted: true });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

import { mergeConfig } from 'vitest/config';
import general from '../vitest.config.ts';

/** `npm run faults`: relay, clients and app as processes of their own, which are killed, frozen and cut off while they work. */
export default mergeConfig(general, {
  test: {
    root: import.meta.dirname,
    include: ['**/*.faults.ts'],
    testTimeout: 170_000,
    hookTimeout: 120_000,
    // Most of these tests wait for clocks of the protocol and not for the processor.
    maxWorkers: 5,
    maxConcurrency: 7,
  },
});

import { mergeConfig } from 'vitest/config';
import general from '../vitest.config.ts';

/** `npm run faults`: relay, clients and app as processes of their own, which are killed, frozen and cut off while they work. */
export default mergeConfig(general, {
  test: {
    root: import.meta.dirname,
    include: ['**/*.faults.ts'],
    // For hangs only: what may take how long is said in the tests.
    testTimeout: 400_000,
    hookTimeout: 120_000,
    // Most of these tests wait for clocks of the protocol and not for the processor.
    maxWorkers: 4,
    maxConcurrency: 7,
  },
});

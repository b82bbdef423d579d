import { mergeConfig } from 'vitest/config';
import general from '../vitest.config.ts';

/** `npm run fuzz`: the same tests as in `npm test`, with many more cases, and what takes minutes. */
export default mergeConfig(general, {
  test: {
    root: import.meta.dirname,
    testTimeout: 600_000,
    env: {
      WX_DEV_FUZZ_CASES: process.env['WX_DEV_FUZZ_CASES'] ?? '20000',
      WX_DEV_HEAP_PUSHES: process.env['WX_DEV_HEAP_PUSHES'] ?? '1000000',
    },
  },
});

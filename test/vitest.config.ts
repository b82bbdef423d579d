import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    exclude: ['**/fixtures/**'],
    // Tests start real processes and servers on two cores: a limit only for hangs, never a speed check.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { WX_DEV_LANG: 'en', NO_COLOR: '1' },
    unstubEnvs: true,
  },
});

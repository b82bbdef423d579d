import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants the results as JSON. */
const results = process.env['WX_DEV_TEST_RESULTS'];

export default defineConfig({
  test: {
    root: import.meta.dirname,
    setupFiles: [fileURLToPath(new URL('setup.ts', import.meta.url))],
    include: ['**/*.test.ts'],
    exclude: ['**/fixtures/**', '**/node_modules/**', '**/.venv/**'],
    // Tests start real processes and servers on two cores: a limit only for hangs, never a speed check.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most tests wait for processes and timers: with a file for each core a third of the cores' time would be left.
    maxWorkers: availableParallelism() + 1,
    // In CI some 28,000 tests share a machine that may stall for seconds: a fault fails twice, and vitest marks what it repeated
    // with "retry x1". A case that a property test drew is a fault at once, for the next draw would miss it.
    retry: results === undefined ? 0 : { count: 1, condition: /^(?!Property failed)/ },
    env: { WX_DEV_LANG: 'en', NO_COLOR: '1' },
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
  },
});

import { defineConfig } from 'vitest/config';
import general from '../vitest.config.ts';

/**
 * `npm run templates`: every template from the packed tarball, installed, checked, started and driven as its users will. Three
 * at a time: compilers keep two cores busy, slow work is waited for.
 */
export default defineConfig({
  ...general,
  test: {
    ...general.test,
    root: import.meta.dirname,
    include: ['**/*.templates.ts'],
    globalSetup: ['harness/setup.ts'],
    // A cold build of a Go service with its dependencies takes minutes on two busy cores.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 3,
  },
});

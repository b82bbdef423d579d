import { mergeConfig } from 'vitest/config';
import general from '../vitest.config.ts';

/** `npm run interop`: against implementations nobody here wrote, which `install.mjs` has installed. */
export default mergeConfig(general, {
  test: { root: import.meta.dirname, include: ['**/*.interop.ts'], testTimeout: 180_000 },
});

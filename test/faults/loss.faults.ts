import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const soak = fileURLToPath(new URL('../soak/main.mjs', import.meta.url));

/**
 * A short run of `npm run soak -- loss`: pushes, pushes a second, kills before it may end. With spares: on a busy machine a command
 * may take longer to start than WeChat goes on trying.
 */
const size = ['1000', '80', '4', 'spare'];

test('signed pushes while relay and client are killed and started again: none lost, none handled twice', async () => {
  const run = promisify(execFile)(process.execPath, [soak, 'loss', ...size]);
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const figures = JSON.parse(stdout) as Record<string, unknown>;
  expect(figures).toMatchObject({
    pushesNotAnswered: 0,
    pushesNeverHandled: 0,
    pushesHandledTwice: 0,
    triesDeliveredTwice: 0,
    refusedByTheApp: 0,
  });
  expect(figures['pushes']).toBeGreaterThanOrEqual(1_000);
});

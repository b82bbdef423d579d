import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProgram } from '../helpers/cli.ts';
import { selfSigned } from '../helpers/self-signed.ts';

test('close() in the worst moment leaves no socket, timer or listener, and waits for nobody', async () => {
  const { certPem: cert, keyPem: key } = selfSigned(['localhost']);
  const script = fileURLToPath(new URL('../fixtures/leftovers.mjs', import.meta.url));
  await using child = startProgram(process.execPath, [script, cert, key], { cwd: '/' });
  // It ends by itself: nothing holds it.
  expect(await child.exited, child.stderr()).toBe(0);
  const { ms, left } = JSON.parse(child.stdout()) as { ms: number; left: string[] };
  expect(left).toEqual([]);
  expect(ms).toBeLessThan(10_000);
});

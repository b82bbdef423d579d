import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isReady, startCli } from '../helpers/cli.ts';
import { eventually } from '../helpers/tunnel.ts';

const MODULE = `export default () => {
  Promise.reject(new Error('a forgotten promise'));
  Promise.reject('no error at all');
  setImmediate(() => { throw new Error('a thrown timer'); });
  return 'hi';
};
`;

test('a module that fails where nobody waits for it ends neither serve nor the next push', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'wx-dev-stray-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const env = { WX_DEV_HOME: join(cwd, 'home') };
  await writeFile(join(cwd, 'app.mjs'), MODULE);
  await using serve = startCli(['serve', 'app.mjs', '--json', '--port', '0'], { cwd, env });
  await serve.waitFor(isReady);
  for (let round = 0; round < 2; round++) {
    await using send = startCli(['send', 'text', 'hello'], { cwd, env });
    expect(await send.exited).toBe(0);
  }
  await eventually(() => serve.stderr().split('a thrown timer').length >= 3);
  expect(serve.stderr()).toMatch(/error=a forgotten promise place=\S*app\.mjs:2:/);
  expect(serve.stderr()).toContain('error=no error at all');
  serve.kill('SIGTERM');
  expect(await serve.exited).toBe(0);
});

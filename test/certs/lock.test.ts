import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { withLock } from '../../src/certs/lock.ts';
import { makeTemporaryFolder } from './workshop.ts';

test('one at a time, whoever asks', async () => {
  const dir = await makeTemporaryFolder();
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise((done) => setImmediate(done));
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(dir, work)));
  expect(most).toBe(1);
  expect(await readdir(dir)).toEqual([]);
});

test('gives what the work gives, throws what it throws, and lets go either way', async () => {
  const dir = await makeTemporaryFolder();
  expect(await withLock(dir, () => Promise.resolve(42))).toBe(42);
  await expect(withLock(dir, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(await readdir(dir)).toEqual([]);
});

test('takes over what a killed process has left behind', async () => {
  const dir = await makeTemporaryFolder();
  await leaveLock(dir, -60_000);
  const results = await Promise.all([1, 2, 3].map((n) => withLock(dir, async () => n)));
  expect(results).toEqual([1, 2, 3]);
  expect(await readdir(dir)).toEqual([]);
});

test('takes over a lock from a clock that was ahead', async () => {
  const dir = await makeTemporaryFolder();
  await leaveLock(dir, 3_600_000);
  expect(await withLock(dir, async () => 'mine')).toBe('mine');
});

test('waits for a living holder, but not for ever, and leaves its lock alone', async () => {
  const dir = await makeTemporaryFolder();
  await leaveLock(dir, 0);
  const alive = setInterval(() => {
    void utimes(join(dir, '.lock'), new Date(), new Date());
  }, 200);
  onTestFinished(() => clearInterval(alive));
  const waiting = withLock(dir, async () => 'never');
  await expect(waiting).rejects.toMatchObject({ code: 'WXD5020' });
  await stat(join(dir, '.lock'));
});

test('ends the wait when told to', async () => {
  const dir = await makeTemporaryFolder();
  const stop = new AbortController();
  await withLock(dir, async () => {
    const waiting = withLock(dir, async () => 'never', { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
  expect(await readdir(dir)).toEqual([]);
});

test('says what is wrong with a folder that is not there', async () => {
  const dir = join(await makeTemporaryFolder(), 'nowhere');
  await expect(withLock(dir, async () => 1)).rejects.toMatchObject({ code: 'WXD5009' });
});

test('keeps processes apart: no count is lost, also when one of them is killed inside', async () => {
  const dir = await makeTemporaryFolder();
  const counter = join(dir, 'counter');
  await writeFile(counter, '0');
  const script = join(dir, 'count.mjs');
  const module = join(import.meta.dirname, '../../src/certs/lock.ts');
  // jiti runs TypeScript without a build.
  await writeFile(
    script,
    `import { readFile, writeFile } from 'node:fs/promises';
     import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))};
     const jiti = createJiti(${JSON.stringify(pathToFileURL(module).href)});
     const { withLock } = await jiti.import(${JSON.stringify(module)});
     const [dir, die] = process.argv.slice(2);
     if (die) await withLock(dir, () => process.kill(process.pid, 'SIGKILL'));
     for (let n = 0; n < 20; n++) await withLock(dir, async () => {
       const count = Number(await readFile(dir + '/counter', 'utf8'));
       await writeFile(dir + '/counter', String(count + 1));
     });`,
  );
  const codes = await Promise.all(
    ['', '', 'die', ''].map(async (die) => {
      const child = spawn(process.execPath, [script, dir, ...(die ? [die] : [])], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      return code ?? signal;
    }),
  );
  expect(codes).toEqual([0, 0, 'SIGKILL', 0]);
  expect(await readFile(counter, 'utf8')).toBe('60');
});

async function leaveLock(dir: string, ageMs: number): Promise<void> {
  const path = join(dir, '.lock');
  await writeFile(path, '');
  const time = new Date(Date.now() + ageMs);
  await utimes(path, time, time);
}

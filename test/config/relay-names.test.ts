import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RelayNames } from '../../src/config/relay-names.ts';
import type { WxDevError } from '../../src/core/errors.ts';

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-names-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const never = (error: WxDevError): void => {
  throw error;
};
const one = {
  name: 'app',
  ownerHash: 'a'.repeat(64),
  holder: 'token:0123456789ab',
  seenAt: 1_700_000_000_000,
};

test('what one run keeps the next one knows, in a file for its owner alone', async () => {
  const file = join(await folder(), 'relay', 'names', 'localhost.json');
  const first = new RelayNames(file, never);
  expect(await first.load()).toEqual([]);
  first.keep(one);
  first.keep({ ...one, name: 'gone' });
  first.forget('gone');
  await first.close();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(file, '..'))).toEqual(['localhost.json']);
  const second = new RelayNames(file, never);
  expect(await second.load()).toEqual([one]);
  second.forget('app');
  await second.close();
  expect(await new RelayNames(file, never).load()).toEqual([]);
});

test('the file is whole at every moment, however often it is written', async () => {
  const file = join(await folder(), 'names.json');
  const names = new RelayNames(file, never);
  let isDone = false;
  const writing = (async () => {
    for (let i = 0; i < 200; i++) {
      names.keep({ ...one, name: `n${i}` });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await names.close();
    isDone = true;
  })();
  while (!isDone) {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  }
  await writing;
  expect(await new RelayNames(file, never).load()).toHaveLength(200);
});

test.each([
  '',
  'x',
  '[]',
  '{"version":2,"names":[]}',
  '{"version":1,"names":{}}',
  '{"version":1,"names":[{"name":"app"}]}',
  `{"version":1,"names":[{"name":"../x","ownerHash":"${'a'.repeat(64)}","seenAt":1}]}`,
  `{"version":1,"names":[{"name":"app","ownerHash":"short","seenAt":1}]}`,
])('a damaged file is named, not taken for an empty one: %j', async (text) => {
  const file = join(await folder(), 'names.json');
  await writeFile(file, text);
  await expect(new RelayNames(file, never).load()).rejects.toMatchObject({
    code: 'WXD6004',
    details: { path: file },
  });
});

test('a file that cannot be written is told of, and tried again with the next change', async () => {
  const dir = await folder();
  const file = join(dir, 'inside', 'names.json');
  // A file where the folder should be: also root cannot write there.
  await writeFile(join(dir, 'inside'), '');
  await chmod(dir, 0o700);
  const told: string[] = [];
  const names = new RelayNames(file, (error) => told.push(error.code));
  names.keep(one);
  await names.close();
  expect(told).toEqual(['WXD6008']);
  await rm(join(dir, 'inside'));
  names.keep(one);
  await names.close();
  expect(await new RelayNames(file, never).load()).toEqual([one]);
});

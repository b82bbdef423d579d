import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import {
  findRunning,
  removeRunningFile,
  runningFile,
  writeJsonFile,
  type RunningInfo,
} from '../../src/dev/running-file.ts';

const info: RunningInfo = {
  pid: 4321,
  local: 'http://127.0.0.1:4180',
  public: null,
  path: '/wx',
  mode: 'safe',
};

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev 运行 '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('what runs in a project', () => {
  test('is found while its process lives', async () => {
    await writeJsonFile(runningFile(dir), info);
    expect(await findRunning(dir, (pid) => pid === info.pid)).toEqual(info);
  });

  test('is forgotten, file and all, when its process is dead', async () => {
    await writeJsonFile(runningFile(dir), info);
    expect(await findRunning(dir, () => false)).toBeUndefined();
    expect(await readdir(dir)).toEqual([]);
  });

  test.each([
    ['no file', undefined],
    ['an empty file', ''],
    ['half a file', '{"pid": 4321, "local"'],
    ['no object', 'null'],
    ['another object', '{"pid": "4321"}'],
    ['an array', '[]'],
    ['a pid that means every process', '{"pid":-1,"local":"http://a","path":"/","mode":"plain"}'],
    ['a pid that means our own group', '{"pid":0,"local":"http://a","path":"/","mode":"plain"}'],
    ['a mode nobody knows', '{"pid":1,"local":"http://a","path":"/","mode":"x"}'],
  ])('is nothing with %s', async (_name, content) => {
    if (content !== undefined) await writeFile(runningFile(dir), content);
    const asked: number[] = [];
    expect(
      await findRunning(dir, (pid) => {
        asked.push(pid);
        return true;
      }),
    ).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('is removed by the run that wrote it, not by an older one', async () => {
    await writeJsonFile(runningFile(dir), info);
    await removeRunningFile(runningFile(dir), 99);
    expect(await readdir(dir)).toEqual(['running.json']);
    await removeRunningFile(runningFile(dir), info.pid);
    expect(await readdir(dir)).toEqual([]);
    await removeRunningFile(runningFile(dir), info.pid);
  });
});

describe('a JSON file', () => {
  test('is for the user alone and replaces what was there', async () => {
    const path = join(dir, '新', '文件.json');
    await writeJsonFile(path, { a: 1 });
    await writeJsonFile(path, { a: '中文' });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: '中文' });
    expect(await readdir(join(dir, '新'))).toEqual(['文件.json']);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is whole for every reader while twenty writers replace it', async () => {
    const path = join(dir, 'ready.json');
    const value = (n: number): object => ({ n, text: '中'.repeat(10_000) });
    await writeJsonFile(path, value(0));
    const writers = Array.from({ length: 20 }, (_, n) => writeJsonFile(path, value(n)));
    const readers = Array.from({ length: 50 }, async () => {
      const read = JSON.parse(await readFile(path, 'utf8')) as { text: string };
      expect(read.text).toHaveLength(10_000);
    });
    await Promise.all([...writers, ...readers]);
    expect(await readdir(dir)).toEqual(['ready.json']);
  });

  test('WXD6013 where it cannot be written; no draft is left', async () => {
    await mkdir(join(dir, 'taken'));
    await writeFile(join(dir, 'file'), '');
    for (const path of [join(dir, 'taken'), join(dir, 'file', 'a.json')]) {
      const error = await writeJsonFile(path, {}).catch((caught: unknown) => caught);
      expect(isWxDevError(error, 'WXD6013') && error.details.path).toBe(path);
    }
    expect((await readdir(dir)).toSorted((a, b) => a.localeCompare(b))).toEqual(['file', 'taken']);
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'WXD6013 in a folder without permission',
    async () => {
      await chmod(dir, 0o500);
      const error = await writeJsonFile(join(dir, 'a.json'), {}).catch((caught: unknown) => caught);
      await chmod(dir, 0o700);
      expect(isWxDevError(error, 'WXD6013')).toBe(true);
    },
  );
});

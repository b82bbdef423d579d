import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initGit } from '../../src/dev/git.ts';
import { needProgram } from '../helpers/programs.ts';

const needGit = needProgram('git');

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev git '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

needGit('makes a repository without a commit, on the branch main', async () => {
  expect(await initGit(dir)).toBe(true);
  expect(await readdir(dir)).toEqual(['.git']);
  const head = spawnSync('git', ['symbolic-ref', 'HEAD'], { cwd: dir, encoding: 'utf8' });
  expect(head.stdout.trim()).toBe('refs/heads/main');
  expect(spawnSync('git', ['rev-parse', 'HEAD'], { cwd: dir }).status).not.toBe(0);
});

needGit('makes none inside another work tree, however deep', async () => {
  expect(await initGit(dir)).toBe(true);
  const deep = join(dir, 'a', '中', 'b');
  await mkdir(deep, { recursive: true });
  expect(await initGit(deep)).toBe(false);
  expect(await readdir(deep)).toEqual([]);
});

test('makes none where .git is a file, as in a submodule or a linked work tree', async () => {
  await writeFile(join(dir, '.git'), 'gitdir: elsewhere\n');
  expect(await initGit(dir)).toBe(false);
});

test('says so, and does not fail, where the folder does not exist', async () => {
  expect(await initGit(join(dir, 'missing'))).toBe(false);
});

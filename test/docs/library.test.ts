import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const english = await examplesOf('library.md');
const chinese = await examplesOf('library.zh-CN.md');
let folder: string;

/** A project that has wx-dev installed, as far as Node can tell. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wx-dev-library-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(root, join(folder, 'node_modules', 'wx-dev'), 'junction');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Example {
  readonly title: string;
  readonly code: string;
  readonly prints: string;
}

/** Each section of the page: its code, and the block of text that says what it prints. */
async function examplesOf(page: string): Promise<readonly Example[]> {
  const text = await readFile(join(root, 'docs', page), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      code: /^```js\n([^]*?)^```$/m.exec(section)?.[1] ?? '',
      prints: /^```text\n([^]*?)^```$/m.exec(section)?.[1] ?? '',
    }));
}

describe('the examples of docs/library.md', () => {
  test('are there for every kind of account', () => {
    expect(english.length).toBeGreaterThanOrEqual(8);
    expect(english.filter(({ code, prints }) => code === '' || prints === '')).toEqual([]);
  });

  test.each(english)('$title', async ({ title, code, prints }) => {
    const file = join(folder, `${english.findIndex((example) => example.title === title)}.mjs`);
    await writeFile(file, code);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
    expect(stderr).toBe('');
    expect(stdout).toBe(prints);
  });

  test('are the same in Chinese', () => {
    const withoutTitle = ({ code, prints }: Example): unknown => ({ code, prints });
    expect(chinese.map(withoutTitle)).toEqual(english.map(withoutTitle));
  });
});

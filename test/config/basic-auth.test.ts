import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadLogins } from '../../src/config/basic-auth.ts';

async function load(text: string): Promise<readonly string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-logins-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'users.txt'), text);
  return loadLogins(join(dir, 'users.txt'), dir);
}

test('one login a line, comments and empty lines left out, colons and spaces in passwords kept', async () => {
  const text = '\uFEFF# team\r\n\r\nalice:correct horse\r\nbob:a:b:c:d:e \n用户:密码密码密码密码\n';
  expect(await load(text)).toEqual([
    'alice:correct horse',
    'bob:a:b:c:d:e ',
    '用户:密码密码密码密码',
  ]);
});

test.each([
  ['', 1],
  ['# nobody\n\n', 1],
  ['alice:correct horse\nbob', 2],
  [':correct horse', 1],
  ['alice:short', 1],
  ['alice:密码密码', 1],
  ['alice:tab\tinside', 1],
  [Array.from({ length: 33 }, (_, i) => `u${i}:correct horse`).join('\n'), 33],
])('names the line of %j that is wrong', async (text, line) => {
  await expect(load(text)).rejects.toMatchObject({ code: 'WXD4049', details: { line } });
});

test('the password is in no error', async () => {
  const error: unknown = await load('alice:hunter2').catch((reason: unknown) => reason);
  expect(JSON.stringify(error)).not.toContain('hunter2');
  expect(String(error)).not.toContain('hunter2');
});

test('a file that is not there is named', async () => {
  await expect(loadLogins('/nowhere/users.txt', '/')).rejects.toMatchObject({ code: 'WXD6006' });
});

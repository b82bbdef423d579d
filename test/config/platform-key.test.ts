import { createSign, createVerify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlatformKey } from '../../src/config/platform-key.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev-platform-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

test('makes a pair once, the private half for the owner only', async () => {
  const made = await openPlatformKey(dir);
  expect(await openPlatformKey(dir)).toEqual(made);
  expect(made.serial).toMatch(/^PUB_KEY_ID_\d{34}$/);
  expect(await readFile(made.publicPath, 'utf8')).toBe(made.publicKey);
  const { mode } = await stat(join(dir, 'pay-platform-key.pem'));
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
  const signature = createSign('sha256').update('x').sign(made.privateKey);
  expect(createVerify('sha256').update('x').verify(made.publicKey, signature)).toBe(true);
});

test('agrees on one pair, however many ask at once', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => openPlatformKey(dir)));
  expect(new Set(all.map(({ serial }) => serial)).size).toBe(1);
});

test.each(['', 'no key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
  'names a damaged file and does not replace it: %j',
  async (content) => {
    const file = join(dir, 'pay-platform-key.pem');
    await writeFile(file, content);
    await expect(openPlatformKey(dir)).rejects.toMatchObject({
      code: 'WXD6004',
      details: { path: file },
    });
    expect(await readFile(file, 'utf8')).toBe(content);
  },
);

test('names a folder that is not there', async () => {
  await expect(openPlatformKey(join(dir, 'none'))).rejects.toMatchObject({ code: 'WXD6008' });
});

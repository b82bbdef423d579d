import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RelayGrants } from '../../src/config/relay-grants.ts';

const DAY = 86_400_000;

async function makeFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-grants-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'relay/tokens');
}

test('a token is found until it is revoked, and only its hash is on the disk', async () => {
  const dir = await makeFolder();
  const grants = new RelayGrants(dir);
  expect(await grants.list()).toEqual([]);
  const { grant, token } = await grants.create({ now: 1, label: '张三', names: ['shop', 'a-*'] });
  expect(token).toMatch(/^wxrt_[0-9a-f]{52}$/);
  expect(await grants.find(token, 2)).toEqual(grant);
  expect(await new RelayGrants(dir).list()).toEqual([grant]);
  const [name = ''] = await readdir(dir);
  expect(await readFile(join(dir, name), 'utf8')).not.toContain(token.slice(17));
  expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  expect(await grants.holds(grant.id, 2)).toBe(true);
  expect(await grants.revoke(grant.id)).toBe(true);
  expect(await grants.revoke(grant.id)).toBe(false);
  expect(await grants.find(token, 2)).toBeUndefined();
  expect(await grants.holds(grant.id, 2)).toBe(false);
});

test('a token that is over counts no more', async () => {
  const grants = new RelayGrants(await makeFolder());
  const expiresAt = new Date(DAY).toISOString();
  const { grant, token } = await grants.create({ now: 0, expiresAt });
  expect(await grants.find(token, DAY - 1)).toEqual(grant);
  expect(await grants.find(token, DAY)).toBeUndefined();
  expect(await grants.holds(grant.id, DAY)).toBe(false);
});

test('nothing but the very token is let in', async () => {
  const dir = await makeFolder();
  const grants = new RelayGrants(dir);
  const { grant, token } = await grants.create({ now: 0 });
  const other = await grants.create({ now: 0 });
  const swapped = token.slice(0, 17) + other.token.slice(17);
  for (const wrong of [
    '',
    token.slice(0, -1),
    `${token}0`,
    token.toUpperCase(),
    swapped,
    `wxrt_${'../'.repeat(4)}${token.slice(17)}`,
    grant.id,
  ])
    expect(await grants.find(wrong, 1)).toBeUndefined();
  for (const id of ['', '../state', `${grant.id}.json`, '*'])
    expect(await grants.revoke(id)).toBe(false);
  expect((await grants.list()).length).toBe(2);
});

test('twenty made at once are twenty', async () => {
  const dir = await makeFolder();
  const made = await Promise.all(
    Array.from({ length: 20 }, (_value, i) => new RelayGrants(dir).create({ now: i })),
  );
  expect(new Set(made.map(({ token }) => token)).size).toBe(20);
  expect((await new RelayGrants(dir).list()).map(({ createdAt }) => Date.parse(createdAt))).toEqual(
    Array.from({ length: 20 }, (_value, i) => i),
  );
});

test.each(['', '{', '[]', '{"hash":"00"}', '{"hash":1}', '\u0000'])(
  'a file that holds %j is named, and lets nobody in',
  async (text) => {
    const dir = await makeFolder();
    const grants = new RelayGrants(dir);
    const { grant, token } = await grants.create({ now: 0 });
    await writeFile(join(dir, `${grant.id}.json`), text);
    await expect(grants.find(token, 1)).rejects.toMatchObject({ code: 'WXD6004' });
    await expect(grants.list()).rejects.toMatchObject({ code: 'WXD6004' });
    await writeFile(join(dir, 'notes.txt'), 'mine');
    expect(await grants.revoke(grant.id)).toBe(true);
    expect(await grants.list()).toEqual([]);
  },
);

test('a folder that cannot be written to is named', async () => {
  const dir = await makeFolder();
  const grants = new RelayGrants(join(dir, 'deep'));
  await grants.create({ now: 0 });
  await writeFile(join(dir, 'file'), '');
  await chmod(join(dir, 'file'), 0o600);
  await expect(new RelayGrants(join(dir, 'file/x')).create({ now: 0 })).rejects.toMatchObject({
    code: 'WXD6008',
  });
});

import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKey } from '../../src/certs/keys.ts';
import { ensureLeaf, openAuthority, type LeafFiles } from '../../src/certs/store.ts';
import { alterLastByte, makeAuthority, makeTemporaryFolder, withoutUmask } from './workshop.ts';

const dayMs = 86_400_000;
const names: readonly string[] = ['localhost', '127.0.0.1', '::1', '*.dev.test', '微信.test'];

async function setUp(): Promise<{
  ensure: (wanted?: readonly string[], days?: number) => Promise<LeafFiles>;
  dir: string;
  clock: { now: number };
}> {
  const clock = { now: Date.now() };
  const authority = await makeAuthority(() => clock.now);
  const dir = join(await makeTemporaryFolder(), '.wx-dev', 'certs');
  const ensure = (wanted = names, days?: number): Promise<LeafFiles> =>
    ensureLeaf({ authority, dir, names: wanted, days });
  return { ensure, dir, clock };
}

function fingerprintOf({ certPem }: LeafFiles): string {
  return new X509Certificate(certPem).fingerprint256;
}

async function expectWhole(files: LeafFiles): Promise<void> {
  const cert = await readFile(files.cert, 'utf8');
  const key = await readFile(files.key, 'utf8');
  expect(cert).toBe(files.certPem);
  expect(key).toBe(files.keyPem);
  expect(await readFile(files.fullchain, 'utf8')).toBe(cert + (await readFile(files.ca, 'utf8')));
  expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
}

test('writes the leaf whole and reuses it', async () => {
  const { ensure, dir } = await setUp();
  const first = await ensure();
  expect(first.reused).toBe(false);
  expect(first.names).toEqual(['localhost', '127.0.0.1', '::1', '*.dev.test', 'xn--vuqz89a.test']);
  await expectWhole(first);
  const second = await ensure();
  expect(second).toEqual({ ...first, reused: true });
  expect((await readdir(dir)).toSorted()).toEqual(['cert.pem', 'fullchain.pem', 'key.pem']);
});

test('keeps the key private even where the umask would not', async () => {
  const { ensure, dir } = await setUp();
  await withoutUmask(async () => {
    const files = await ensure();
    const modes = [dir, files.key, files.cert, files.fullchain].map(async (path) =>
      ((await stat(path)).mode & 0o777).toString(8),
    );
    expect(await Promise.all(modes)).toEqual(['700', '600', '644', '644']);
  });
});

test('the same names in another order and spelling are the same leaf', async () => {
  const { ensure } = await setUp();
  const first = await ensure(['a.test', '::1', '微信.test']);
  const second = await ensure(['XN--VUQZ89A.test.', '[0::1]', 'A.TEST', 'a.test']);
  expect(second.reused).toBe(true);
  expect(fingerprintOf(second)).toBe(fingerprintOf(first));
});

test.each([
  ['a name more', ['a.test', 'b.test', 'c.test']],
  ['a name less', ['a.test']],
  ['another name', ['a.test', 'c.test']],
])('%s means a new leaf with the same key', async (_change, wanted) => {
  const { ensure } = await setUp();
  const first = await ensure(['a.test', 'b.test']);
  const second = await ensure(wanted);
  expect(second.reused).toBe(false);
  expect(second.keyPem).toBe(first.keyPem);
  expect(second.names).toEqual(wanted);
  await expectWhole(second);
});

test('renews 30 days before the end and not before', async () => {
  const { ensure, clock } = await setUp();
  const first = await ensure();
  clock.now = first.notAfter.getTime() - 30 * dayMs - 1;
  expect((await ensure()).reused).toBe(true);
  clock.now += 1;
  const renewed = await ensure();
  expect(renewed.reused).toBe(false);
  expect(renewed.keyPem).toBe(first.keyPem);
  expect(renewed.notAfter.getTime()).toBeGreaterThan(first.notAfter.getTime() + 300 * dayMs);
  clock.now = renewed.notAfter.getTime() + 1;
  expect((await ensure()).reused).toBe(false);
});

test('a short life is renewed in its last third', async () => {
  const { ensure, clock } = await setUp();
  const start = clock.now;
  await ensure(names, 9);
  clock.now = start + 5 * dayMs;
  expect((await ensure(names, 9)).reused).toBe(true);
  clock.now = start + 6 * dayMs;
  expect((await ensure(names, 9)).reused).toBe(false);
});

test('a leaf from the future, made before the clock was set right, is issued anew', async () => {
  const { ensure, clock } = await setUp();
  clock.now += dayMs;
  await ensure();
  clock.now -= dayMs;
  expect((await ensure()).reused).toBe(false);
});

test('a leaf of another authority is issued anew', async () => {
  const { dir } = await setUp();
  const first = await ensureLeaf({ authority: await makeAuthority(), dir, names });
  const authority = await makeAuthority();
  const second = await ensureLeaf({ authority, dir, names });
  expect(second.reused).toBe(false);
  expect(second.keyPem).toBe(first.keyPem);
  const issuer = new X509Certificate(authority.certPem);
  expect(new X509Certificate(second.certPem).verify(issuer.publicKey)).toBe(true);
  await expectWhole(second);
});

test('a leaf near the end of its authority is reused rather than made at every start', async () => {
  const { ensure, clock, dir } = await setUp();
  const authority = await makeAuthority(() => clock.now);
  clock.now = authority.notAfter.getTime() - 20 * dayMs;
  await ensureLeaf({ authority, dir, names });
  expect((await ensureLeaf({ authority, dir, names })).reused).toBe(true);
  await expect(ensure()).resolves.toMatchObject({ reused: false });
});

const spoilers: readonly [name: string, spoil: (files: LeafFiles) => Promise<void>][] = [
  ['no certificate', (files) => rm(files.cert)],
  ['an empty certificate', (files) => writeFile(files.cert, '')],
  ['half a certificate', (files) => writeFile(files.cert, files.certPem.slice(0, 400))],
  ['a huge certificate', (files) => writeFile(files.cert, files.certPem.repeat(10_000))],
  ['an altered certificate', (files) => writeFile(files.cert, alterLastByte(files.certPem))],
  ['no key', (files) => rm(files.key)],
  ['a damaged key', (files) => writeFile(files.key, files.keyPem.slice(0, 100))],
  ['a swapped key', (files) => writeFile(files.key, createKey())],
  ['swapped files', (files) => copyFile(files.cert, files.key)],
];

test.each(spoilers)('makes good: %s', async (_name, spoil) => {
  const { ensure } = await setUp();
  await spoil(await ensure());
  const mended = await ensure();
  expect(mended.reused).toBe(false);
  await expectWhole(mended);
  expect((await stat(mended.key)).mode & 0o777).toBe(0o600);
  expect((await ensure()).reused).toBe(true);
});

test('completes a chain that is missing or another one, and keeps the leaf', async () => {
  const { ensure } = await setUp();
  const first = await ensure();
  await rm(first.fullchain);
  expect(await ensure()).toEqual({ ...first, reused: true });
  await expectWhole(first);
  await copyFile(first.cert, first.fullchain);
  expect(await ensure()).toEqual({ ...first, reused: true });
  await expectWhole(first);
});

test('replaces a symbolic link instead of writing through it', async () => {
  const { ensure, dir } = await setUp();
  const victim = join(await makeTemporaryFolder(), 'victim');
  await writeFile(victim, 'precious');
  await mkdir(dir, { recursive: true });
  await symlink(victim, join(dir, 'cert.pem'));
  await symlink(victim, join(dir, 'key.pem'));
  await expectWhole(await ensure());
  expect(await readFile(victim, 'utf8')).toBe('precious');
});

test('a link that leads nowhere is a plain error', async () => {
  const { ensure, dir } = await setUp();
  await mkdir(dir, { recursive: true });
  await symlink(join(dir, 'nowhere'), join(dir, 'key.pem'));
  await expect(ensure()).rejects.toMatchObject({ code: 'WXD5009' });
});

test('a name that is refused leaves no trace', async () => {
  const { ensure, dir } = await setUp();
  await expect(ensure(['example.com'])).rejects.toMatchObject({ code: 'WXD5003' });
  await expect(ensure([])).rejects.toMatchObject({ code: 'WXD5005' });
  await expect(stat(dir)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a good leaf stays as it is when other names are refused', async () => {
  const { ensure } = await setUp();
  const first = await ensure();
  await expect(ensure([...names, 'example.com'])).rejects.toMatchObject({ code: 'WXD5003' });
  await expectWhole(first);
});

test('leaves the mode of a key that someone opened on purpose', async () => {
  const { ensure } = await setUp();
  const { key } = await ensure();
  await chmod(key, 0o640);
  expect((await ensure()).reused).toBe(true);
  expect((await stat(key)).mode & 0o777).toBe(0o640);
});

test('warns on reuse as on issue', async () => {
  const { ensure } = await setUp();
  const codes = async (): Promise<string[]> =>
    (await ensure(['localhost', '*.localhost'])).warnings.map((warning) => warning.code);
  expect(await codes()).toEqual(['WXD5006']);
  expect(await codes()).toEqual(['WXD5006']);
});

test('many at once agree on one key and leave whole files', async () => {
  const { ensure, dir } = await setUp();
  const all = await Promise.all(Array.from({ length: 10 }, () => ensure()));
  expect(new Set(all.map((files) => files.keyPem)).size).toBe(1);
  await expectWhole(await ensure());
  expect((await readdir(dir)).toSorted()).toEqual(['cert.pem', 'fullchain.pem', 'key.pem']);
});

test('survives its authority being opened again', async () => {
  const authority = await makeAuthority();
  const dir = join(await makeTemporaryFolder(), 'certs');
  await ensureLeaf({ authority, dir, names });
  const again = await openAuthority({ dir: authority.dir, user: 'other', host: 'name' });
  expect((await ensureLeaf({ authority: again, dir, names })).reused).toBe(true);
});

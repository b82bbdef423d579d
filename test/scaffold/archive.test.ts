import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatError, isWxDevError } from '../../src/core/errors.ts';
import { loadForeignTemplate } from '../../src/scaffold/template.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev-archive-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const manifest = JSON.stringify({
  name: 'own',
  title: { en: 'Own', zh: '自己的' },
  lang: 'any',
  kind: 'callback',
  tokens: [],
  rename: {},
  readme: { en: 'README.md', zh: 'README.md' },
  requires: {},
  scripts: {},
  ports: { app: 3000 },
  wx: { callbackPath: '/wx', health: '/healthz' },
});

interface Entry {
  readonly name: string;
  readonly content?: string;
  readonly type?: string;
  readonly mode?: number;
  readonly size?: number;
}

/** One header and its content, byte for byte as POSIX says. */
function tarEntry({ name, content = '', type = '0', mode = 0o644, size }: Entry): Buffer {
  const header = Buffer.alloc(512);
  const bytes = Buffer.from(content);
  header.write(name, 0);
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([header, bytes, padding]);
}

const good: readonly Entry[] = [
  { name: 'package/', type: '5' },
  { name: 'package/template.json', content: manifest },
  { name: 'package/files/README.md', content: '# 你好' },
  { name: 'package/files/bin/run.sh', content: '#!/bin/sh\n', mode: 0o755 },
];

function tar(entries: readonly Entry[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.map(tarEntry), end]);
}

async function put(bytes: Buffer): Promise<string> {
  const file = join(dir, 'own.tgz');
  await writeFile(file, bytes);
  return file;
}

async function refusal(path: string): Promise<string> {
  const error: unknown = await loadForeignTemplate(path).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw error;
  const { code, body } = formatError(error, 'en');
  return [code, ...body].join('\n');
}

test('reads an archive as npm pack makes it', async () => {
  const { manifest: read, files } = await loadForeignTemplate(await put(gzipSync(tar(good))));
  expect(read.name).toBe('own');
  expect(files.map(({ path, mode, bytes }) => [path, mode.toString(8), bytes.toString()])).toEqual([
    ['README.md', '644', '# 你好'],
    ['bin/run.sh', '755', '#!/bin/sh\n'],
  ]);
});

test.each([
  ['with a folder around it', ['-C', '.', 'own']],
  ['without', ['-C', 'own', '.']],
])('reads what tar makes, %s, with names too long for a header', async (_name, args) => {
  const long = `files/${'长'.repeat(25)}/${'b'.repeat(60)}/c.txt`;
  await mkdir(join(dir, 'own', long, '..'), { recursive: true });
  await writeFile(join(dir, 'own', long), 'deep');
  await writeFile(join(dir, 'own/files/README.md'), '#');
  await writeFile(join(dir, 'own/template.json'), manifest);
  for (const format of ['gnu', 'posix', 'ustar']) {
    const made = spawnSync('tar', [`--format=${format}`, '-czf', 'own.tgz', ...args], { cwd: dir });
    expect(made.status, String(made.stderr)).toBe(0);
    const { files } = await loadForeignTemplate(join(dir, 'own.tgz'));
    expect(files.map(({ path }) => path)).toContain(long.slice('files/'.length));
  }
});

test.each<[string, Entry]>([
  ['a path that leads out', { name: 'package/files/../../../evil', content: 'x' }],
  ['an absolute path', { name: '/etc/evil', content: 'x' }],
  ['a Windows path', { name: 'package/files/C:\\evil', content: 'x' }],
  ['a symbolic link', { name: 'package/files/link', type: '2' }],
  ['a hard link', { name: 'package/files/link', type: '1' }],
  ['a device', { name: 'package/files/tty', type: '3' }],
  ['a pax path that leads out', { name: 'x', type: 'x', content: '23 path=package/../../x\n' }],
  ['a folder that leads out', { name: '../', type: '5' }],
])('refuses %s', async (_name, entry) => {
  const text = await refusal(await put(gzipSync(tar([...good, entry, ...good.slice(2, 3)]))));
  expect(text).toMatch(/WXD7009[^]*(is not a plain file|not a whole tar)/);
});

test('refuses a name that Windows keeps for a device', async () => {
  const entries = [...good, { name: 'package/files/con.txt' }];
  expect(await refusal(await put(gzipSync(tar(entries))))).toMatch(/WXD7003[^]*Windows/);
});

test.each([
  ['hooks of git', '.git/hooks/post-checkout'],
  ['hooks of git below', 'vendor/.GIT/config'],
  ['hooks of git, with a character that macOS does not see', '.g\u200cit/config'],
  ['hooks of git, as Windows shortens the name', 'git~1/config'],
  ['secrets that its author knows', '.env'],
  ['secrets that win over ours', '.Env.local'],
  ['a record of its own', '.wx-dev.json'],
])('refuses %s', async (_name, path) => {
  const entries = [...good, { name: `package/files/${path}`, content: 'x' }];
  const text = await refusal(await put(gzipSync(tar(entries))));
  expect(text).toMatch(/WXD7009[^]*a template may not bring/);
});

test('refuses what only gets such a name when it is written', async () => {
  const renames = JSON.stringify({ ...JSON.parse(manifest), rename: { _git: '.git' } });
  const entries = good.map((entry) =>
    entry.content === manifest ? { ...entry, content: renames } : entry,
  );
  const link = { name: 'package/files/_git', content: 'gitdir: ../x' };
  const text = await refusal(await put(gzipSync(tar([...entries, link]))));
  expect(text).toMatch(/a template may not bring \.git$/m);
});

test.each([
  ['names that differ in case only', ['readme.MD'], /is there twice/],
  ['a file in the place of a folder', ['a', 'A/b'], /A is both a file and a folder/],
])('refuses %s', async (_name, paths, pattern) => {
  const entries = paths.map((path) => ({ name: `package/files/${path}`, content: 'x' }));
  expect(await refusal(await put(gzipSync(tar([...good, ...entries]))))).toMatch(pattern);
});

test('refuses a path that Windows could not write', async () => {
  const path = ` path=package/files/${'a/'.repeat(130)}b\n`;
  const header = { name: 'x', type: 'x', content: `${path.length + 3}${path}` };
  const entries = [...good, header, { name: 'b', content: 'x' }];
  expect(await refusal(await put(gzipSync(tar(entries))))).toMatch(/more than 240 characters/);
});

test('refuses a device, which would never end', async () => {
  expect(await refusal('/dev/zero')).toMatch(/WXD7009[^]*is not a plain file/);
});

test('refuses an archive that was cut off anywhere', async () => {
  const whole = gzipSync(tar(good));
  for (const end of [0, 1, 10, 100, whole.length - 9, whole.length - 1]) {
    expect(await refusal(await put(whole.subarray(0, end)))).toMatch(/WXD7009[^]*not a whole/);
  }
  const cut = tar(good).subarray(0, 512 * 5);
  for (let length = 512; length <= cut.length; length += 512) {
    const file = await put(gzipSync(cut.subarray(0, length)));
    expect(await refusal(file)).toMatch(/WXD7009[^]*not a whole tar/);
  }
});

test('refuses headers that lie', async () => {
  const changed = tar(good);
  changed[520] = 120;
  expect(await refusal(await put(gzipSync(changed)))).toMatch(/not a whole tar/);
  const huge = [{ name: 'package/template.json', content: manifest, size: 8 ** 11 - 1 }];
  expect(await refusal(await put(gzipSync(tar(huge))))).toMatch(/not a whole tar/);
});

test('refuses a few bytes that unpack to gigabytes', async () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(1024 * 1024);
  expect(await refusal(await put(bomb))).toMatch(/WXD7009[^]*64 MB/);
});

test('refuses more files than any template has', async () => {
  const many = Array.from({ length: 5001 }, (_, index) => ({ name: `package/files/${index}` }));
  expect(await refusal(await put(gzipSync(tar([...good, ...many]))))).toMatch(/5000 files/);
});

test.each([
  ['text', 'not an archive', /not a whole .tgz/],
  ['nothing', '', /not a whole/],
])('refuses %s', async (_name, content, pattern) => {
  expect(await refusal(await put(Buffer.from(content)))).toMatch(pattern);
});

test('reads a folder, and refuses one with a link or without a manifest', async () => {
  await mkdir(join(dir, 'own/files'), { recursive: true });
  await writeFile(join(dir, 'own/files/README.md'), '#');
  expect(await refusal(join(dir, 'own'))).toMatch(/WXD7009[^]*template.json is missing/);
  await writeFile(join(dir, 'own/template.json'), manifest);
  expect((await loadForeignTemplate(join(dir, 'own'))).files).toHaveLength(1);
  await symlink('/etc/passwd', join(dir, 'own/files/passwd'));
  expect(await refusal(join(dir, 'own'))).toMatch(/WXD7009[^]*files\/passwd is not a plain file/);
  expect(await refusal(join(dir, 'nothing'))).toMatch(/WXD7009[^]*there is no such file/);
});

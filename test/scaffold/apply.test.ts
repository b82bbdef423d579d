import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { applyPlan } from '../../src/scaffold/apply.ts';
import { planProject, type Plan } from '../../src/scaffold/plan.ts';
import { surveyTarget } from '../../src/scaffold/survey.ts';
import { loadTemplate, type Template } from '../../src/scaffold/template.ts';

let root: string;
let template: Template;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wx-dev-scaffold-'));
  const { manifest, files } = await loadTemplate('node-minimal');
  const script = { path: 'bin/run.sh', bytes: Buffer.from('#!/bin/sh\n'), mode: 0o755 };
  template = { manifest, files: [...files, script] };
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function plan(dir: string, force = false): Promise<Plan> {
  const existing = await surveyTarget(dir, [template]);
  const secrets = { token: 'TOKEN1', aesKey: 'KEY1' };
  return planProject({ template, dir, existing, answers: { secrets, force } });
}

/** Everything below `dir`, with contents. */
async function tree(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(path, 'utf8') : '';
    found[path.slice(dir.length + 1)] = entry.isFile() ? content : '(not a file)';
  }
  return found;
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw error;
  return error.code;
}

const expectedFiles = [
  '.env',
  '.env.example',
  '.gitattributes',
  '.gitignore',
  'README.md',
  'README.zh-CN.md',
  'api.mjs',
  'bin/run.sh',
  'bot.mjs',
  'package.json',
  'server.mjs',
  'test/vectors.json',
  'test/wechat.test.mjs',
  'wechat.mjs',
];

test('writes a whole project into a folder that was not there', async () => {
  const dir = join(root, 'deep', '我的 bot');
  const written = await applyPlan(await plan(dir));
  expect(written.toSorted()).toEqual(expectedFiles);
  const files = Object.keys(await tree(dir)).filter((path) => !['bin', 'test'].includes(path));
  expect(files.toSorted()).toEqual(expectedFiles);
  expect(await readdir(dirname(dir))).toEqual(['我的 bot']);
  expect((await lstat(join(dir, '.env'))).mode & 0o777).toBe(0o600);
  expect((await lstat(join(dir, 'bin/run.sh'))).mode & 0o100).toBe(0o100);
});

test('writes into an empty folder without replacing the folder itself', async () => {
  const before = await lstat(root);
  await applyPlan(await plan(root));
  expect((await lstat(root)).ino).toBe(before.ino);
  expect((await readdir(root)).toSorted()).toEqual(
    ['bin', 'test', ...expectedFiles.filter((path) => !path.includes('/'))].toSorted(),
  );
});

test('writes line feeds only', async () => {
  const dir = join(root, 'bot');
  await applyPlan(await plan(dir));
  expect(Object.entries(await tree(dir)).filter(([, text]) => text.includes('\r'))).toEqual([]);
});

test('keeps what was there: README, and lines of .gitignore', async () => {
  await writeFile(join(root, 'README.md'), 'mine\n');
  await writeFile(join(root, '.gitignore'), 'mine\n');
  await applyPlan(await plan(root));
  expect(await readFile(join(root, 'README.md'), 'utf8')).toBe('mine\n');
  expect(await readFile(join(root, '.gitignore'), 'utf8')).toMatch(/^mine\n[^]*\.env\n/);
});

test('touches nothing in a folder that holds a project, and names what is in the way', async () => {
  await writeFile(join(root, 'index.js'), 'mine');
  const made = await plan(root);
  expect(made.conflicts).toEqual(['index.js']);
  expect(await failure(applyPlan(made))).toBe('WXD7001');
  expect(await tree(root)).toEqual({ 'index.js': 'mine' });
});

test('with force, overwrites its own files, keeps all others and .env', async () => {
  await writeFile(join(root, 'server.mjs'), 'old');
  await writeFile(join(root, '.env'), 'WX_TOKEN=mine');
  await writeFile(join(root, 'mine.txt'), 'mine');
  await applyPlan(await plan(root, true));
  const files = await tree(root);
  expect(files['server.mjs']).toContain('createServer');
  expect(files['.env']).toBe('WX_TOKEN=mine');
  expect(files['mine.txt']).toBe('mine');
});

test('takes everything back when a later file cannot be written', async () => {
  await writeFile(join(root, 'package.json'), 'old');
  await mkdir(join(root, 'test'));
  const made = await plan(root, true);
  // Appears between plan and apply, near the end of the list: the files before it are in place by then.
  await writeFile(join(root, 'wechat.mjs'), 'appeared');
  const before = await tree(root);
  expect(await failure(applyPlan(made))).toBe('WXD7001');
  expect(await tree(root)).toEqual(before);
});

test('leaves nothing when the folder appeared meanwhile', async () => {
  const dir = join(root, 'a/b');
  const made = await plan(dir);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'server.mjs'), 'appeared');
  expect(await failure(applyPlan(made))).toBe('WXD7001');
  expect(await tree(root)).toEqual({
    a: '(not a file)',
    'a/b': '(not a file)',
    'a/b/server.mjs': 'appeared',
  });
});

test('leaves nothing when a file cannot be written at all', async () => {
  const dir = join(root, 'x/y/bot');
  const made = await plan(dir);
  const tooLong = { ...made.writes[0]!, path: `${'n'.repeat(300)}.txt` };
  const broken = { ...made, writes: [...made.writes, tooLong] };
  expect(await failure(applyPlan(broken))).toBe('WXD7005');
  expect(await tree(root)).toEqual({});
});

test('leaves nothing when it is cancelled', async () => {
  const controller = new AbortController();
  const made = await plan(join(root, 'bot'));
  // Read while the files are staged: the third one cancels.
  const writes = made.writes.map((write, index) =>
    index === 3
      ? { ...write, get bytes(): Buffer { return (controller.abort(new Error('enough')), write.bytes); } } // prettier-ignore
      : write,
  );
  const work = applyPlan({ ...made, writes }, { signal: controller.signal });
  await expect(work).rejects.toThrow('enough');
  expect(await tree(root)).toEqual({});
});

/** Applies `plan` in a process that is killed as soon as it asks for `field` of the write in the middle. */
async function applyAndDie({ dir, writes }: Plan, field: 'bytes' | 'overwrites'): Promise<void> {
  const module = pathToFileURL(resolve(import.meta.dirname, '../../dist/scaffold/apply.js'));
  const script = `const { applyPlan } = await import(${JSON.stringify(module)});
const { dir, writes, middle, field } = JSON.parse(process.argv[1]);
for (const write of writes) write.bytes = Buffer.from(write.bytes, 'base64');
Object.defineProperty(writes[middle], field, { get: () => process.kill(process.pid, 'SIGKILL') });
await applyPlan({ dir, writes, conflicts: [] });`;
  const plain = writes.map((write) => ({ ...write, bytes: write.bytes.toString('base64') }));
  const asked = JSON.stringify({ dir, writes: plain, middle: writes.length >> 1, field });
  const flags = ['--input-type=module', '--eval', script, asked];
  const died = promisify(execFile)(process.execPath, flags);
  await expect(died).rejects.toMatchObject({ signal: 'SIGKILL' });
}

test('killed half-way, leaves no half project, and nothing that git would commit', async () => {
  const dir = join(root, 'bot');
  await applyAndDie(await plan(dir), 'bytes');
  const [left = '', ...others] = await readdir(root);
  expect(others).toEqual([]);
  expect(await readFile(join(root, left, '.gitignore'), 'utf8')).toBe('*\n');
  expect((await applyPlan(await plan(dir))).toSorted()).toEqual(expectedFiles);
});

test('killed half-way in a folder that was there, can be run again', async () => {
  await writeFile(join(root, 'README.md'), '# mine\n');
  await applyAndDie(await plan(root), 'bytes');
  expect((await readdir(root)).toSorted()).toEqual([
    expect.stringMatching(/^\.wx-dev-init-/),
    'README.md',
  ]);
  await applyAndDie(await plan(root), 'overwrites');
  const half = Object.keys(await tree(root)).filter((path) => expectedFiles.includes(path));
  expect(half.length).toBeGreaterThan(1);
  expect(half.length).toBeLessThan(expectedFiles.length);
  const secrets = await readFile(join(root, '.env'), 'utf8').catch(() => undefined);
  await applyPlan(await plan(root, true));
  const whole = await tree(root);
  expect(Object.keys(whole)).toEqual(expect.arrayContaining(expectedFiles));
  if (secrets !== undefined) expect(whole['.env']).toBe(secrets);
});

test('two at once: one writes the project, the other says that something is there', async () => {
  const dir = join(root, 'bot');
  const made = await plan(dir);
  const results = await Promise.allSettled([applyPlan(made), applyPlan(made), applyPlan(made)]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await readdir(root)).toEqual(['bot']);
  expect(Object.keys(await tree(dir))).toHaveLength(expectedFiles.length + 2);
});

test('refuses a folder in the project that leads outside', async () => {
  const dir = join(root, 'bot');
  await mkdir(join(root, 'elsewhere'));
  await mkdir(dir);
  const made = await plan(dir);
  await symlink(join(root, 'elsewhere'), join(dir, 'test'));
  expect(await failure(plan(dir, true))).toBe('WXD7006');
  expect(await failure(applyPlan(made))).toBe('WXD7006');
  expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
  expect(await readdir(dir)).toEqual(['test']);
});

test('follows a link that stays inside, and a project folder that is a link', async () => {
  await mkdir(join(root, 'real/checks'), { recursive: true });
  await symlink('checks', join(root, 'real/test'));
  await symlink('real', join(root, 'bot'));
  await applyPlan(await plan(join(root, 'bot'), true));
  expect(await readdir(join(root, 'real/checks'))).toEqual(['vectors.json', 'wechat.test.mjs']);
});

test('replaces a link instead of writing through it', async () => {
  const precious = join(root, 'precious');
  await writeFile(precious, 'precious');
  const dir = join(root, 'bot');
  await mkdir(dir);
  await symlink(precious, join(dir, 'server.mjs'));
  await applyPlan(await plan(dir, true));
  expect(await readFile(precious, 'utf8')).toBe('precious');
  expect((await lstat(join(dir, 'server.mjs'))).isFile()).toBe(true);
});

test('says so when the target or a folder above it is a file', async () => {
  await writeFile(join(root, 'file'), '');
  expect(await failure(plan(join(root, 'file')))).toBe('WXD7005');
  expect(await failure(plan(join(root, 'file/bot')))).toBe('WXD7005');
});

test('what is packed for npm holds every file of every template, and no secret', async () => {
  const repository = join(import.meta.dirname, '../..');
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts'],
    { cwd: repository, maxBuffer: 16 * 1024 * 1024 },
  );
  const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = packed.files.map(({ path }) => path);
  const names = [
    '_gitignore',
    '.env.example',
    'package.json',
    'server.mjs',
    'test/wechat.test.mjs',
  ];
  expect(paths).toEqual(
    expect.arrayContaining(names.map((name) => `templates/node-minimal/files/${name}`)),
  );
  expect(paths.filter((path) => /node_modules|\.env$|\.env\.local$|\.pem$/.test(path))).toEqual([]);
});

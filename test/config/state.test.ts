import { spawn } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProjectState } from '../../src/config/state.ts';
import { dataFolder } from '../../src/config/folders.ts';
import { isWxDevError } from '../../src/core/errors.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'wx-dev-state-'));
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function mode(path: string): Promise<number> {
  return (await lstat(join(cwd, path))).mode & 0o777;
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw error;
  return error.code;
}

test('makes secrets once and gives the same ones ever after', async () => {
  const first = await openProjectState(cwd);
  expect(first.created).toBe(true);
  expect(first.token).toMatch(/^[A-Za-z0-9]{20}$/);
  expect(first.aesKey).toMatch(/^[A-Za-z0-9]{42}[AEIMQUYcgkosw048]$/);
  expect(Buffer.from(`${first.aesKey}=`, 'base64').toString('base64')).toBe(`${first.aesKey}=`);
  expect(first.subdomain).toMatch(/^[a-z][a-z0-9]{7}$/);
  expect(first.owner).toMatch(/^[0-9a-f]{64}$/);
  const { token, aesKey, subdomain, owner } = first;
  const second = await openProjectState(cwd);
  expect(second).toMatchObject({ created: false, token, aesKey, subdomain, owner });
});

test('gives another project other secrets', async () => {
  const other = await mkdtemp(join(tmpdir(), 'wx-dev-state-'));
  const [one, two] = [await openProjectState(cwd), await openProjectState(other)];
  await rm(other, { recursive: true });
  for (const key of ['token', 'aesKey', 'subdomain', 'owner'] as const) {
    expect(one[key]).not.toBe(two[key]);
  }
});

test('keeps the folder private and out of git', async () => {
  await openProjectState(cwd);
  expect(await readFile(join(cwd, '.wx-dev/.gitignore'), 'utf8')).toBe('*\n');
  expect((await readdir(join(cwd, '.wx-dev'))).toSorted()).toEqual(['.gitignore', 'state.json']);
});

test('closes what others could read', async () => {
  await openProjectState(cwd);
  await chmod(join(cwd, '.wx-dev'), 0o755);
  await chmod(join(cwd, '.wx-dev/state.json'), 0o644);
  await openProjectState(cwd);
  expect([await mode('.wx-dev'), await mode('.wx-dev/state.json')]).toEqual([0o700, 0o600]);
});

/** Opens the state in a process of its own, with a umask that forbids nothing. */
async function openElsewhere(): Promise<{ token: string; created: boolean }> {
  const script = `process.umask(0);
    const { openProjectState } = await import(${JSON.stringify(builtState)});
    const { token, created } = await openProjectState(process.argv[1]);
    console.log(JSON.stringify({ token, created }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, cwd], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as { token: string; created: boolean };
}

const builtState = pathToFileURL(join(import.meta.dirname, '../../dist/config/state.js')).href;

test('processes that start at once agree, and exactly one makes the secrets', async () => {
  const states = await Promise.all(Array.from({ length: 6 }, openElsewhere));
  expect(new Set(states.map(({ token }) => token)).size).toBe(1);
  expect(states.filter(({ created }) => created)).toHaveLength(1);
  expect((await readdir(join(cwd, '.wx-dev'))).toSorted()).toEqual(['.gitignore', 'state.json']);
  expect([await mode('.wx-dev'), await mode('.wx-dev/state.json')]).toEqual([0o700, 0o600]);
});

test('many calls within one process agree too', async () => {
  const states = await Promise.all(Array.from({ length: 20 }, () => openProjectState(cwd)));
  expect(new Set(states.map(({ owner }) => owner)).size).toBe(1);
  expect(states.filter(({ created }) => created)).toHaveLength(1);
});

test('remembers what is saved, and keeps the rest', async () => {
  const state = await openProjectState(cwd);
  const saved = await state.save({ relayPort: 8443 });
  expect(saved).toMatchObject({ relayPort: 8443, token: state.token });
  await state.save({ subdomain: 'my-bot' });
  expect(await openProjectState(cwd)).toMatchObject({
    relayPort: 8443,
    subdomain: 'my-bot',
    token: state.token,
  });
  expect(await mode('.wx-dev/state.json')).toBe(0o600);
  expect((await readdir(join(cwd, '.wx-dev'))).toSorted()).toEqual(['.gitignore', 'state.json']);
});

test('keeps fields that it does not know', async () => {
  const state = await openProjectState(cwd);
  const { file } = state;
  const stored = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...stored, later: [1] }));
  await state.save({ relayPort: 1 });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ later: [1], relayPort: 1 });
});

test.each([
  ['empty', () => ''],
  ['cut off', (whole: string) => whole.slice(0, 50)],
  ['no object', () => '[]'],
  ['without a version', (whole: string) => whole.replace('"version": 1,', '')],
  ['of a later version', (whole: string) => whole.replace('"version": 1,', '"version": 2,')],
  ['without a token', (whole: string) => whole.replace('"token"', '"tokem"')],
  ['with a short key', (whole: string) => whole.replace(/"aesKey": "./, '"aesKey": "')],
  ['with a number for the owner', (whole: string) => whole.replace(/"owner": ".*"/, '"owner": 1')],
])('refuses a state file that is %s, and leaves it alone', async (_name, damage) => {
  const { file } = await openProjectState(cwd);
  const damaged = damage(await readFile(file, 'utf8'));
  await writeFile(file, damaged);
  expect(await failure(openProjectState(cwd))).toBe('WXD6011');
  expect(await readFile(file, 'utf8')).toBe(damaged);
});

test('refuses links: a cloned repository could point them anywhere', async () => {
  const elsewhere = join(cwd, 'elsewhere');
  await mkdir(elsewhere);
  await symlink(elsewhere, join(cwd, '.wx-dev'));
  expect(await failure(openProjectState(cwd))).toBe('WXD6008');
  expect(await readdir(elsewhere)).toEqual([]);
  await rm(join(cwd, '.wx-dev'));
  await openProjectState(cwd);
  await rm(join(cwd, '.wx-dev/state.json'));
  await symlink(join(elsewhere, 'secrets'), join(cwd, '.wx-dev/state.json'));
  expect(await failure(openProjectState(cwd))).toBe('WXD6008');
});

test('says so when a file stands where the folder should be', async () => {
  await writeFile(join(cwd, '.wx-dev'), '');
  expect(await failure(openProjectState(cwd))).toBe('WXD6008');
});

test('says so when the project is not there', async () => {
  expect(await failure(openProjectState(join(cwd, 'missing')))).toBe('WXD6008');
});

test.each<[string, Record<string, string>, string, string]>([
  ['WX_DEV_HOME', { WX_DEV_HOME: '/srv/wx/', XDG_DATA_HOME: '/x' }, 'linux', '/srv/wx/'],
  ['XDG_DATA_HOME', { XDG_DATA_HOME: '/data' }, 'linux', '/data/wx-dev'],
  ['the home folder on Linux', { WX_DEV_HOME: '' }, 'linux', '/home/me/.local/share/wx-dev'],
  ['a relative XDG_DATA_HOME', { XDG_DATA_HOME: 'd' }, 'linux', '/home/me/.local/share/wx-dev'],
  ['macOS', { XDG_DATA_HOME: '/x' }, 'darwin', '/home/me/Library/Application Support/wx-dev'],
  [
    'Windows',
    { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' },
    'win32',
    'C:\\Users\\me\\AppData\\Local\\wx-dev',
  ],
  ['WX_DEV_HOME on Windows', { WX_DEV_HOME: 'D:\\wx' }, 'win32', 'D:\\wx'],
])('takes its own folder from %s', (_name, env, platform, expected) => {
  expect(dataFolder({ env, platform, home: '/home/me' })).toBe(expected);
});

test('refuses a relative WX_DEV_HOME: it would be another folder everywhere', () => {
  const relative = { env: { WX_DEV_HOME: 'wx' }, platform: 'linux', home: '/home/me' };
  expect(() => dataFolder(relative)).toThrow(/WX_DEV_HOME/);
});

test.each(['relay', 'certs', '.gitignore', 'running.json'])(
  'a link called %s inside the folder is refused: what wx-dev writes would go where it points',
  async (name) => {
    const elsewhere = join(cwd, 'elsewhere');
    await mkdir(elsewhere);
    await mkdir(join(cwd, '.wx-dev'));
    await symlink(elsewhere, join(cwd, '.wx-dev', name));
    expect(await failure(openProjectState(cwd))).toBe('WXD6008');
    expect(await readdir(elsewhere)).toEqual([]);
  },
);

import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatError, isWxDevError } from '../../src/core/errors.ts';
import { parseManifest } from '../../src/scaffold/manifest.ts';
import { listTemplates, loadTemplate } from '../../src/scaffold/template.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev-templates-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const manifest = {
  name: 'demo',
  title: { en: 'Demo', zh: '示例' },
  lang: 'node',
  kind: 'callback',
  tokens: ['README.md'],
  rename: { _gitignore: '.gitignore' },
  readme: { en: 'README.md', zh: 'README.md' },
  requires: { node: '>=20' },
  scripts: { dev: 'node .' },
  ports: { app: 3000 },
  wx: { callbackPath: '/wx', health: '/healthz' },
};

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, 'demo', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isWxDevError(error)) throw error;
  const { code, title, body } = formatError(error, 'en');
  return [code, title, ...body].join('\n');
}

test('reads a template: final names, contents, and which files may be run', async () => {
  await put({
    'template.json': JSON.stringify(manifest),
    'files/README.md': '# __APP_NAME__',
    'files/_gitignore': '.env\n',
    'files/sub/_gitignore': 'x\n',
    'files/bin/run.sh': '#!/bin/sh\n',
    'files/_other': '',
  });
  await chmod(join(dir, 'demo/files/bin/run.sh'), 0o777);
  await chmod(join(dir, 'demo/files/README.md'), 0o600);
  const { files } = await loadTemplate('demo', dir);
  expect(files.map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
    ['.gitignore', '644'],
    ['README.md', '644'],
    ['_other', '644'],
    ['bin/run.sh', '755'],
    ['sub/.gitignore', '644'],
  ]);
  expect((await listTemplates(dir)).map(({ name }) => name)).toEqual(['demo']);
});

test.each([
  ['not JSON', '{', /not JSON/],
  ['a list', '[]', /missing or wrong/],
  ['another name', JSON.stringify({ ...manifest, name: 'other' }), /"name"/],
  ['no Chinese title', JSON.stringify({ ...manifest, title: { en: 'x' } }), /"title"/],
  ['an unknown language', JSON.stringify({ ...manifest, lang: 'cobol' }), /"lang"/],
  ['a token file outside', JSON.stringify({ ...manifest, tokens: ['../x'] }), /"tokens"/],
  ['an absolute token file', JSON.stringify({ ...manifest, tokens: ['/etc/x'] }), /"tokens"/],
  ['a Windows token file', JSON.stringify({ ...manifest, tokens: ['C:x'] }), /"tokens"/],
  ['a port of 0', JSON.stringify({ ...manifest, ports: { app: 0 } }), /"ports.app"/],
  ['a number for a script', JSON.stringify({ ...manifest, scripts: { dev: 1 } }), /"scripts.dev"/],
  ['no callback path', JSON.stringify({ ...manifest, wx: { health: '/h' } }), /"wx"/],
])('refuses a manifest with %s', async (_name, text, pattern) => {
  const message = await failure(Promise.resolve().then(() => parseManifest(text, 'demo')));
  expect(message).toMatch(/^WXD7004/);
  expect(message).toMatch(pattern);
});

test('refuses a template that lacks a file it names, or holds a link', async () => {
  await put({ 'template.json': JSON.stringify(manifest) });
  expect(await failure(loadTemplate('demo', dir))).toMatch(/WXD7004[^]*files\/ is missing/);
  await put({ 'files/a': '' });
  expect(await failure(loadTemplate('demo', dir))).toMatch(/WXD7004[^]*README.md is missing/);
  await put({ 'files/README.md': '' });
  await symlink('/etc/passwd', join(dir, 'demo/files/passwd'));
  expect(await failure(loadTemplate('demo', dir))).toMatch(/WXD7004[^]*passwd is not a plain/);
});

test('names the templates there are when asked for another', async () => {
  await put({ 'template.json': JSON.stringify(manifest) });
  expect(await failure(loadTemplate('go-gin', dir))).toMatch(/WXD7002[^]*go-gin[^]*demo/);
  expect(await failure(loadTemplate('../demo', dir))).toMatch(/WXD7002/);
  expect(await failure(loadTemplate('', dir))).toMatch(/WXD7002/);
});

test('every template of the package can be loaded', async () => {
  const templates = await listTemplates();
  expect(templates.length).toBeGreaterThan(0);
  for (const { name } of templates) {
    expect((await loadTemplate(name)).files.length).toBeGreaterThan(0);
  }
});

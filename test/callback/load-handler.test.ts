import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
let built = '';

// The test runner replaces import() by its own, which knows neither CommonJS nor Node's errors: the compiled room runs in a Node of its own.
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'wx-dev-built-'));
  await cp(join(root, 'package.json'), join(built, 'package.json'));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--outDir', join(built, 'dist'), '--declaration', 'false', '--noCheck'];
  await run(process.execPath, [compiler, '-p', join(root, 'tsconfig.json'), ...options]);
});

afterAll(() => rm(built, { recursive: true, force: true }));

/** What `loadHandler` gave: the handler's answer to "hi", or the error. */
async function load(path: string): Promise<{ answer?: string; code?: string; details?: object }> {
  const script = `
    const { loadHandler } = await import(${JSON.stringify(pathToFileURL(join(built, 'dist/callback/load-handler.js')))});
    try {
      const handler = await loadHandler(${JSON.stringify(path)});
      console.log(JSON.stringify({ answer: await handler({ content: 'hi' }) }));
    } catch ({ code, details }) {
      console.log(JSON.stringify({ code, details }));
    }`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof load>>;
}

/** Writes a module into a folder of its own, whose name has spaces and Chinese. */
async function write(name: string, source: string): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'wx-dev-handler-'));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const folder = join(base, '我的 应用#1');
  await mkdir(folder);
  const path = join(folder, name);
  await writeFile(path, source);
  return path;
}

test.each([
  ['app.mjs', 'export default (message) => message.content'],
  ['app.cjs', 'module.exports = (message) => message.content'],
  ['app.cjs', 'exports.__esModule = true; exports.default = (message) => message.content'],
])('loads %s: %s', async (name, source) => {
  expect(await load(await write(name, source))).toEqual({ answer: 'hi' });
});

test('names the exports when none is a default function', async () => {
  const path = await write('app.mjs', 'export const handler = () => 1; export default 3;');
  expect(await load(path)).toMatchObject({
    code: 'WXD3006',
    details: { exports: ['default', 'handler'] },
  });
});

test.each([
  ['app.mjs', 'export const a = 1;\nconst = 3;\n', 2],
  ['app.cjs', '\n\nlet = x y;', 3],
])('shows file and line of a syntax error in %s', async (name, source, line) => {
  const path = await write(name, source);
  expect(await load(path)).toMatchObject({
    code: 'WXD3005',
    details: { path, place: `${path}:${line}`, reason: expect.stringMatching(/^SyntaxError: /) },
  });
});

test('shows where a module threw while it was loaded', async () => {
  const path = await write('app.mjs', 'const a = 1;\nthrow new Error("no database");');
  expect(await load(path)).toMatchObject({
    code: 'WXD3005',
    details: { place: `${path}:2:7`, reason: 'Error: no database' },
  });
});

test('says what is missing: the file, or a package it imports', async () => {
  const path = await write('app.mjs', 'import "no-such-package-here"; export default () => 1;');
  const reason = (text: string) => ({
    code: 'WXD3005',
    details: { reason: expect.stringContaining(text) },
  });
  expect(await load(path)).toMatchObject(reason('no-such-package-here'));
  expect(await load(`${path}.away`)).toMatchObject(reason('ENOENT'));
  expect(await load(join(path, '..'))).toMatchObject(reason('EISDIR'));
});

test('refuses a kind of file that Node cannot import', async () => {
  const path = await write('app.unknown', 'export default () => 1;');
  expect(await load(path)).toMatchObject({
    code: 'WXD3005',
    details: { reason: expect.stringContaining('.unknown') },
  });
});

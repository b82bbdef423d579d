import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, texts } from '../simulator/conform/app.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const env = {
  PATH: process.env['PATH'],
  WX_TOKEN: texts.token,
  WX_AES_KEY: texts.aesKey,
  WX_APPID: texts.appId,
};

let project: string;

/** The package as its tarball lays it out, in the project of a user. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'wx-dev-testing-'));
  // Without scripts: `prepare` would build again under the tests that run beside this one.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: root });
  const installed = join(project, 'node_modules/wx-dev');
  await mkdir(installed, { recursive: true });
  const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz')) ?? '';
  await run('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components', '1']);
  await symlink(join(root, 'node_modules'), join(installed, 'node_modules'));
  for (const name of ['vitest', '@types']) {
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  await writeFile(join(project, 'package.json'), '{"type":"module","private":true}');
});

afterAll(() => rm(project, { recursive: true, force: true }));

test.each(['conform.md', 'conform.zh-CN.md'])(
  'the example of docs/%s runs under node:test: a good app passes, what is unknown is skipped',
  async (page) => {
    await using app = await startApp();
    const file = await writeExample(page, 'conform.test.mjs', app.url);
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', file], {
      cwd: project,
      env,
    });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(60);
    expect(stdout).toMatch(/ok \d+ - slow\.once.* # SKIP .*--slow-text/);
  },
);

test('the example for vitest runs', async () => {
  await using app = await startApp();
  const file = await writeExample('conform.md', 'wechat.test.mjs', app.url);
  const { code, report } = await runVitest(file);
  expect(code).toBe(0);
  expect(report.numFailedTests).toBe(0);
  expect(report.numPassedTests).toBeGreaterThan(60);
  expect(report.numPendingTests).toBeGreaterThan(10);
});

test('a broken app turns tests red, with what was sent, what came back and what to do', async () => {
  await using app = await startApp('swapped-addresses');
  const file = await writeExample('conform.md', 'conform.test.mjs', app.url);
  const failure = await run(process.execPath, ['--test', '--test-reporter=tap', file], {
    cwd: project,
    env,
  }).then(
    () => undefined,
    (error: { code: number; stdout: string }) => error,
  );
  expect(failure?.code).toBe(1);
  expect(failure?.stdout).toMatch(/^# fail 1$/m);
  expect(failure?.stdout).toMatch(/not ok \d+ - reply\.addresses/);
  expect(failure?.stdout).toContain('WXD2109');
  expect(failure?.stdout).toContain('sent: a text, safe mode');
  expect(failure?.stdout).toContain('received: HTTP 200');
});

test('the types fit both runners', async () => {
  const file = join(project, 'types.ts');
  await writeFile(
    file,
    `import { test as nodeTest } from 'node:test';
import { test } from 'vitest';
import { conform, createWechat, type SendOutcome } from 'wx-dev/testing';
const target = { url: 'http://127.0.0.1:3000/wx', token: 'abc' };
for (const { name, timeout, run } of conform(() => target)) {
  void nodeTest(name, { timeout }, run);
  test(name, { timeout }, run);
}
export const outcome: Promise<SendOutcome> = createWechat(target).text('hello');
// @ts-expect-error a rule has no such option
conform({ ...target, countTexts: '1' });
`,
  );
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, ...flags, '--target', 'es2022', '--types', 'node', file];
  const { stdout } = await run(process.execPath, args, { cwd: project }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});

/** Takes the example that names this file out of the page, and points it at the app. */
async function writeExample(page: string, name: string, url: string): Promise<string> {
  const text = await readFile(join(root, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code ?? '');
  const code = blocks.find((block) => block.startsWith(`// ${name}`));
  expect(code).toContain('http://127.0.0.1:3000/wx');
  const file = join(project, name);
  await writeFile(file, code?.replace('http://127.0.0.1:3000/wx', url) ?? '');
  return file;
}

interface VitestReport {
  readonly numFailedTests: number;
  readonly numPassedTests: number;
  readonly numPendingTests: number;
}

async function runVitest(file: string): Promise<{ code: number; report: VitestReport }> {
  const results = join(project, 'results.json');
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=json',
    `--outputFile=${results}`,
  ];
  const code = await run(process.execPath, [...args, file], { cwd: project, env }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
  return { code, report: JSON.parse(await readFile(results, 'utf8')) as VitestReport };
}

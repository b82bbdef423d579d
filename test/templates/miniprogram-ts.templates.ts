import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeFiles } from './harness/describe-template.ts';
import { initProject, listFiles, runCommand, runScript, type Project } from './harness/project.ts';

describe('miniprogram-ts', () => {
  let project: Project;

  beforeAll(async () => {
    project = await initProject('miniprogram-ts');
    const { code, output } = (await runScript(project, 'install')) ?? { code: 0, output: '' };
    expect(code, output).toBe(0);
  });

  describeFiles('miniprogram-ts', () => project);

  test.each(['lint', 'types', 'test'])('its script %s succeeds', async (script) => {
    const ended = await runScript(project, script);
    expect(ended?.code, ended?.output).toBe(0);
  });

  test('lies in client/ of a backend, and talks to its port', async () => {
    const flags = ['--with', 'miniprogram'];
    const backend = await initProject('node-fastify', { name: 'miniprogram-client', flags });
    const files = await listFiles(backend.dir);
    const client = files.filter((path) => path.startsWith('client/')).map((path) => path.slice('client/'.length));
    const own = (await listFiles(project.dir)).filter((path) => !/^node_modules\/|^package-lock|^\.wx-dev\.json$/.test(path));
    expect(client).toEqual(own);
    const config = await readFile(join(backend.dir, 'client/miniprogram/config.ts'), 'utf8');
    expect(config).toContain(`http://127.0.0.1:${backend.manifest.ports?.app}'`);
  });

  test.each([
    ['one login for all', 'utils/auth.ts', 'login ??= logIn()', 'login = logIn()', 'request'],
    ['one retry', 'utils/request.ts', 'answer.status !== 401', 'answer.status !== 400', 'request'],
    ['ten at a time', 'utils/http.ts', 'const MOST_AT_ONCE = 10', 'const MOST_AT_ONCE = 11', 'request'],
    ['https only', 'config.ts', '/^https:', '/^https?:', 'config'],
  ])('its tests fail without: %s', async (_rule, name, find, replace, suite) => {
    const file = join(project.dir, 'miniprogram', name);
    const source = await readFile(file, 'utf8');
    expect(source.split(find)).toHaveLength(2);
    await writeFile(file, source.replace(find, () => replace));
    try {
      const { code, output } = await runCommand(project, `node --import tsx --test test/${suite}.test.ts`);
      expect(code).toBe(1);
      expect(output).toMatch(/^(# |ℹ )fail [1-9]/m);
    } finally {
      await writeFile(file, source);
    }
  });
});

import { expect, test } from 'vitest';
import { createWorkspace, runCli } from '../helpers/cli.ts';

async function explain(...args: string[]): ReturnType<typeof runCli> {
  await using workspace = await createWorkspace();
  return await runCli(['explain', ...args], { cwd: workspace.dir, env: workspace.env });
}

test('prints the long form of a code, however it is written, in both languages', async () => {
  const english = await explain('WXD2109');
  expect(english).toMatchObject({ code: 0, stderr: '' });
  expect(english.stdout).toContain('What it means');
  expect(english.stdout).toContain('ToUserName = FromUserName of the push');
  for (const written of ['2109', 'wxd2109', 'WXD-2109']) {
    expect((await explain(written)).stdout).toBe(english.stdout);
  }
  const chinese = await explain('2109', '--lang', 'zh');
  expect(chinese.stdout).toContain('怎么办');
  expect(chinese.stdout).toContain('推送的 FromUserName');
});

test('explains the numbers that WeChat itself reports', async () => {
  expect((await explain('40164')).stdout).toMatch(/^WXD1160 /);
});

test('gives the same as one JSON value', async () => {
  const { stdout } = await explain('WXD1001', '--json', '--lang', 'zh');
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'WXD1001',
    meaning: 'a signature does not match the Token',
    title: '签名与 Token 不符',
    exitCode: 4,
  });
});

test('lists every code without one, also as JSON', async () => {
  const text = await explain();
  expect(text.code).toBe(0);
  const listed = text.stdout.match(/^ {2}WXD\d{4}/gm)?.length;
  const json: unknown = JSON.parse((await explain('--json')).stdout);
  expect(json).toHaveLength(listed ?? 0);
  expect(json).toContainEqual({
    code: 'WXD2002',
    title: expect.stringContaining('close to the limit') as string,
  });
});

test.each([
  ['WXD1020', 'WXD1002'],
  ['WXD2O01', 'WXD2001'],
  ['x'.repeat(500), 'WXD'],
])('names the nearest codes for %s and exits with 2', async (wanted, near) => {
  const { code, stdout, stderr } = await explain(wanted);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(near);
});

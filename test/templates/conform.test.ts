import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli, startProgram } from '../helpers/cli.ts';

/** What a user adds to a handler so that duplicates can be counted: docs/conform.md. */
const counter = `const counts = new Map();
function count(follower) {
  counts.set(follower, (counts.get(follower) ?? 0) + 1);
  return String(counts.get(follower));
}
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wx-dev-conform-template-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the template node-minimal keeps every rule, and its log and its end too', async () => {
  await using workspace = await createWorkspace();
  const { env } = workspace;
  const args = ['init', 'bot', '--yes', '--no-git', '--appid', 'wx1234567890abcdef'];
  expect(await runCli(args, { cwd: folder, env })).toMatchObject({ code: 0 });
  const cwd = join(folder, 'bot');
  const server = join(cwd, 'server.mjs');
  const source = await readFile(server, 'utf8');
  const hook = `  if ((message.Content ?? message.EventKey) === '#count') return count(message.FromUserName);\n`;
  const changed = source.replace(/^async function onMessage.*\n/m, (line) => `${line}${hook}`);
  expect(changed).not.toBe(source);
  await writeFile(server, `${changed}${counter}`);
  await using app = startProgram(process.execPath, ['server.mjs'], { cwd, env: { PORT: '0' } });
  const { port } = await app.waitFor(({ msg }) => msg === 'listening');
  const flags = ['--count-text', '#count', '--pid', String(app.pid), '--json'];
  const result = await runCli(['conform', String(port), ...flags], { cwd, env });
  const report = JSON.parse(result.stdout) as Report;
  expect(failuresOf(report)).toEqual([]);
  expect(report.passed).toBeGreaterThanOrEqual(69);
  expect(result.code).toBe(0);
  await app.exited;
  expect(app.stdout()).not.toMatch(/oWxDev_/);
});

test.each(['safe', 'compat', 'plain'])('wx-dev serve keeps every rule in %s mode', async (mode) => {
  await using workspace = await createWorkspace();
  const { dir: cwd, env } = workspace;
  const handler = `${counter}export default (message) =>
  (message.content ?? message.eventKey) === '#count' ? count(message.fromUserName) : message.content || undefined;
`;
  await writeFile(join(cwd, 'handler.mjs'), handler);
  const serve = ['serve', 'handler.mjs', '-p', '0', '--no-tunnel', '--mode', mode, '--json'];
  await using running = startCli(serve, { cwd, env });
  await running.waitFor(isReady);
  const flags = ['--mode', mode, '--count-text', '#count', '--json'];
  const result = await runCli(['conform', ...flags], { cwd, env });
  const report = JSON.parse(result.stdout) as Report;
  expect(failuresOf(report)).toEqual([]);
  expect(result.code).toBe(0);
});

interface Report {
  readonly passed: number;
  readonly rules: readonly { readonly id: string; readonly result: string; readonly code?: string }[];
}

function failuresOf({ rules }: Report): string[] {
  return rules.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id} ${code}`);
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli } from '../helpers/cli.ts';

/** What a user adds to a handler so that duplicates can be counted: docs/conform.md. */
const counter = `const counts = new Map();
function count(follower) {
  counts.set(follower, (counts.get(follower) ?? 0) + 1);
  return String(counts.get(follower));
}
`;

const handler = `${counter}export default (message) =>
  (message.content ?? message.eventKey) === '#count' ? count(message.fromUserName) : message.content || undefined;
`;

test.each([
  ['safe', 'xml'],
  ['compat', 'xml'],
  ['plain', 'json'],
])('wx-dev serve keeps every rule in %s mode, as %s', async (mode, format) => {
  const served = ['handler.mjs', '--no-tunnel', '--mode', mode];
  const asked = ['--mode', mode, '--format', format, '--count-text', '#count'];
  const { code, report } = await conformServe(served, asked);
  expect(failuresOf(report)).toEqual([]);
  expect(code).toBe(0);
});

test.each([
  ['work', { corpId: 'ww1234567890abcdef' }],
  ['component', { appId: 'wx1234567890abcdef' }],
])('wx-dev serve keeps every rule for an account of kind %s', async (kind, ids) => {
  const account = { kind, token: 'conformToken1', aesKey: `${'a'.repeat(42)}A`, ...ids };
  const settings = JSON.stringify({ accounts: { one: account } });
  const chosen = ['--account', 'one'];
  const served = ['handler.mjs', '--no-tunnel', ...chosen];
  const { code, report } = await conformServe(served, chosen, settings);
  expect(failuresOf(report)).toEqual([]);
  expect(report.passed).toBeGreaterThan(40);
  expect(code).toBe(0);
});

/** Starts the server and runs the suite against it, in a project of its own. */
async function conformServe(
  served: readonly string[],
  asked: readonly string[],
  settings?: string,
): Promise<{ code: number | string; report: Report }> {
  await using workspace = await createWorkspace();
  const { dir: cwd, env } = workspace;
  await writeFile(join(cwd, 'handler.mjs'), handler);
  if (settings !== undefined) await writeFile(join(cwd, 'wx-dev.config.json'), settings);
  await using running = startCli(['serve', ...served, '-p', '0', '--json'], { cwd, env });
  await running.waitFor(isReady);
  const { code, stdout } = await runCli(['conform', ...asked, '--timeout', '30s', '--json'], { cwd, env });
  return { code, report: JSON.parse(stdout) as Report };
}

interface Report {
  readonly passed: number;
  readonly rules: readonly { readonly id: string; readonly result: string; readonly code?: string }[];
}

function failuresOf({ rules }: Report): string[] {
  return rules.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id} ${code}`);
}

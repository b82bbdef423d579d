import { once } from 'node:events';
import { appendFile, chmod, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { openHistory } from '../../src/inspector/history.ts';
import { createWorkspace, isReady, runCli, startCli, startProgram } from '../helpers/cli.ts';
import { exchange } from '../inspector/support.ts';

test('lists what serve recorded, as serve printed it, and by id with both messages', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  await using serve = startCli(['serve', '--port', '0', '--json'], options);
  const ready = await serve.waitFor(isReady);
  await runCli(['send', 'text', '你好 -- hello'], options);
  const printed = await serve.waitFor((event) => event['event'] === 'exchange');
  serve.kill('SIGINT');
  expect(await serve.exited).toBe(0);

  const list = await runCli(['logs', '--json'], options);
  const [line = ''] = list.stdout.split('\n');
  const { at, ...listed } = JSON.parse(line) as Record<string, unknown>;
  expect(listed).toEqual(printed);
  expect(Date.parse(String(at))).toBeGreaterThan(0);

  const { stdout } = await runCli(['logs', '#1'], options);
  expect(stdout).toContain('<Content><![CDATA[你好 -- hello]]></Content>');
  expect(stdout).not.toContain('oWxDev_Alice_000000000000001');
  const verbose = await runCli(['logs', 'last', '-v', '--lang', 'zh'], options);
  expect(verbose.stdout).toContain('oWxDev_Alice_000000000000001');
  expect(verbose.stdout).toContain('<Encrypt>');
  expect(verbose.stdout).toContain('应答');

  const folder = join(workspace.dir, '.wx-dev', 'history');
  const [name = ''] = await readdir(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  const text = await readFile(join(folder, name), 'utf8');
  const state = await readFile(join(workspace.dir, '.wx-dev', 'state.json'), 'utf8');
  const { token, aesKey, owner } = JSON.parse(state) as Record<string, string>;
  for (const secret of [token, aesKey, owner, ready['token']]) expect(text).not.toContain(secret);
});

test('records nothing with --no-history', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  await using serve = startCli(['serve', '--port', '0', '--json', '--no-history'], options);
  const { local } = await serve.waitFor(isReady);
  await ask(String(local));
  expect(await serve.waitFor((event) => event['event'] === 'exchange')).toMatchObject({ id: 1 });
  serve.kill('SIGINT');
  await serve.exited;
  expect(await readdir(join(workspace.dir, '.wx-dev'))).not.toContain('history');
});

test('a project without any state gets none by looking', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  const nothing = await runCli(['logs'], options);
  expect([nothing.code, nothing.stdout]).toEqual([0, '']);
  expect(nothing.stderr).toContain('nothing is recorded');
  const missing = await runCli(['logs', '17', '--json'], options);
  expect(missing.code).toBe(2);
  expect(JSON.parse(missing.stdout)).toMatchObject({ event: 'error', code: 'WXD6061' });
  expect(await readdir(workspace.dir)).not.toContain('.wx-dev');
});

test('goes on with the ids of the run before, which was killed while it wrote', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  const ids: unknown[] = [];
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    await using serve = startCli(['serve', '--port', '0', '--json'], options);
    const { local } = await serve.waitFor(isReady);
    // More than one write takes; the last of it is killed half-way.
    for (let turn = 0; turn < 40; turn += 1) void ask(String(local));
    await serve.waitFor((event) => event['event'] === 'exchange' && event['type'] === 'http');
    await until(async () => (await recordedIds(options)).length > ids.length);
    serve.kill(signal);
    await serve.exited;
    await appendFile(
      join(workspace.dir, '.wx-dev/history/exchanges-000001.ndjson'),
      '{"id":9999,"v":1',
    );
    ids.splice(0, ids.length, ...(await recordedIds(options)));
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain(9999);
});

test('filters by time, type, verdict and follower', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  const now = Date.now();
  const error = new WxDevError('WXD2001', { ms: 5001, limitMs: 5000 });
  await recordAll(workspace.dir, [
    exchange({ id: 1, startedAt: now - 3 * 3_600_000 }),
    exchange({ id: 2, startedAt: now - 1000, type: 'CLICK', openid: 'oBob' }),
    exchange({ id: 3, startedAt: now, verdict: 'late', status: 0, error, response: undefined }),
  ]);
  const ids = async (...flags: string[]): Promise<unknown[]> => {
    const { stdout } = await runCli(['logs', '--json', ...flags], options);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { id: number }).id);
  };
  expect(await ids('--since', '1h', '--type', 'click,IMAGE', '--type', 'text')).toEqual([2, 3]);
  expect(await ids('--type', 'click', '--openid', 'oBo')).toEqual([2]);
  expect(await ids('--verdict', 'late')).toEqual([3]);
  expect(await ids('--limit', '2', '--since', '2020-01-01')).toEqual([2, 3]);
  const late = await runCli(['logs', '3', '--lang', 'zh'], options);
  expect(late.stdout).toContain('WXD2001');
  expect(late.stdout).toContain('没有应答');
  for (const wrong of [['--since', 'soon'], ['1..2..3']])
    expect((await runCli(['logs', ...wrong], options)).code).toBe(2);
});

test('follows live, and ends on Ctrl-C with 0', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  await using logs = startCli(['logs', '-f', '--json'], options);
  await mkdir(join(workspace.dir, '.wx-dev'), { mode: 0o700 });
  await recordAll(workspace.dir, [exchange({ id: 5 })]);
  expect(await logs.waitFor((event) => event['id'] === 5)).toMatchObject({ type: 'text' });
  logs.kill('SIGINT');
  expect(await logs.exited).toBe(0);
});

test('fits a terminal of 80 cells, whatever a follower sends', async () => {
  await using workspace = await createWorkspace();
  const text = `<xml><Content>${'你好👨‍👩‍👧'.repeat(100)}\u001B[2J\u202E</Content><b>${'x'.repeat(300)}</b></xml>`;
  await recordAll(workspace.dir, [
    exchange({
      id: 123_456,
      content: text,
      push: { mode: 'plain', format: 'xml', text },
      request: { ...exchange().request, body: Buffer.from(text) },
    }),
  ]);
  const command = `'${process.execPath}' '${join(import.meta.dirname, '../../bin/wx-dev.js')}' logs`;
  for (const args of ['', 'last']) {
    const shell = `stty cols 80 rows 24; ${command} ${args}`;
    await using child = startProgram('script', ['-qec', shell, '/dev/null'], {
      cwd: workspace.dir,
      env: { ...workspace.env, TERM: 'xterm' },
    });
    await child.exited;
    const shown = child.stdout();
    expect(shown).toContain('#123456');
    expect(shown).not.toContain('\u001B[2J');
    for (const line of stripVTControlCharacters(shown).split(/\r?\n/))
      expect(stringWidth(line), line).toBeLessThanOrEqual(80);
  }
});

test('tightens a history that others may read, and refuses one that is a link', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  await recordAll(workspace.dir, [exchange()]);
  const file = join(workspace.dir, '.wx-dev/history/exchanges-000001.ndjson');
  await chmod(file, 0o644);
  expect((await runCli(['logs'], options)).code).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await symlink(file, join(workspace.dir, '.wx-dev/history/exchanges-000002.ndjson'));
  const linked = await runCli(['logs'], options);
  expect(linked.code).toBe(3);
  expect(linked.stderr).toContain('WXD6064');
});

test('a disk that is full costs the history and gives one warning; serving goes on', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: workspace.env };
  await runCli(['send', 'verify'], options); // Makes the project's state, before there is a limit.
  const bin = join(import.meta.dirname, '../../bin/wx-dev.js');
  // 4 KiB a file: one exchange fits, and half of the second.
  const limited = `ulimit -f 4; exec '${process.execPath}' '${bin}' serve --port 0 --json`;
  await using serve = startProgram('bash', ['-c', limited], options);
  await serve.waitFor(isReady);
  for (let turn = 1; turn <= 3; turn += 1) {
    const sent = await runCli(['send', 'text', `hello ${turn}`], options);
    expect(sent.code).toBe(0);
  }
  serve.kill('SIGINT');
  expect(await serve.exited).toBe(0);
  expect(serve.stderr().match(/WXD6060/g)).toHaveLength(1);
  const ids = await recordedIds(options);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.length).toBeLessThan(3);
});

async function recordAll(dir: string, exchanges: readonly Exchange[]): Promise<void> {
  const history = await openHistory({
    folder: join(dir, '.wx-dev', 'history'),
    pid: process.pid,
    isAlive: () => true,
    secrets: [],
    onProblem: (error) => {
      throw error;
    },
  });
  for (const one of exchanges) history.record(one);
  await history.close();
}

async function recordedIds(options: {
  cwd: string;
  env: Readonly<Record<string, string>>;
}): Promise<number[]> {
  const { stdout } = await runCli(['logs', '--json', '--limit', '100000'], options);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: number }).id);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

/** A request that may be cut off by the death of the server. */
async function ask(local: string): Promise<void> {
  const { hostname, port } = new URL(local);
  const socket = createConnection(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  socket.end('GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await once(socket, 'close').catch(() => undefined);
}

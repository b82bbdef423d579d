import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorkspace, runCli, type RunResult, type Workspace } from '../helpers/cli.ts';
import { needProgram } from '../helpers/programs.ts';

function run({ dir, env }: Workspace, args: readonly string[], input?: string): Promise<RunResult> {
  const common = { cwd: dir, env };
  return runCli(['cert', ...args], input === undefined ? common : { ...common, input });
}

async function json(
  workspace: Workspace,
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(workspace, [...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('wx-dev cert', () => {
  test('init makes the authority, --allow reissues it and says to trust it again', async () => {
    await using workspace = await createWorkspace();
    expect(await json(workspace, ['init'])).toMatchObject({ change: 'created', sealed: false });
    const refused = await run(workspace, ['x.dev.example.com']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('permittedSubtrees');
    const again = await run(workspace, ['init', '--allow', 'dev.example.com']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('same key');
    expect(again.stdout).toMatch(/trust the new file once more/);
    expect((await run(workspace, ['x.dev.example.com'])).code).toBe(0);
    const free = await run(workspace, ['init', '--unconstrained', '--lang', 'zh']);
    expect(free.stdout).toContain('冒充任何网站');
  });

  test('with a passphrase signs only with it, from a file or standard input', async () => {
    await using workspace = await createWorkspace();
    await writeFile(join(workspace.dir, 'p.txt'), '口令\n');
    const made = await json(workspace, ['init', '--passphrase-file', 'p.txt']);
    expect(made).toMatchObject({ change: 'created', sealed: true });
    const without = await run(workspace, []);
    expect(without.code).toBe(3);
    expect(without.stderr).toContain('WXD5022');
    expect((await run(workspace, ['--passphrase-file', '-'], '口令\n')).code).toBe(0);
    const wrong = await run(workspace, ['b.test', '--passphrase-file', '-'], 'wrong');
    expect(wrong.stderr).toContain('does not open');
    expect(wrong.stderr).not.toContain('wrong');
    const env = { ...workspace.env, WX_DEV_CA_PASSPHRASE_FILE: 'p.txt' };
    expect((await runCli(['cert', 'b.test'], { cwd: workspace.dir, env })).code).toBe(0);
  });

  test('--ip-auto adds this machine, --rsa changes the key and says so', async () => {
    await using workspace = await createWorkspace();
    const first = await json(workspace, ['a.test', '--ip-auto']);
    expect(first['names']).toEqual(expect.arrayContaining(['a.test']));
    const rsa = await json(workspace, ['a.test', '--rsa']);
    expect(rsa['oldPin']).toBe(first['pin']);
    const certificate = new X509Certificate(await readFile(String(rsa['cert'])));
    expect(certificate.publicKey.asymmetricKeyType).toBe('rsa');
    expect(await json(workspace, ['a.test'])).toMatchObject({ reused: true, pin: rsa['pin'] });
  });

  test('keeps what it writes out of git', async () => {
    await using workspace = await createWorkspace();
    await json(workspace, ['client', '张三']);
    expect(await readFile(join(workspace.dir, '.wx-dev', '.gitignore'), 'utf8')).toBe('*\n');
    expect((await stat(join(workspace.dir, '.wx-dev'))).mode & 0o777).toBe(0o700);
  });

  test('client, list, revoke and renew speak of the same certificates', async () => {
    await using workspace = await createWorkspace();
    await json(workspace, ['a.test']);
    const client = await json(workspace, ['client', '张三', '--email', 'z@example.com']);
    expect(client).toMatchObject({ name: '张三', email: 'z@example.com' });
    for (const name of ['cert', 'key', 'ca', 'fullchain', 'crl']) await stat(String(client[name]));
    const { certificates } = await json(workspace, ['list']);
    const kinds = (certificates as { kind: string; state: string }[]).map(
      ({ kind, state }) => `${kind} ${state}`,
    );
    expect(kinds).toEqual(['server good', 'client good']);
    const { serialNumber } = new X509Certificate(await readFile(String(client['cert'])));
    const revoked = await json(workspace, ['revoke', serialNumber]);
    expect(revoked).toMatchObject({ serial: serialNumber, kind: 'client' });
    const { renewed, failed } = await json(workspace, ['renew', '--all']);
    expect(renewed).toMatchObject([{ kind: 'server', names: ['a.test'], reused: false }]);
    expect(failed).toEqual([]);
    const text = await run(workspace, ['list', '--lang', 'zh']);
    expect(text.stdout).toContain('已吊销');
  });

  test('renew goes on after one that cannot be renewed, and fails for it', async () => {
    await using workspace = await createWorkspace();
    await json(workspace, ['init', '--unconstrained']);
    await json(workspace, ['example.com', '--out', 'one']);
    await json(workspace, ['a.test', '--out', 'two']);
    await json(workspace, ['init', '--allow', 'b.example']);
    const { code, stdout, stderr } = await run(workspace, ['renew', '--all', '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain('WXD5003');
    const { renewed, failed } = JSON.parse(stdout) as Record<string, unknown>;
    expect(renewed).toMatchObject([{ names: ['a.test'] }]);
    expect(failed).toMatchObject([{ code: 'WXD5003' }]);
  });

  test.each([
    [['renew'], 3, 'WXD5027'],
    [['revoke', 'FFFFFFFF'], 2, 'WXD5026'],
    [['client', '../x'], 2, 'WXD5025'],
    [['client', 'a', '--email', 'x'], 2, 'WXD5025'],
    [['client', 'a', '--days', '826'], 2, 'WXD6001'],
    [['csr', 'nowhere.csr'], 3, 'WXD6006'],
    [['init', '--allow', 'a b'], 2, 'WXD5005'],
    [['client'], 2, 'missing argument'],
  ] as const)('%j ends with %i and %s', async (args, code, text) => {
    await using workspace = await createWorkspace();
    const result = await run(workspace, args);
    expect(result.stderr).toContain(text);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  });

  test('a mistyped subcommand is named, and a host of that name stays possible', async () => {
    await using workspace = await createWorkspace();
    const slips = {
      lst: 'list',
      lsit: 'list',
      trsut: 'trust',
      verfy: 'verify',
      'un-trust': 'untrust',
    };
    for (const [typed, meant] of Object.entries(slips)) {
      const refused = await run(workspace, [typed]);
      expect(refused.stderr).toContain(`did you mean ${meant}?`);
      expect(refused.code).toBe(2);
    }
    expect(await readdir(workspace.dir)).toEqual([]);
    expect(await json(workspace, ['test'])).toMatchObject({ names: ['test'] });
    await json(workspace, ['init', '--allow', 'lst']);
    expect(await json(workspace, ['lst'])).toMatchObject({ names: ['lst'] });
    await json(workspace, ['init', '--unconstrained']);
    expect((await run(workspace, ['lst'])).code).toBe(2);
    expect(await json(workspace, ['lst.'])).toMatchObject({ names: ['lst'] });
  });

  test('a subcommand lists its own options and the global ones, not those of cert', async () => {
    await using workspace = await createWorkspace();
    const { stdout } = await run(workspace, ['list', '--help']);
    expect(stdout).toContain('--json');
    expect(stdout).not.toContain('--ip-auto');
    expect((await run(workspace, ['--help'])).stdout).toContain('--ip-auto');
  });

  test('list of nothing is empty, and makes nothing', async () => {
    await using workspace = await createWorkspace();
    expect(await json(workspace, ['list'])).toEqual({ certificates: [] });
    expect(await readdir(workspace.dir)).toEqual([]);
  });

  needProgram('openssl', ['version'])('csr signs beside the request, or where told', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    await mkdir(join(dir, '请求'));
    const { execFileSync } = await import('node:child_process');
    const command =
      'req -new -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=a -addext subjectAltName=DNS:a.test -out 请求/a.csr';
    execFileSync('openssl', command.split(' '), { cwd: dir, stdio: 'ignore' });
    const made = await json(workspace, ['csr', '请求/a.csr']);
    expect(made).toMatchObject({ cert: join(dir, '请求', 'a.cert.pem'), names: ['a.test'] });
    const elsewhere = await json(workspace, ['csr', '请求/a.csr', '--out', 'out', '--days', '9']);
    expect(elsewhere['fullchain']).toBe(join(dir, 'out', 'a.fullchain.pem'));
  });

  test('two at once make one authority and two certificates that both count', async () => {
    await using workspace = await createWorkspace();
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) => json(workspace, [`${name}.test`, '--out', name])),
    );
    const issuers = made.map(async ({ ca }) => readFile(String(ca), 'utf8'));
    expect(new Set(await Promise.all(issuers)).size).toBe(1);
    const { certificates } = await json(workspace, ['list']);
    expect(certificates).toHaveLength(3);
  });
});

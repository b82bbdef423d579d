import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createWorkspace,
  runCli,
  startProgram,
  type RunResult,
  type Workspace,
} from '../helpers/cli.ts';
import { needProgram } from '../helpers/programs.ts';

const BIN = resolve(import.meta.dirname, '../../bin/wx-dev.js');

function run({ dir, env }: Workspace, ...args: readonly string[]): Promise<RunResult> {
  return runCli(['cert', ...args, '--json'], { cwd: dir, env });
}

async function json(
  workspace: Workspace,
  ...args: readonly string[]
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(workspace, ...args);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** A disk with room for files of `blocks` KiB: the limit of the process, which takes no root and is the same to a program. */
async function runOnFullDisk(
  { dir, env }: Workspace,
  blocks: number,
  ...args: readonly string[]
): Promise<RunResult> {
  const script = `ulimit -f ${blocks} && exec "$@"`;
  const command = ['-c', script, 'bash', process.execPath, BIN, 'cert', ...args];
  const program = startProgram('bash', command, { cwd: dir, env });
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

async function expectNoPart(folder: string): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder, { recursive: true }) : [];
  expect(names.filter((name) => /\.tmp$|\.lock$/.test(name))).toEqual([]);
}

describe('on a full disk', () => {
  test('nothing can be made: that is said, and nothing half is left', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    const full = await runOnFullDisk(workspace, 0);
    expect(full.code).toBe(3);
    expect(full.stderr).toMatch(/WXD(5009|6008)/);
    const init = await runOnFullDisk(workspace, 0, 'init');
    expect(init.code).toBe(3);
    expect(init.stderr).toContain('WXD5009');
    expect(init.stderr).toContain('full');
    await expectNoPart(dir);
    expect(existsSync(join(dir, 'home', 'ca', 'ca-key.pem'))).toBe(false);
    await json(workspace);
    // An empty one, which would show the key to git, is mended.
    expect(await readFile(join(dir, '.wx-dev', '.gitignore'), 'utf8')).toBe('*\n');
    expect((await run(workspace, 'verify')).code).toBe(0);
  });

  test('what was there stays good, key and certificate, and the next command goes on', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    for (const name of ['a', 'b', 'c']) await json(workspace, `${name}.test`, '--out', name);
    const client = await json(workspace, 'client', 'alice');
    const { serialNumber } = new X509Certificate(await readFile(String(client['cert'])));
    const home = join(dir, 'home', 'ca');
    const before = await json(workspace, 'list');
    const list = await readFile(join(home, 'crl.pem'), 'utf8');
    // The register has outgrown a KiB by now, so that no command can write it.
    const commands = [
      ['d.test', '--out', 'd'],
      ['renew', '--all', '--rekey'],
      ['client', 'bob'],
      ['revoke', serialNumber],
    ];
    for (const command of commands) {
      const full = await runOnFullDisk(workspace, 1, ...command);
      expect(full.code, command.join(' ')).toBe(3);
      expect(full.stderr, command.join(' ')).toContain('WXD5009');
      await expectNoPart(dir);
    }
    expect(await json(workspace, 'list')).toEqual(before);
    expect(await readFile(join(home, 'crl.pem'), 'utf8')).toBe(list);
    for (const name of ['a', 'b', 'c']) {
      const { code, stdout } = await run(
        workspace,
        'verify',
        join(name, 'cert.pem'),
        '--key',
        join(name, 'key.pem'),
      );
      expect(code, stdout).toBe(0);
    }
    const renewed = await json(workspace, 'renew', '--all', '--if-needed');
    expect(renewed['failed']).toEqual([]);
    expect(await json(workspace, 'revoke', serialNumber)).toMatchObject({ serial: serialNumber });
  });
});

describe('two at once', () => {
  test('of every command that writes end well, and lose nothing of each other', async () => {
    await using workspace = await createWorkspace();
    const both = (
      ...args: readonly string[]
    ): Promise<[Record<string, unknown>, Record<string, unknown>]> =>
      Promise.all([json(workspace, ...args), json(workspace, ...args)]);
    const [one, other] = await both('init');
    expect(one['fingerprint256']).toBe(other['fingerprint256']);
    expect(new Set([one['change'], other['change']])).toEqual(new Set(['created', 'unchanged']));

    const [leaf, same] = await both('a.test');
    expect(leaf['pin']).toBe(same['pin']);
    await both('client', 'alice');
    await both('client', '--email', 'b@b.test', 'bob');
    await both('renew', '--all');
    const [first, second] = await both('renew', '--rekey');
    const key = await readFile(String(leaf['key']), 'utf8');
    const certificate = new X509Certificate(await readFile(String(leaf['cert'])));
    const { createPrivateKey } = await import('node:crypto');
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    const pins = [first, second].flatMap(({ renewed }) =>
      (renewed as { pin: string }[]).map(({ pin }) => pin),
    );
    expect(pins).toHaveLength(2);
    await both('export', '--p12');
    await both('export', '--mobileconfig');
    await both('env');

    const { certificates } = await json(workspace, 'list');
    const clients = (certificates as { kind: string; serial: string; state: string }[]).filter(
      ({ kind, state }) => kind === 'client' && state === 'good',
    );
    expect(clients).toHaveLength(2);
    // Each revokes another one.
    await Promise.all(clients.map(({ serial }) => json(workspace, 'revoke', serial)));
    const after = await json(workspace, 'list');
    const states = (after['certificates'] as { serial: string; state: string }[])
      .filter(({ serial }) => clients.some((client) => client.serial === serial))
      .map(({ state }) => state);
    expect(states).toEqual(['revoked', 'revoked']);
    await expectNoPart(workspace.dir);
  });

  needProgram('openssl', ['version'])('requests are signed, each into its own file', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    const { execFileSync } = await import('node:child_process');
    for (const name of ['a', 'b']) {
      const command = `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -subj /CN=${name} -addext subjectAltName=DNS:${name}.test -out ${name}.csr`;
      execFileSync('openssl', command.split(' '), { cwd: dir, stdio: 'ignore' });
    }
    const made = await Promise.all(['a.csr', 'b.csr'].map((file) => json(workspace, 'csr', file)));
    expect(new Set(made.map(({ serial }) => serial)).size).toBe(2);
    expect((await json(workspace, 'list'))['certificates']).toHaveLength(2);
  });

  const certutil = '/usr/bin/certutil';
  needProgram(certutil, ['-H'])(
    'trust keeps both entries, and two untrusts clean up both',
    async () => {
      await using workspace = await createWorkspace();
      const { dir } = workspace;
      const { execFileSync } = await import('node:child_process');
      const HOME = join(dir, 'user');
      const databases = ['one', 'two'].map((name) =>
        join(HOME, '.mozilla/firefox', `${name}.default`),
      );
      for (const path of [...databases, join(HOME, '.pki/nssdb')]) {
        await mkdir(path, { recursive: true });
        execFileSync(certutil, ['-d', `sql:${path}`, '-N', '--empty-password']);
      }
      const profiles = databases.map(
        (_, index) => `[Profile${index}]\nPath=${['one', 'two'][index]}.default\nIsRelative=1\n`,
      );
      await writeFile(join(HOME, '.mozilla/firefox/profiles.ini'), profiles.join('\n'));
      // The proof by connecting is another test's: without programs in PATH nobody connects.
      const alone = { ...workspace, env: { ...workspace.env, HOME, PATH: '/nonexistent' } };
      await json(alone, 'init');
      await Promise.all([
        json(alone, 'trust', '--store', 'firefox', '--yes'),
        json(alone, 'trust', '--store', 'chromium', '--yes'),
      ]);
      const record = await readFile(join(dir, 'home', 'trust.json'), 'utf8');
      expect((JSON.parse(record) as { installed: unknown[] }).installed).toHaveLength(3);
      await Promise.all([json(alone, 'untrust', '--yes'), json(alone, 'uninstall', '--yes')]);
      expect(await readdir(join(dir, 'home'))).toEqual([]);
      for (const path of databases) {
        const listed = execFileSync(certutil, ['-d', `sql:${path}`, '-L'], { encoding: 'utf8' });
        expect(listed).not.toContain('wx-dev ');
      }
    },
  );
});

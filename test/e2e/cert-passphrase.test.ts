import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';
import { needProgram } from '../helpers/programs.ts';
import { openTerminal } from '../helpers/tmux.ts';

/** Every command that signs with the authority besides `cert` itself. */
const users: readonly (readonly string[])[] = [
  ['relay', '--tls', 'local', '-p', '0', '--https-port', '0'],
  ['serve', '--https', '-p', '0'],
  ['dev', '-p', '0', '--https-port', '0'],
  ['tunnel', '3000'],
];

async function createSealed(): Promise<Workspace> {
  const workspace = await createWorkspace();
  const { dir, env } = workspace;
  await writeFile(join(dir, 'p.txt'), '口令\n');
  const made = await runCli(['cert', 'init', '--passphrase-file', 'p.txt'], { cwd: dir, env });
  expect(made.code, made.stderr).toBe(0);
  return workspace;
}

test.each(users)(
  '%s opens an authority under a passphrase, from a file, a variable or standard input',
  async (...args) => {
    await using workspace = await createSealed();
    const { dir: cwd, env } = workspace;
    const command = [...args, '--json'];
    const without = await runCli(command, { cwd, env });
    expect(without.code).toBe(3);
    expect(without.stderr + without.stdout).toContain('WXD5022');
    await using fromFile = startCli([...command, '--passphrase-file', 'p.txt'], { cwd, env });
    await fromFile.waitFor(isReady);
    const variable = { ...env, WX_DEV_CA_PASSPHRASE_FILE: 'p.txt' };
    await using fromVariable = startCli(command, { cwd, env: variable });
    await fromVariable.waitFor(isReady);
    const dash = [...command, '--passphrase-file', '-'];
    await using fromInput = startCli(dash, { cwd, env, input: '口令\n' });
    await fromInput.waitFor(isReady);
  },
);

test('two authorities of one command are opened with what standard input said once', async () => {
  await using workspace = await createSealed();
  const { dir: cwd, env } = workspace;
  const withFile = ['--passphrase-file', 'p.txt'];
  await runCli(['cert', ...withFile], { cwd, env });
  await runCli(['cert', 'client', 'alice', ...withFile], { cwd, env });
  const renewed = await runCli(['cert', 'renew', '--all', '--passphrase-file', '-', '--json'], {
    cwd,
    env,
    input: '口令',
  });
  expect(renewed.code, renewed.stderr).toBe(0);
  expect((JSON.parse(renewed.stdout) as { renewed: unknown[] }).renewed).toHaveLength(2);
});

needProgram('tmux', ['-V'])(
  'on a terminal the passphrase is asked for, and shown to nobody',
  async () => {
    await using workspace = await createSealed();
    await using terminal = await openTerminal(['serve', '--https', '-p', '0'], {
      cwd: workspace.dir,
      env: { ...workspace.env, WX_DEV_LANG: 'en' },
    });
    await terminal.waitFor(/Passphrase of the authority/);
    await terminal.keys('口令', 'Enter');
    const screen = await terminal.waitFor(/https:\/\/127\.0\.0\.1:\d+/);
    expect(screen).not.toContain('口令');
  },
);

test('the relay inside dev serves its certificate as it was renewed, without a restart', async () => {
  await using workspace = await createWorkspace();
  const { dir: cwd, env } = workspace;
  await using dev = startCli(['dev', '-p', '0', '--https-port', '0', '--json'], { cwd, env });
  const { public: url } = await dev.waitFor(isReady);
  const served = async (): Promise<string | undefined> => {
    // Without a name the relay shows its own certificate, not one for the tunnel's host.
    const port = Number(new URL(String(url)).port);
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerX509Certificate() ?? {};
    socket.destroy();
    return fingerprint256;
  };
  const path = join(cwd, '.wx-dev', 'relay', 'cert.pem');
  const onDisk = async (): Promise<string> =>
    new X509Certificate(await readFile(path)).fingerprint256;
  const before = await served();
  expect(before).toBe(await onDisk());
  const renewed = await runCli(['cert', 'renew', '--all', '--rekey', '--json'], { cwd, env });
  expect(renewed.code, renewed.stderr).toBe(0);
  while ((await served()) === before) await new Promise((done) => setTimeout(done, 100));
  expect(await served()).toBe(await onDisk());
});

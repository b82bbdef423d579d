import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli } from '../helpers/cli.ts';
import { needProgram } from '../helpers/programs.ts';

async function serve(cert: string, key: string): Promise<number> {
  const server = createServer({ cert, key }).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('verify judges a server, by name and by client: exit 0, 4 and 5', async () => {
  await using workspace = await createWorkspace();
  const at = { cwd: workspace.dir, env: workspace.env };
  const made = await runCli(['cert', 'localhost', '127.0.0.1', '--json'], at);
  const files = JSON.parse(made.stdout) as Record<'cert' | 'key', string>;
  const [cert, key] = await Promise.all([
    readFile(files.cert, 'utf8'),
    readFile(files.key, 'utf8'),
  ]);
  const target = `127.0.0.1:${await serve(cert, key)}`;

  const own = await runCli(['cert', 'verify'], at);
  expect(own).toMatchObject({ code: 0 });
  const good = await runCli(['cert', 'verify', target, '--json'], at);
  expect(good.code, good.stderr).toBe(0);
  expect(JSON.parse(good.stdout)).toMatchObject({
    accepted: true,
    protocol: 'TLSv1.3',
    faults: [],
  });

  const named = await runCli(['cert', 'verify', target, '--host-name', 'b.test', '--json'], at);
  expect(named.code).toBe(4);
  expect(JSON.parse(named.stdout)).toMatchObject({ faults: [{ rule: 'wrong-name' }] });

  const phone = await runCli(['cert', 'verify', target, '--as', 'wechat', '--lang', 'zh'], at);
  expect(phone.code).toBe(4);
  expect(phone.stdout).toContain('-202 net::ERR_CERT_AUTHORITY_INVALID');

  const shown = await runCli(['cert', 'show', target, '--json'], at);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    names: ['localhost', '127.0.0.1'],
    validity: 'valid',
  });
  const unreachable = await runCli(['cert', 'verify', '127.0.0.1:1'], at);
  expect(unreachable.code).toBe(5);
  expect(unreachable.stderr).toContain('WXD5041');
  const plain = createPlainServer((_request, response) => response.end('no TLS'));
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  onTestFinished(() => void plain.close());
  const address = plain.address() as AddressInfo;
  const noTls = await runCli(['cert', 'verify', `127.0.0.1:${address.port}`], at);
  expect(noTls.code).toBe(5);
  expect(noTls.stderr).toContain('WXD5042');
  expect((await runCli(['cert', 'verify', 'absent.pem'], at)).code).toBe(3);
});

test('export writes a key file that only its owner reads, with a password said once', async () => {
  await using workspace = await createWorkspace();
  const at = { cwd: workspace.dir, env: workspace.env };
  await runCli(['cert'], at);
  const exported = await runCli(['cert', 'export', '--json'], at);
  const { file, password } = JSON.parse(exported.stdout) as { file: string; password: string };
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const pfx = await readFile(file);
  expect(() => createSecureContext({ pfx, passphrase: password })).not.toThrow();

  const modern = ['cert', 'export', '--profile', 'modern', '--password-file', '-', '--json'];
  const given = await runCli(modern, { ...at, input: 'of my own\n' });
  expect(given.stdout).not.toContain('of my own');
  const again = await readFile(file);
  expect(() => createSecureContext({ pfx: again, passphrase: 'of my own' })).not.toThrow();
  for (const input of ['', '密码']) {
    const refused = await runCli(modern, { ...at, input });
    expect(refused.stderr).toContain('WXD5031');
    expect(refused.code).toBe(3);
  }

  const other = join(workspace.dir, 'other');
  await runCli(['cert', '--out', other], at);
  const mixed = await runCli(['cert', 'export', join(other, 'cert.pem')], at);
  expect(mixed.stderr).toContain('WXD5034');
  await runCli(['cert', 'export', '--der', '--out-file', 'ca.cer'], at);
  const der = await readFile(join(workspace.dir, 'ca.cer'));
  expect(new X509Certificate(der).ca).toBe(true);
  expect(createPrivateKey(await readFile(join(other, 'key.pem'))).type).toBe('private');
});

test('trust changes nothing without a yes, and env prints what needs no trust', async () => {
  await using workspace = await createWorkspace();
  const at = { cwd: workspace.dir, env: workspace.env };
  const asked = await runCli(['cert', 'trust'], at);
  expect(asked.code).toBe(2);
  expect(asked.stderr).toContain('WXD6002');
  expect(existsSync(join(workspace.dir, 'home', 'trust.json'))).toBe(false);
  const nothing = await runCli(['cert', 'untrust'], at);
  expect(nothing).toMatchObject({ code: 0 });
  const env = await runCli(['cert', 'env', '--json'], at);
  const variables = JSON.parse(env.stdout) as Record<string, string>;
  for (const path of Object.values(variables)) expect(existsSync(path)).toBe(true);
  expect(Object.keys(variables)).toContain('NODE_EXTRA_CA_CERTS');
});

const certutil = '/usr/bin/certutil';
needProgram(certutil, ['-H'])('trust, untrust and uninstall leave nothing behind', async () => {
  await using workspace = await createWorkspace();
  const { dir } = workspace;
  const HOME = join(dir, 'user');
  await mkdir(HOME);
  const at = { cwd: dir, env: { ...workspace.env, HOME } };
  // A Chromium database, since the system's store is shared by everything on the machine.
  const database = join(HOME, '.pki/nssdb');
  await mkdir(database, { recursive: true });
  const { execFileSync } = await import('node:child_process');
  const list = (): string =>
    execFileSync(certutil, ['-d', `sql:${database}`, '-L'], { encoding: 'utf8' });
  execFileSync(certutil, ['-d', `sql:${database}`, '-N', '--empty-password']);
  const trusted = await runCli(['cert', 'trust', '--store', 'chromium', '--yes', '--json'], at);
  expect(trusted.code, trusted.stderr + trusted.stdout).toBe(0);
  expect(JSON.parse(trusted.stdout)).toMatchObject({ stores: [{ store: 'chromium', done: true }] });
  expect(list()).toContain('wx-dev ');
  const gone = await runCli(['cert', 'uninstall', '--yes', '--json'], at);
  expect(gone.code, gone.stderr).toBe(0);
  expect(list()).not.toContain('wx-dev ');
  expect(await readdir(join(dir, 'home'))).toEqual([]);
});

test('a damaged list of stores stops uninstall before the key is deleted', async () => {
  await using workspace = await createWorkspace();
  const at = { cwd: workspace.dir, env: workspace.env };
  await runCli(['cert'], at);
  await writeFile(join(workspace.dir, 'home', 'trust.json'), '{');
  const stopped = await runCli(['cert', 'uninstall', '--yes'], at);
  expect(stopped.stderr).toContain('WXD5032');
  expect(stopped.code).toBe(3);
  expect(existsSync(join(workspace.dir, 'home', 'ca', 'ca-key.pem'))).toBe(true);
});

test('phone announces a URL that answers, and ends well with Ctrl-C', async () => {
  await using workspace = await createWorkspace();
  const args = ['cert', 'phone', '--address', '127.0.0.1', '--json'];
  await using phone = startCli(args, { cwd: workspace.dir, env: workspace.env });
  const ready = await phone.waitFor(isReady);
  expect((await fetch(String(ready['url']))).status).toBe(200);
  phone.kill('SIGINT');
  expect(await phone.exited).toBe(0);
});

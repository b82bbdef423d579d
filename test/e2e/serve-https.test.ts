import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import {
  createWorkspace,
  isReady,
  runCli,
  startCli,
  type RunningCli,
  type Workspace,
} from '../helpers/cli.ts';

interface Answer {
  readonly status: number;
  readonly fingerprint: string;
}

interface Client {
  readonly cert: string;
  readonly key: string;
}

async function cert(
  { dir, env }: Workspace,
  ...args: readonly string[]
): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await runCli(['cert', ...args, '--json'], { cwd: dir, env });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, string>;
}

async function makeClient(workspace: Workspace, name: string): Promise<Client & { crl: string }> {
  const made = await cert(workspace, 'client', name);
  const [certPem, key] = await Promise.all(
    [made['cert'], made['key']].map((path) => readFile(path ?? '', 'utf8')),
  );
  return { cert: certPem ?? '', key: key ?? '', crl: made['crl'] ?? '' };
}

/** Asks for the server's certificate and any page; throws what the handshake throws. */
async function ask({ env }: Workspace, url: string, client?: Client): Promise<Answer> {
  const ca = await readFile(join(env['WX_DEV_HOME'] ?? '', 'ca', 'ca.pem'), 'utf8');
  const outgoing = request(`${url}/elsewhere`, {
    ca,
    agent: false,
    cert: client?.cert,
    key: client?.key,
  }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { fingerprint256 } = (response.socket as TLSSocket).getPeerX509Certificate() ?? {};
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode ?? 0, fingerprint: fingerprint256 ?? '' };
}

/** Asks until the answer is as wanted; the test's own limit ends it otherwise. */
async function askUntil(good: () => Promise<boolean>): Promise<void> {
  while (!(await good().catch(() => false))) await new Promise((done) => setTimeout(done, 100));
}

async function start(
  { dir, env }: Workspace,
  ...args: readonly string[]
): Promise<RunningCli & { local: string }> {
  const serve = startCli(['serve', '--https', '-p', '0', '--json', '-v', ...args], {
    cwd: dir,
    env,
  });
  const { local } = await serve.waitFor(isReady);
  return Object.assign(serve, { local: String(local) });
}

describe('wx-dev serve --https', () => {
  test('serves the project’s certificate, and the next one without a restart', async () => {
    await using workspace = await createWorkspace();
    await using serve = await start(workspace);
    expect(serve.local).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const before = await ask(workspace, serve.local);
    await cert(workspace, 'renew', '--rekey');
    await askUntil(
      async () => (await ask(workspace, serve.local)).fingerprint !== before.fingerprint,
    );
    const path = join(workspace.dir, '.wx-dev', 'certs', 'cert.pem');
    const { fingerprint256 } = new X509Certificate(await readFile(path));
    expect((await ask(workspace, serve.local)).fingerprint).toBe(fingerprint256);
  });

  test('keeps the old certificate while the file is damaged, says so, and takes the mended one', async () => {
    await using workspace = await createWorkspace();
    await using serve = await start(workspace);
    const before = await ask(workspace, serve.local);
    const path = join(workspace.dir, '.wx-dev', 'certs', 'cert.pem');
    await writeFile(path, 'half a certif');
    await askUntil(() => Promise.resolve(serve.stderr().includes('certificate not renewed')));
    expect((await ask(workspace, serve.local)).fingerprint).toBe(before.fingerprint);
    await cert(workspace);
    await askUntil(
      async () => (await ask(workspace, serve.local)).fingerprint !== before.fingerprint,
    );
  });

  test('serves the files it is given, for names of their own', async () => {
    await using workspace = await createWorkspace();
    const leaf = await cert(workspace, 'only.test', '--out', 'mine');
    await using serve = await start(
      workspace,
      '--tls-cert',
      'mine/cert.pem',
      '--tls-key',
      'mine/key.pem',
    );
    await expect(ask(workspace, serve.local)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(leaf['names']).toEqual(['only.test']);
  });

  test('lets in clients of the authority only, and drops one that is revoked', async () => {
    await using workspace = await createWorkspace();
    const [alice, bob] = [await makeClient(workspace, 'alice'), await makeClient(workspace, 'bob')];
    const ca = join(workspace.env['WX_DEV_HOME'] ?? '', 'ca', 'ca-client.pem');
    await using serve = await start(workspace, '--client-ca', ca, '--crl', alice.crl);
    for (const client of [alice, bob]) {
      expect((await ask(workspace, serve.local, client)).status).toBeGreaterThan(0);
    }
    await expect(ask(workspace, serve.local)).rejects.toThrow();
    const leaf = join(workspace.dir, '.wx-dev', 'certs');
    const server = {
      cert: await readFile(join(leaf, 'cert.pem'), 'utf8'),
      key: await readFile(join(leaf, 'key.pem'), 'utf8'),
    };
    await expect(ask(workspace, serve.local, server)).rejects.toThrow();
    await cert(workspace, 'revoke', new X509Certificate(alice.cert).serialNumber);
    await askUntil(async () => {
      await expect(ask(workspace, serve.local, alice)).rejects.toThrow();
      return true;
    });
    expect((await ask(workspace, serve.local, bob)).status).toBeGreaterThan(0);
  });

  test('cuts the open connection of a client that is revoked, and no other', async () => {
    await using workspace = await createWorkspace();
    const [alice, bob] = [await makeClient(workspace, 'alice'), await makeClient(workspace, 'bob')];
    const home = workspace.env['WX_DEV_HOME'] ?? '';
    const ca = join(home, 'ca', 'ca-client.pem');
    await using serve = await start(workspace, '--client-ca', ca, '--crl', alice.crl);
    const roots = await readFile(join(home, 'ca', 'ca.pem'), 'utf8');
    const open = async ({ cert: certPem, key }: Client): Promise<TLSSocket> => {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(new URL(serve.local).port),
        ca: roots,
        cert: certPem,
        key,
      });
      socket.on('error', () => undefined); // A reset is one way to be cut.
      // An answer proves that the server took the certificate; half a request after it keeps the connection in use.
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /wx HTTP/1.1\r\nHost: a\r\n');
      await once(socket, 'data');
      return socket;
    };
    const [first, second] = [await open(alice), await open(bob)];
    const cut = once(first, 'close');
    await cert(workspace, 'revoke', new X509Certificate(alice.cert).serialNumber);
    await cut;
    second.write('Content-Length: 0\r\n\r\n');
    await once(second, 'data');
    second.destroy();
  });

  test.each([
    [['--client-ca', 'x'], 'WXD6002'],
    [['--https', '--crl', 'x'], 'WXD6002'],
    [['--https', '--client-ca', 'x', '--tunnel'], 'WXD6007'],
    [['--https', '--tls-cert', 'x'], 'WXD6002'],
  ])('%j is a mistake of usage', async (args, code) => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const result = await runCli(['serve', '-p', '0', ...args], { cwd: dir, env });
    expect(result.stderr).toContain(code);
    expect(result.code).toBe(2);
  });

  test('refuses to start with an authority or a list that is none', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const { crl } = await makeClient(workspace, 'alice');
    await writeFile(join(dir, 'junk.pem'), 'junk');
    const ca = join(env['WX_DEV_HOME'] ?? '', 'ca', 'ca-client.pem');
    for (const args of [
      ['--client-ca', 'junk.pem'],
      ['--client-ca', crl],
      ['--client-ca', ca, '--crl', 'junk.pem'],
    ]) {
      const result = await runCli(['serve', '--https', '-p', '0', ...args], { cwd: dir, env });
      expect(result.stderr).toContain('WXD5028');
      expect(result.code).toBe(3);
    }
  });
});

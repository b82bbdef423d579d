import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createWorkspace,
  isReady,
  runCli,
  startCli,
  type RunningCli,
  type RunResult,
  type Workspace,
} from '../helpers/cli.ts';

type Made = Record<string, string>;

async function cert({ dir, env }: Workspace, ...args: readonly string[]): Promise<Made> {
  const { code, stdout, stderr } = await runCli(['cert', ...args, '--json'], { cwd: dir, env });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Made;
}

interface Started extends RunningCli {
  /** Plain and TLS. */
  readonly listen: readonly string[];
}

async function startRelay({ dir, env }: Workspace, client: Made): Promise<Started> {
  const checks = ['--client-ca', client['ca'] ?? '', '--crl', client['crl'] ?? ''];
  const relay = startCli(
    ['relay', '--tls', 'local', '-p', '0', '--https-port', '0', '--json', ...checks],
    { cwd: dir, env },
  );
  const { listen } = await relay.waitFor(isReady);
  return Object.assign(relay, { listen: listen as string[] });
}

async function startApp(): Promise<string> {
  const app = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    app.closeAllConnections();
    app.close();
  });
  return String((app.address() as AddressInfo).port);
}

function tunnelArgs(relay: string, app: string, client?: Made): string[] {
  const show = ['--client-cert', client?.['cert'] ?? '', '--client-key', client?.['key'] ?? ''];
  return ['tunnel', app, '--relay', relay, '--json', ...(client ? show : [])];
}

/** Asks as the public does, without a certificate. */
async function ask({ env }: Workspace, url: string): Promise<{ text: string; server: string }> {
  const ca = await readFile(join(env['WX_DEV_HOME'] ?? '', 'ca', 'ca.pem'), 'utf8');
  const { hostname, port } = new URL(url);
  const outgoing = request({
    host: '127.0.0.1',
    port,
    servername: hostname,
    headers: { host: `${hostname}:${port}` },
    ca,
    agent: false,
  }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const server = (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '';
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { text, server };
}

describe('wx-dev relay --client-ca', () => {
  test('opens tunnels to its clients only, and serves the public without certificates', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const alice = await cert(workspace, 'client', 'alice');
    await using relay = await startRelay(workspace, alice);
    const [plain = '', secure = ''] = relay.listen;
    const app = await startApp();
    const refused = async (args: readonly string[]): Promise<RunResult> => {
      const result = await runCli(args, { cwd: dir, env });
      expect(result.stderr).toContain('WXD5029');
      expect(result.code).toBe(3);
      return result;
    };
    expect((await refused(tunnelArgs(secure, app))).stderr).toContain('wants a client');
    await refused(tunnelArgs(plain, app, alice));
    const server = await cert(workspace, 'localhost');
    expect((await refused(tunnelArgs(secure, app, server))).stderr).toContain('does not accept');

    await using tunnel = startCli(tunnelArgs(secure, app, alice), { cwd: dir, env });
    const { public: url } = await tunnel.waitFor(isReady);
    expect((await ask(workspace, String(url))).text).toBe('hello');
  });

  test('refuses a client from the moment it is revoked, and lets the others in', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const [alice, bob] = [
      await cert(workspace, 'client', 'alice'),
      await cert(workspace, 'client', 'bob'),
    ];
    await using relay = await startRelay(workspace, alice);
    const [, secure = ''] = relay.listen;
    const app = await startApp();
    const { serialNumber } = new X509Certificate(await readFile(alice['cert'] ?? ''));
    await cert(workspace, 'revoke', serialNumber);
    for (;;) {
      await using again = startCli(tunnelArgs(secure, app, alice), { cwd: dir, env });
      const ended = await Promise.race([again.exited, again.waitFor(isReady).catch(() => 3)]);
      if (ended === 3) break; // Until the relay has read the new list.
    }
    await using tunnel = startCli(tunnelArgs(secure, app, bob), { cwd: dir, env });
    const { public: url } = await tunnel.waitFor(isReady);
    expect((await ask(workspace, String(url))).text).toBe('hello');
  });

  test('cuts the open tunnel of a client that is revoked, and no other', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const [alice, bob] = [
      await cert(workspace, 'client', 'alice'),
      await cert(workspace, 'client', 'bob'),
    ];
    await using relay = await startRelay(workspace, alice);
    const [, secure = ''] = relay.listen;
    const app = await startApp();
    await using revoked = startCli(tunnelArgs(secure, app, alice), { cwd: dir, env });
    await using kept = startCli([...tunnelArgs(secure, app, bob), '--subdomain', 'bobs-own'], {
      cwd: dir,
      env,
    });
    await revoked.waitFor(isReady);
    const { public: url } = await kept.waitFor(isReady);
    const { serialNumber } = new X509Certificate(await readFile(alice['cert'] ?? ''));
    await cert(workspace, 'revoke', serialNumber);
    // Told once, not dialled for ever.
    await revoked.waitFor(({ event, code }) => event === 'error' && code === 'WXD5029');
    expect((await ask(workspace, String(url))).text).toBe('hello');
    const events = (name: string): unknown[] =>
      relay.events().filter(({ event }) => event === name);
    expect(events('tunnel-open')).toHaveLength(2);
    expect(events('tunnel-closed')).toHaveLength(1);
  });

  test('takes a renewed certificate without a restart', async () => {
    await using workspace = await createWorkspace();
    const alice = await cert(workspace, 'client', 'alice');
    await using relay = await startRelay(workspace, alice);
    const [, secure = ''] = relay.listen;
    const url = `https://localhost:${new URL(secure).port}`;
    const before = (await ask(workspace, url)).server;
    await cert(workspace, 'renew', '--all', '--rekey');
    while ((await ask(workspace, url)).server === before) {
      await new Promise((done) => setTimeout(done, 100));
    }
  });

  test.each([
    [['relay', '--client-ca', 'x'], 'WXD6002'],
    [['relay', '--tls', 'local', '--crl', 'x'], 'WXD6002'],
    [['tunnel', '3000', '--relay', 'https://relay.test', '--client-cert', 'x'], 'WXD6002'],
  ])('%j is a mistake of usage', async (args, code) => {
    await using workspace = await createWorkspace();
    const result = await runCli(args, { cwd: workspace.dir, env: workspace.env });
    expect(result.stderr).toContain(code);
    expect(result.code).toBe(2);
  });
});

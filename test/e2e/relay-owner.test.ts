import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTunnel } from '../../src/tunnel/tunnel.ts';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';
import { eventually, RawClient } from '../helpers/tunnel.ts';

const owner = (who: string): string => who.padEnd(32, '-');

async function startRelay(
  { dir, env }: Workspace,
  ...args: readonly string[]
): Promise<ReturnType<typeof startCli> & { url: string; health: string }> {
  const relay = startCli(['relay', '-p', '0', '--json', ...args], { cwd: dir, env });
  const { listen, health } = await relay.waitFor(isReady);
  return Object.assign(relay, { url: (listen as string[])[0] ?? '', health: String(health) });
}

async function startApp(): Promise<string> {
  const app = createServer((request, response) => response.end(`hello ${request.url}`));
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    app.closeAllConnections();
    app.close();
  });
  return `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
}

test('a relay that is killed and started again gives a name to its owner only', async () => {
  await using workspace = await createWorkspace();
  const file = join(workspace.env['WX_DEV_HOME'] ?? '', 'relay', 'names', 'localhost.json');
  const target = await startApp();
  const first = await startRelay(workspace);
  const mine = { target, subdomain: 'mine', owner: owner('me') };
  const tunnel = await openTunnel({ relay: first.url, ...mine });
  const kept = async (): Promise<string> => readFile(file, 'utf8').catch(() => '');
  for (let text = ''; !text.includes('"mine"'); text = await kept());
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await kept()).not.toContain(owner('me'));
  first.kill('SIGKILL');
  await first.exited;
  await tunnel.close();

  await using second = await startRelay(workspace);
  const theirs = { ...mine, relay: second.url, owner: owner('somebody-else') };
  await expect(openTunnel(theirs)).rejects.toMatchObject({ code: 'WXD4004' });
  await using again = await openTunnel({ relay: second.url, ...mine });
  expect(again.subdomain).toBe('mine');
});

test('limits, trusted proxies, health and access work from the command line', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  await writeFile(join(dir, 'users.txt'), '# team\nalice:correct horse\n');
  // A proxy that is trusted lets others in: without a token the relay would not start.
  const token = await runCli(['relay', 'token', 'create'], { cwd: dir, env });
  await writeFile(join(dir, 'token.txt'), token.stdout);
  const limits = ['--rate-per-ip', '3', '--max-body', '1KB', '--connections-per-name', '8'];
  const trust = ['--trust-proxy', '127.0.0.1,::1', '--health-port', '0'];
  await using relay = await startRelay(workspace, ...limits, ...trust);
  expect(await (await fetch(`${relay.health}/readyz`)).text()).toBe('ready\n');
  const access = ['--basic-auth-file', 'users.txt', '--open-path', '/wx,/public/*'];
  const dial = ['--relay', relay.url, '--relay-token-file', 'token.txt'];
  const args = ['tunnel', await startApp(), ...dial, '--subdomain', 'app', '--json'];
  await using tunnel = startCli([...args, ...access], { cwd: dir, env });
  await tunnel.waitFor(isReady);
  const port = Number(new URL(relay.url).port);
  let visitor = 0;
  const ask = async (
    start: string,
    more = '',
    from = `203.0.113.${++visitor}`,
  ): Promise<number> => {
    const head = `${start} HTTP/1.1\r\nHost: app.localhost\r\nX-Forwarded-For: ${from}\r\n${more}\r\n`;
    return (await new RawClient(port).send(head).response()).status;
  };
  expect(await ask('GET /')).toBe(401);
  expect(await ask('GET /wx')).toBe(200);
  const login = `Authorization: Basic ${Buffer.from('alice:correct horse').toString('base64')}\r\n`;
  expect(await ask('GET /', login)).toBe(200);
  expect(await ask('POST /wx', 'Content-Length: 1025\r\n')).toBe(413);
  // At once, so that no machine is slow enough for the rate to let all of them through.
  const one = 'GET /wx HTTP/1.1\r\nHost: app.localhost\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n';
  const answers = await new RawClient(port).send(one.repeat(300)).untilClosed();
  expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 429 [^]*expected: at most 3;/);
  relay.kill('SIGTERM');
  expect(await relay.exited).toBe(0);
  await eventually(() => relay.events().some(({ event }) => event === 'closed'));
});

test('a relay whose last token was revoked stays closed, also when it is started again', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  const mine = { target: await startApp(), subdomain: 'mine', owner: owner('me') };
  await using relay = await startRelay(workspace);
  await using open = await openTunnel({ relay: relay.url, ...mine });
  expect(open.subdomain).toBe('mine');
  const created = await runCli(['relay', 'token', 'create', '--json'], { cwd: dir, env });
  const { id, token } = JSON.parse(created.stdout) as { id: string; token: string };
  // Who came in without one has to leave: the relay that it runs into now asks for one.
  expect(await open.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4003' } });
  await using again = await openTunnel({ relay: relay.url, token, ...mine });
  expect(again.subdomain).toBe('mine');
  await runCli(['relay', 'token', 'revoke', id], { cwd: dir, env });
  expect(await again.closed).toMatchObject({ type: 'failed', error: { code: 'WXD4003' } });
  const closed = { code: 'WXD4003', details: { sent: false } };
  await expect(openTunnel({ relay: relay.url, ...mine })).rejects.toMatchObject(closed);

  await using second = startCli(['relay', '-p', '0'], { cwd: dir, env });
  await eventually(() => /http:\/\/127\.0\.0\.1:\d+/.test(second.stderr()));
  expect(second.stderr().replaceAll(/\s+/g, ' ')).toContain('every token is revoked or expired');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(second.stderr())?.[0] ?? '';
  await expect(openTunnel({ relay: url, ...mine })).rejects.toMatchObject(closed);
});

test('what cannot be is refused with what is wrong', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  await writeFile(join(dir, 'users.txt'), 'alice:short\n');
  for (const [args, code, exit] of [
    [['relay', '--trust-proxy', 'nginx'], 'WXD6001', 2],
    [['relay', '-p', '0', '--trust-proxy', '127.0.0.1'], 'WXD4010', 3],
    [['relay', '-p', '0', '--domain', 't.example.com'], 'WXD4010', 3],
    [['relay', '--rate-per-ip', 'many'], 'WXD6001', 2],
    [['relay', 'token', 'create', '--rate', '-1'], 'WXD6001', 2],
    [['tunnel', '3000', '--open-path', '/wx'], 'WXD6002', 2],
    [['tunnel', '3000', '--basic-auth-file', 'users.txt'], 'WXD4049', 3],
    [['tunnel', '3000', '--basic-auth-file', 'nowhere.txt'], 'WXD6006', 3],
  ] as const) {
    const result = await runCli(args, { cwd: dir, env });
    expect(result.stderr, args.join(' ')).toContain(code);
    expect(result.code, args.join(' ')).toBe(exit);
    expect(result.stderr).not.toContain('alice');
  }
});

test('limits of a token are shown, and the token is not', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  const create = ['relay', 'token', 'create', '--rate', '50', '--connections', '9', '--label', 'a'];
  const { stdout } = await runCli(create, { cwd: dir, env });
  const list = await runCli(['relay', 'token', 'list'], { cwd: dir, env });
  expect(list.stdout).toContain('50 requests/s · 9 at once');
  expect(list.stdout).not.toContain(stdout.trim());
});

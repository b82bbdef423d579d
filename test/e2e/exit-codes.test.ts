import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli } from '../helpers/cli.ts';

describe('exit codes of send', () => {
  test.each<[name: string, code: number, answer: RequestListener]>([
    ['an app that answers success', 0, (_, response) => response.end('success')],
    ['an app that refuses the signature', 4, (_, response) => response.writeHead(403).end('no')],
    ['an app that answers a web page', 7, (_, response) => response.end('<html>hi</html>')],
    [
      'an app that redirects',
      7,
      (_, response) => response.writeHead(301, { location: '/wx/' }).end(),
    ],
    ['an app that hangs up', 5, (request) => request.socket.destroy()],
    ['an app that never answers', 6, () => undefined],
  ])('%s gives %i', async (_name, code, answer) => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await using app = await startHttp(answer);
    const target = ['-f', String(app.port), '--json'];
    const sent = await runCli(['send', 'text', '你好', ...target], { cwd: dir, env });
    expect(sent.code, sent.stdout + sent.stderr).toBe(code);
    const outcome = JSON.parse(sent.stdout) as { accepted: boolean; faults: unknown[] };
    expect(outcome.accepted).toBe(code === 0);
    expect(outcome.faults.length > 0).toBe(code !== 0);
  });

  test('nobody listening gives 5 and names the address', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const app = await startHttp(() => undefined);
    await app[Symbol.asyncDispose]();
    const sent = await runCli(['send', 'verify', '-f', String(app.port)], { cwd: dir, env });
    expect(sent.code).toBe(5);
    expect(sent.stdout).toContain(String(app.port));
  });
});

describe('what ends a command before it starts', () => {
  test.each([
    ['an unknown option', ['dev', '--relai', 'x'], 2, '--relay'],
    ['an unknown command', ['serv'], 2, 'serve'],
    ['a port that is none', ['serve', '-p', '99999'], 2, 'WXD6001'],
    ['a Token file that is not there', ['serve', '--token-file', 'nothing'], 3, 'WXD6006'],
    ['safe mode without a key', ['serve', '--mode', 'safe'], 3, 'WXD6002'],
    [
      'a relay for everybody without tokens',
      ['relay', '--host', '0.0.0.0', '-p', '0'],
      3,
      'WXD4010',
    ],
    [
      'a relay that is not there',
      ['tunnel', '3000', '--relay', 'http://127.0.0.1:1'],
      5,
      'WXD4001',
    ],
    ['a handler that is not there', ['serve', 'nothing.mjs'], 3, 'WXD3005'],
    ['a program that is not there', ['dev', '--', 'no-such-program'], 2, 'WXD3009'],
    ['a store that is not known', ['cert', 'trust', '--store', 'none'], 2, 'WXD6001'],
  ])('%s', async (_name, args, code, expected) => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const result = await runCli(args, { cwd: dir, env: { ...env, WX_TOKEN: 'abcdef' } });
    expect(result.stderr).toContain(expected);
    expect(result.code, result.stderr).toBe(code);
    expect(result.stdout).toBe('');
  });

  test('a wrong AES key in .env is named with its line', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await writeFile(join(dir, '.env'), '# keys\nWX_TOKEN=abcdef\nWX_AES_KEY=tooshort\n');
    const result = await runCli(['serve'], { cwd: dir, env });
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('WXD1101');
    expect(result.stderr).toContain('.env:3');
    expect(result.stderr).not.toContain('tooshort');
  });

  test('a taken port is an error when it was asked for, and avoided when not', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await using other = await startHttp(() => undefined);
    const asked = await runCli(['serve', '-p', String(other.port)], { cwd: dir, env });
    expect(asked.code).toBe(3);
    expect(asked.stderr).toContain('WXD6003');
    await using first = startCli(['serve', '--json'], { cwd: dir, env });
    const one = await first.waitFor(isReady);
    await using second = startCli(['serve', '--json'], { cwd: dir, env });
    const two = await second.waitFor(isReady);
    expect(one['local']).not.toBe(two['local']);
  });
});

describe('what scripts read', () => {
  test('tunnel --print-url prints the URL alone, and --ready-file holds the same', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await using app = await startHttp((request, response) => response.end(`saw ${request.url}`));
    await using relay = startCli(['relay', '--json', '-p', '0'], { cwd: dir, env });
    const [url = ''] = (await relay.waitFor(isReady))['listen'] as string[];
    const args = [
      'tunnel',
      String(app.port),
      '--relay',
      url,
      '--print-url',
      '--ready-file',
      'r.json',
    ];
    await using tunnel = startCli(args, { cwd: dir, env });
    await relay.waitFor((event) => event['event'] === 'tunnel-open');
    while (!tunnel.stdout().includes('\n')) await new Promise((done) => setTimeout(done, 20));
    const printed = tunnel.stdout().trim();
    expect(printed).toMatch(/^http:\/\/[a-z0-9-]+\.localhost:\d+$/);
    const ready = JSON.parse(await readFile(join(dir, 'r.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(ready).toMatchObject({ event: 'ready', public: printed, relay: url });
    expect((await stat(join(dir, 'r.json'))).mode & 0o777).toBe(0o600);
    tunnel.kill('SIGINT');
    expect(await tunnel.exited).toBe(0);
    expect(tunnel.stdout().trim()).toBe(printed);
    await relay.waitFor((event) => event['event'] === 'tunnel-closed');
    relay.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
  });

  test('cert --json names files that exist, the key readable by the user only', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const made = await runCli(['cert', 'dev.test', '--json'], { cwd: dir, env });
    expect(made.code, made.stderr).toBe(0);
    const cert = JSON.parse(made.stdout) as Record<string, string>;
    expect(cert).toMatchObject({ names: ['dev.test'] });
    for (const name of ['cert', 'key', 'ca', 'fullchain']) await stat(cert[name] ?? '');
    expect((await stat(cert['key'] ?? '')).mode & 0o777).toBe(0o600);
    const shown = await runCli(['cert', 'show', cert['cert'] ?? '', '--json'], { cwd: dir, env });
    expect(JSON.parse(shown.stdout)).toMatchObject({ names: ['dev.test'] });
    const outside = await runCli(['cert', 'example.com'], { cwd: dir, env });
    expect(outside.code).not.toBe(0);
    expect(outside.stderr).toContain('WXD5003');
  });

  test('no secret is in the log, the errors or the running file', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
    const secrets = { WX_TOKEN: 'secrettoken42', WX_AES_KEY: aesKey, WX_SECRET: 'appsecret42' };
    await using serve = startCli(['serve', '-v', '-p', '0'], {
      cwd: dir,
      env: { ...env, ...secrets },
    });
    while (!serve.stderr().includes('Ctrl-C')) await new Promise((done) => setTimeout(done, 20));
    await runCli(['send', 'text', 'hi', '-v'], { cwd: dir, env: { ...env, ...secrets } });
    const running = await readFile(join(dir, '.wx-dev', 'running.json'), 'utf8');
    serve.kill('SIGINT');
    await serve.exited;
    const seen = serve.stdout() + serve.stderr() + running;
    for (const secret of [aesKey, 'appsecret42']) expect(seen).not.toContain(secret);
    expect(serve.stdout() + running).not.toContain('secrettoken42');
  });
});

async function startHttp(answer: RequestListener): Promise<AsyncDisposable & { port: number }> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { runInProcess } from '../cli/in-process.ts';

/** An app that passes every check, and the hosts that it was asked for. */
async function startApp(tls: ServerOptions): Promise<{ url: string; hosts: Set<string> }> {
  const hosts = new Set<string>();
  const app = createServer(tls, (request, response) => {
    hosts.add(request.headers.host ?? '');
    const query = new URL(request.url ?? '', 'http://a').searchParams;
    response.end(query.get('echostr') ?? 'success');
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  onTestFinished(() => void app.close());
  return { url: `https://127.0.0.1:${(app.address() as AddressInfo).port}`, hosts };
}

/** What a command says until it is ready: whether the self-check went through to the app. */
async function say({ dir, env }: Workspace, ...args: string[]): Promise<string> {
  const readyFile = join(dir, `${args.join(' ').replaceAll(/\W/g, '_')}.json`);
  const common = ['-p', '0', '--ready-file', readyFile, '--lang', 'en'];
  await using running = startCli([...args, ...common, '--json'], { cwd: dir, env });
  await running.waitFor(isReady);
  running.kill('SIGTERM');
  await running.exited;
  return running.stderr();
}

test('serve and dev reach an app with a self-signed certificate when told to, and say what they do', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  const { certPem, keyPem } = selfSigned(['shop.test']);
  const app = await startApp({ cert: certPem, key: keyPem });
  await writeFile(join(dir, 'app.pem'), certPem);
  const dev = ['dev', '--no-tunnel', '-f', app.url];
  const [refused, named, any] = await Promise.all([
    say(workspace, 'serve', '-f', app.url),
    say(workspace, ...dev, '--local-ca', 'app.pem', '--host-header', 'shop.test'),
    say(workspace, ...dev, '--insecure'),
  ]);
  expect(refused).toContain('WXD3004');
  expect(refused).toContain('--local-ca <file>');
  expect(named).not.toContain('WXD');
  expect(any).not.toContain('WXD');
  expect(app.hosts).toContain('shop.test');
  await using shown = startCli(['serve', '-f', app.url, '-p', '0', '--insecure'], {
    cwd: dir,
    env: { ...env, WX_DEV_HOST_HEADER: 'rewrite' },
  });
  const heading = new RegExp(`Host +rewrite`);
  while (!/waiting/i.test(shown.stderr())) await new Promise((done) => setTimeout(done, 50));
  expect(shown.stderr()).toMatch(heading);
  expect(shown.stderr()).toContain(`--insecure: the certificate of ${app.url} is not checked`);
  expect(app.hosts).toContain(new URL(app.url).host);
});

test('an app with a certificate of the local authority needs no option', async () => {
  await using workspace = await createWorkspace();
  const { dir, env } = workspace;
  const issued = await runCli(['cert', '127.0.0.1', '--json'], { cwd: dir, env });
  const { fullchain = '', key = '' } = JSON.parse(issued.stdout) as Record<string, string>;
  const app = await startApp({ cert: await readFile(fullchain), key: await readFile(key) });
  expect(await say(workspace, 'serve', '-f', app.url)).not.toContain('WXD');
});

test('an option that would do nothing is refused, and says what it needs', async () => {
  await using workspace = await createWorkspace();
  const cwd = workspace.dir;
  const run = (line: string, env: Record<string, string> = {}) =>
    runInProcess(line.split(' '), { cwd, env: { ...workspace.env, ...env } });
  const refused: [line: string, ...shown: string[]][] = [
    ['serve --insecure', 'WXD6002', '--forward-to is not set', 'wx-dev serve --forward-to https:'],
    ['dev --host-header a.test --no-tunnel', 'WXD6002', '--host-header'],
    ['serve -f 3000 --insecure', 'WXD6001', '--insecure', 'https:// target', '127.0.0.1:3000'],
    ['tunnel 3000 --local-ca ca.pem', 'WXD6001', '--local-ca', 'https:// target'],
    ['dev -f https://localhost:1 --insecure --local-ca a --no-tunnel', 'WXD6007'],
    ['dev -f https://localhost:1 --local-ca none.pem --no-tunnel', 'WXD6006', 'none.pem'],
    ['serve -f https://localhost:1 --host-header a/b', 'WXD6001', '--host-header'],
  ];
  for (const [line, ...shown] of refused) {
    const { code, stderr } = await run(line);
    // What is typed wrongly is a mistake of usage; a file that is not there is a setting.
    expect(code, line).toBe(shown.includes('WXD6006') ? 3 : 2);
    for (const text of shown) expect(stderr, line).toContain(text);
  }
  // Set for another target, they are none of this one's business.
  await using quiet = startCli(['serve', '-f', '1', '-p', '0', '--json'], {
    cwd,
    env: { ...workspace.env, WX_DEV_INSECURE: '1', WX_DEV_HOST_HEADER: 'a.test' },
  });
  await quiet.waitFor(isReady);
});

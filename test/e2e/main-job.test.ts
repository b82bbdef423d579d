import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createWorkspace,
  isReady,
  runCli,
  startCli,
  startProgram,
  type Workspace,
} from '../helpers/cli.ts';
import { freePort } from '../helpers/free-port.ts';

describe('the main job', () => {
  test('init, app, relay and dev answer WeChat over verified HTTPS, also after the relay was away', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    const made = await runCli(['init', 'bot', '--yes', '--no-git', '--json'], { cwd: dir, env });
    expect(made.code, made.stderr).toBe(0);
    const bot = join(dir, 'bot');
    const port = await freePort();
    await using app = startProgram(process.execPath, ['server.mjs'], {
      cwd: bot,
      env: { ...env, PORT: String(port) },
    });
    await app.waitFor((event) => JSON.stringify(event).includes(String(port)));

    const relayArgs = (http: string, https: string): string[] => {
      return ['relay', '--json', '--tls', 'local', '--port', http, '--https-port', https];
    };
    await using relay = startCli(relayArgs('0', '0'), { cwd: dir, env });
    const listen = (await relay.waitFor(isReady))['listen'] as string[];
    const [http = '', https = ''] = ['http:', 'https:'].map((protocol) =>
      listen.find((url) => url.startsWith(protocol)),
    );
    await using dev = startCli(
      ['dev', '--json', '--relay', https, '-f', String(port), '--mode', 'compat', '-p', '0'],
      { cwd: bot, env },
    );
    const ready = await dev.waitFor(isReady);
    expect(ready['public']).toMatch(/^https:\/\/[a-z0-9-]+\.localhost:\d+$/);
    const url = ready['public'] as string;

    await expectAccepted(workspace, ['verify']);
    for (const mode of ['plain', 'compat', 'safe']) {
      const id = `9007199254740${mode.length}93`;
      const { summary, reply } = await expectAccepted(workspace, [
        ...'text 你好 --msg-id'.split(' '),
        id,
        '--mode',
        mode,
      ]);
      expect(summary).toContain('你好');
      expect(reply).not.toBeNull();
      const exchange = await dev.waitFor((event) => event['msgId'] === id);
      expect(exchange).toMatchObject({
        event: 'exchange',
        type: 'text',
        status: 200,
        verdict: 'ok',
      });
      expect(handlings(app.stdout(), id)).toBe(1);
    }

    relay.kill('SIGKILL');
    await relay.exited;
    await dev.waitFor((event) => event['event'] === 'tunnel' && event['state'] === 'reconnecting');
    await new Promise((done) => setTimeout(done, 3000)); // The time without a relay is the thing tested.
    await using again = startCli(relayArgs(new URL(http).port, new URL(https).port), {
      cwd: dir,
      env,
    });
    await again.waitFor(isReady);
    const back = await dev.waitFor((event) => event['state'] === 'reconnected');
    expect(back['url']).toBe(url);
    await expectAccepted(workspace, ['text', '还在吗']);

    dev.kill('SIGINT');
    expect(await dev.exited, dev.stderr()).toBe(0);
    app.kill('SIGTERM');
    expect(await app.exited).toBe(0);
  });

  test('dev on embedded defaults echoes through its own relay and leaves nothing behind', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await using dev = startCli(['dev', '--json', '-p', '0', '--https-port', '0'], {
      cwd: dir,
      env,
    });
    const ready = await dev.waitFor(isReady);
    expect(ready).toMatchObject({ path: '/wx', mode: 'safe', inspector: null, pid: dev.pid });
    const sent = await runCli(['send', 'text', '你好', '--json'], { cwd: dir, env });
    expect(sent.code, sent.stdout + sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ status: 200, accepted: true, verdict: 'ok' });
    await dev.waitFor((event) => event['type'] === 'text');
    dev.kill('SIGINT');
    expect(await dev.exited).toBe(0);
    await expect(readFile(join(dir, '.wx-dev', 'running.json'))).rejects.toThrow('ENOENT');
    for (const name of ['local', 'public']) {
      const port = Number(new URL(String(ready[name])).port);
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
    }
    expect(dev.events().filter(isReady)).toHaveLength(1);
  });

  test('dev starts the app, passes it the settings, and ends it', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await runCli(['init', 'bot', '--yes', '--no-git'], { cwd: dir, env });
    const port = await freePort();
    await using dev = startCli(
      ['dev', '--json', '-p', '0', '--https-port', '0', '--', 'npm', 'start'],
      { cwd: join(dir, 'bot'), env: { ...env, PORT: String(port) } },
    );
    await dev.waitFor(isReady);
    await expectAccepted(workspace, ['subscribe']);
    dev.kill('SIGTERM');
    expect(await dev.exited, dev.stderr()).toBe(0);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});

async function expectAccepted(
  { dir, env }: Workspace,
  args: readonly string[],
): Promise<Record<string, unknown>> {
  const sent = await runCli(['send', ...args, '--json'], { cwd: join(dir, 'bot'), env });
  expect(sent.code, `${args.join(' ')}: ${sent.stdout}${sent.stderr}`).toBe(0);
  const outcome = JSON.parse(sent.stdout) as Record<string, unknown>;
  expect(outcome).toMatchObject({ accepted: true, verdict: 'ok', status: 200, faults: [] });
  return outcome;
}

/** How often the app's own log says that it handled a push. */
function handlings(log: string, msgId: string): number {
  return log.split('\n').filter((line) => line.includes('"handled"') && line.includes(`"${msgId}"`))
    .length;
}

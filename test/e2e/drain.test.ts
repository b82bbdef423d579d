import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createWorkspace, isReady, runCli, startCli } from '../helpers/cli.ts';

const env = {
  WX_TOKEN: 'drainToken1',
  WX_APPID: 'wx1234567890abcdef',
  WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
};

test('conform finds that serve answers what is under way when it is told to end, and then ends', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: { ...workspace.env, ...env } };
  await using serve = startCli(['serve', '--port', '0', '--json'], options);
  const { local, path } = await serve.waitFor(isReady);
  const url = `${String(local)}${String(path)}`;
  const rules = ['--only', 'shutdown', '--pid', String(serve.pid)];
  const { code, stdout } = await runCli(['conform', url, ...rules, '--json'], options);
  expect(JSON.parse(stdout)).toMatchObject({ failed: 0, skipped: 0 });
  expect(code).toBe(0);
  // The second rule of the group may send its own signal before the first has led to the end.
  expect([0, 130]).toContain(await serve.exited);
});

test('a second signal ends serve at once, whatever is under way', async () => {
  await using workspace = await createWorkspace();
  const options = { cwd: workspace.dir, env: { ...workspace.env, ...env } };
  await using serve = startCli(['serve', '--port', '0', '--json'], options);
  const { local } = await serve.waitFor(isReady);
  const socket = connect(Number(new URL(String(local)).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const asked = new Promise((resolve) => {
    socket.once('data', resolve);
  });
  socket.write('POST /wx HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n');
  await asked;
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  serve.kill('SIGTERM');
  // Two signals at once would be one.
  const port = Number(new URL(String(local)).port);
  await vi.waitUntil(() => isRefused(port), { timeout: 30_000, interval: 20 });
  serve.kill('SIGTERM');
  expect(await serve.exited).toBe(130);
  await closed;
});

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}

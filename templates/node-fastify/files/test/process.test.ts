// The program itself: how it starts and how it ends.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { sign } from '../src/wechat/signature.ts';
import { environment, NOW, TOKEN, textPush } from './support.ts';

function run(settings: Readonly<Record<string, string>> = {}): ChildProcess {
  const env = { ...process.env, ...environment, REDIS_URL: '', ...settings };
  const args = ['--import', 'tsx', 'src/server.ts'];
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

test('leaves slow work to its successor and ends within 2 s of SIGTERM', async () => {
  const child = run();
  assert.ok(child.stdout);
  let warnings = '';
  child.stderr?.on('data', (chunk) => {
    warnings += chunk;
  });
  let port: unknown;
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port: found } = JSON.parse(line);
    port = found;
    if (msg === 'listening') break;
  }
  const signature = sign(TOKEN, NOW, '2');
  const url = `http://127.0.0.1:${port}/wx?signature=${signature}&timestamp=${NOW}&nonce=2`;
  const answer = fetch(url, { method: 'POST', body: textPush('#slow') });
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text(), 'ok');
  const exit = once(child, 'exit');
  const startedAt = performance.now();
  child.kill('SIGTERM');
  assert.equal((await answer).status, 503);
  assert.deepEqual(await exit, [0, null]);
  assert.ok(performance.now() - startedAt < 3000);
  // Of Fastify: what its next version will not take.
  assert.doesNotMatch(warnings, /FSTDEP/);
});

test('does not start with wrong settings, and says which', async () => {
  const child = run({ WX_TOKEN: '' });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(text, /WX_TOKEN: is not set/);
});

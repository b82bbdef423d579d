// From a fresh clone to the first answered message, the way the README says it, each part in seconds.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Prints one line a part, and the sum. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'wx-dev-first-'));
  const env = { ...process.env, WX_DEV_HOME: join(folder, 'home') };
  try {
    const clone = join(folder, 'wx-dev');
    command('git', ['clone', '--quiet', repository, clone], { cwd: folder, env });
    const startedAt = Date.now();
    command('npm', ['ci', '--silent'], { cwd: clone, env });
    const installedAt = Date.now();
    const dev = spawn('npm', ['start', '--silent', '--', '--json'], {
      cwd: clone,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await firstReady(dev);
      const readyAt = Date.now();
      const bin = join(clone, 'bin/wx-dev.js');
      command(process.execPath, [bin, 'send', 'text', '你好'], { cwd: clone, env });
      const answeredAt = Date.now();
      print('npm ci (installs and builds)', installedAt - startedAt);
      print('npm start, until ready', readyAt - installedAt);
      print('wx-dev send text 你好', answeredAt - readyAt);
      print('clone to first answered message', answeredAt - startedAt);
    } finally {
      // The whole group: npm, its shell and wx-dev.
      process.kill(-Number(dev.pid), 'SIGTERM');
      await once(dev, 'close');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function command(program, args, options) {
  const { status, stdout, stderr } = spawnSync(program, args, { ...options, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}

async function firstReady(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{') && JSON.parse(line).event === 'ready') return;
  }
  throw new Error('npm start ended before it was ready');
}

function print(name, ms) {
  console.log(`${name.padEnd(34)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
}

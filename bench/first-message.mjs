// The time to the first answered message, each part in seconds: from `wx-dev init` to a signed and encrypted round trip with the
// templates that need no network, and from a fresh clone, the way the README says it. `first-message templates` leaves out the clone.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Templates without dependencies, and the seconds that their first message may take with empty caches. */
const budgets = { 'node-minimal': 5, 'go-minimal': 60 };

/** Prints one line a part, and the sum. */
export async function run([part]) {
  for (const [template, seconds] of Object.entries(budgets)) fromInit(template, seconds);
  if (part !== 'templates') await fromClone();
}

/** `wx-dev init`, then `wx-dev try`, which ends with an encrypted push and its encrypted reply. Go compiles from nothing. */
function fromInit(template, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'wx-dev-first-'));
  const env = {
    ...process.env,
    WX_DEV_HOME: join(folder, 'home'),
    GOCACHE: join(folder, 'go-cache'),
    GOFLAGS: '-mod=mod',
    GOPROXY: 'off',
  };
  const bin = join(repository, 'bin/wx-dev.js');
  try {
    const startedAt = Date.now();
    const flags = ['--template', template, '--yes', '--no-git', '--quiet'];
    command(process.execPath, [bin, 'init', 'bot', ...flags], { cwd: folder, env });
    const tried = command(process.execPath, [bin, 'try', 'bot', '--json'], { cwd: folder, env });
    const total = Date.now() - startedAt;
    const { steps } = JSON.parse(tried);
    for (const { name, ms } of steps) print(`  ${template}: ${name}`, ms);
    const verdict = total <= seconds * 1000 ? 'within' : 'OVER';
    print(`${template}: init to encrypted reply`, total, `${verdict} ${seconds} s`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fromClone() {
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
  return stdout;
}

async function firstReady(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{') && JSON.parse(line).event === 'ready') return;
  }
  throw new Error('npm start ended before it was ready');
}

function print(name, ms, note = '') {
  console.log(`${name.padEnd(40)} ${(ms / 1000).toFixed(2).padStart(6)} s  ${note}`.trimEnd());
}

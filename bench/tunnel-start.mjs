// From `wx-dev tunnel <port>` to its URL on stdout, against a relay on this machine that runs already, beside bare Node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;

/** A second where `node -e 0` takes 100 ms, as on the slowest machines of CI: so many times as long. */
const BUDGET_RATIO = 10;

const bin = fileURLToPath(new URL('../bin/wx-dev.js', import.meta.url));

/** Prints the medians; exit code 7 when the budget is missed. */
export async function run() {
  const home = await mkdtemp(join(tmpdir(), 'wx-dev-start-'));
  const app = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const { startRelay } = await import('../dist/relay/relay.js');
  const relay = await startRelay({ httpPort: 0 });
  try {
    const target = String(app.address().port);
    const args = [bin, 'tunnel', target, '--relay', relay.httpUrl, '--print-url'];
    const times = { 'node -e 0': [], 'wx-dev tunnel': [] };
    for (let round = 0; round < ROUNDS; round++) {
      times['node -e 0'].push(await timeToEnd(['-e', '0']));
      times['wx-dev tunnel'].push(await timeToLine(args, { cwd: home, home }));
    }
    report(times);
  } finally {
    await relay.close();
    app.close();
    await rm(home, { recursive: true, force: true });
  }
}

function report(times) {
  const base = median(times['node -e 0']);
  console.log(`median of ${ROUNDS} interleaved rounds, Node ${process.version}`);
  for (const [name, values] of Object.entries(times)) {
    const value = median(values);
    console.log(
      `${name.padEnd(14)} ${value.toFixed(0).padStart(6)} ms  ${(value / base).toFixed(1)} x`,
    );
  }
  const ratio = median(times['wx-dev tunnel']) / base;
  if (ratio <= BUDGET_RATIO) return;
  console.log(`over budget: the URL takes ${ratio.toFixed(1)} x, allowed ${BUDGET_RATIO} x`);
  process.exitCode = 7;
}

async function timeToEnd(args) {
  const startedAt = performance.now();
  await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  return performance.now() - startedAt;
}

/** Until the first line on stdout; what follows is not measured. */
async function timeToLine(args, { cwd, home }) {
  const startedAt = performance.now();
  const env = { ...process.env, WX_DEV_HOME: home };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const errors = [];
  child.stderr.on('data', (chunk) => errors.push(chunk));
  const line = await Promise.race([once(child.stdout, 'data'), exited.then(() => undefined)]);
  const ms = performance.now() - startedAt;
  child.kill('SIGTERM');
  await exited;
  if (!line) throw new Error(`no URL: ${Buffer.concat(errors).toString()}`);
  return ms;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

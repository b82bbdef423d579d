// Processes of the soaks: started, killed, started again on the same port, and gone when the soak is over.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const bin = fileURLToPath(new URL('../../bin/wx-dev.js', import.meta.url));

/** Processes that run now. */
const running = new Set();
const home = mkdtempSync(join(tmpdir(), 'wx-dev-soak-'));
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

/** Starts a script or the command line, and waits for its line `{"event":"ready"}`. */
export async function start(script, args, { nodeArgs = [], onEvent = () => undefined } = {}) {
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
    cwd: home,
    env: { ...process.env, WX_DEV_HOME: home, WX_DEV_LANG: 'en' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  running.add(child);
  const exited = once(child, 'exit').finally(() => running.delete(child));
  const ready = withResolvers();
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
    const lines = text.split('\n');
    text = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('{')) continue;
      const event = JSON.parse(line);
      if (event.event === 'ready') ready.resolve(event);
      else onEvent(event);
    }
  });
  void exited.then(([code]) => ready.reject(new Error(`${script} ended with ${code}`)));
  return { child, exited, ready: await ready.promise };
}

/** `wx-dev <args>` */
export function startCli(args, options) {
  return start(bin, args, options);
}

/** Starts with `begin`, again and again until it is ready, as a service manager does. */
export async function keepTrying(begin) {
  for (;;) {
    const service = await begin().catch(() => undefined);
    if (service) return service;
    await sleep(100);
  }
}

export async function kill({ child, exited }) {
  child.kill('SIGKILL');
  await exited;
}

/** Resident memory of a process in KB. */
export function residentKb(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

function withResolvers() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}

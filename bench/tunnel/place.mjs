// Where the parts of the tunnel benchmark run: both ends on loopback, or in two network namespaces with a bad line between them.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {'public' | 'local'} Side
 * @typedef {{ address: Record<Side, string>, listen: string, wrap: (side: Side, argv: string[]) => string[], close: () => Promise<void> }} Place
 */

/** Both sides on one machine. */
export const loopback = {
  address: { public: '127.0.0.1', local: '127.0.0.1' },
  listen: '127.0.0.1',
  wrap: (_side, argv) => argv,
  close: async () => {},
};

/**
 * Two namespaces joined by a program that keeps every IP packet for half the round trip and drops some; the kernels at both ends do
 * the rest. Needs root, Go and /dev/net/tun.
 *
 * @param {{ rttMs: number, lossPercent: number }} line
 * @returns {Promise<Place>}
 */
export async function openLine({ rttMs, lossPercent }) {
  const built = mkdtempSync(join(tmpdir(), 'wx-dev-bench-line-'));
  const program = join(built, 'line');
  must('go', ['build', '-o', program, join(import.meta.dirname, 'line', 'main.go')]);
  const names = { public: `wxp${process.pid}`, local: `wxl${process.pid}` };
  const address = { public: '10.97.0.2', local: '10.97.0.1' };
  const line = spawn(program, [names.public, names.local, `${rttMs}ms`, `${lossPercent}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const close = async () => {
    if (line.exitCode === null && line.signalCode === null) {
      const ended = once(line, 'exit');
      line.kill();
      await ended;
    }
    for (const name of Object.values(names)) spawnSync('ip', ['netns', 'del', name]);
    rmSync(built, { recursive: true, force: true });
  };
  try {
    const gone = once(line, 'exit').then(() => {
      throw new Error('the line between the namespaces did not start');
    });
    await Promise.race([once(line.stdout, 'data'), gone]);
    gone.catch(() => undefined);
    for (const side of ['public', 'local']) {
      const name = names[side];
      must('ip', ['netns', 'add', name]);
      must('ip', ['link', 'set', name, 'netns', name]);
      const other = address[side === 'public' ? 'local' : 'public'];
      const inside = ['netns', 'exec', name, 'ip'];
      must('ip', [...inside, 'addr', 'add', address[side], 'peer', other, 'dev', name]);
      must('ip', [...inside, 'link', 'set', name, 'up']);
      must('ip', [...inside, 'link', 'set', 'lo', 'up']);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    address,
    listen: '0.0.0.0',
    wrap: (side, argv) => ['ip', 'netns', 'exec', names[side], ...argv],
    close,
  };
}

/** A port that nothing listens on now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Linux counts processor time in this unit: a hundredth of a second, as a rule. */
const ticksPerSecond =
  Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

/** Processor time a process has taken, in microseconds. */
export function cpuUsOf(pid) {
  // The second field is the program's name, which may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const [user, system] = [fields[11], fields[12]].map(Number);
  return ((user + system) * 1e6) / ticksPerSecond;
}

/** Most memory a process has held, in MB. */
export function peakMbOf(pid) {
  const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kb) / 1e3;
}

function must(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? status}`);
}

// Pushes through `wx-dev serve` (verify, decrypt, parse, reply, encrypt) against the same handler on co-wechat and on Gin with
// silenceper/wechat: safe mode, 64 connections, interleaved rounds. The load takes part of the two cores, so what counts is pushes per
// second of processor time of each server.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAccount } from '../dist/wechat/index.js';
import { load } from './callback-worker.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const interop = join(root, 'test/interop');
const bin = process.env.WX_DEV_BENCH_BIN ?? join(root, 'bin/wx-dev.js');

/** Linux counts processor time in this unit: a hundredth of a second, as a rule. */
const TICKS_PER_SECOND =
  Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

const settings = {
  WX_TOKEN: 'benchToken1',
  WX_APPID: 'wx1234567890abcdef',
  WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
};
const account = createAccount({
  token: settings.WX_TOKEN,
  appId: settings.WX_APPID,
  aesKey: settings.WX_AES_KEY,
});

/** The first is what the others are compared with. */
const servers = {
  'wx-dev serve': (profile) => [
    process.execPath,
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    bin,
    'serve',
    '--port',
    '0',
    '--mode',
    'safe',
    '--ready-file',
    'ready.json',
    '--quiet',
    '--no-history',
  ],
  'co-wechat on Koa': () => [
    process.execPath,
    '--no-deprecation',
    join(interop, 'apps/co-wechat.mjs'),
  ],
  'Gin + silenceper': () => [join(interop, '.bin/interop'), 'serve'],
};

/** `--pushes <n>` a round, `--rounds <n>`, `--only <text in the name>`, `--prof <folder>` for a CPU profile of `serve`. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      pushes: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      prof: { type: 'string' },
    },
  });
  if (process.platform !== 'linux')
    throw new Error('processor time is read from /proc, which is Linux');
  if (!existsSync(join(interop, '.bin/interop')) || !existsSync(join(interop, 'node_modules')))
    spawnSync(process.execPath, [join(interop, 'install.mjs')], { stdio: 'inherit' });
  const dir = mkdtempSync(join(tmpdir(), 'wx-dev-bench-callback-'));
  const running = [];
  try {
    for (const [name, command] of Object.entries(servers)) {
      if (!name.includes(values.only)) continue;
      running.push({ name, results: [], ...(await start(command(values.prof), dir)) });
    }
    await measure(running, { pushes: Number(values.pushes), rounds: Number(values.rounds) });
    print(running, values);
  } finally {
    await Promise.all(running.map(({ child }) => stop(child)));
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(running, { pushes, rounds }) {
  // Else the first measurement would be one of the compiler.
  for (const { port } of running) await load({ account, port, pushes });
  for (let round = 0; round < rounds; round += 1) {
    for (const { child, port, results } of running) {
      const before = cpuSeconds(child.pid);
      const { seconds } = await load({ account, port, pushes });
      const cpu = cpuSeconds(child.pid) - before;
      results.push({
        perSecond: pushes / seconds,
        perCore: pushes / cpu,
        cpuUs: (cpu * 1e6) / pushes,
      });
    }
  }
}

function print(running, { rounds, pushes }) {
  console.log(
    `median of ${rounds} interleaved rounds of ${pushes} pushes, Node ${process.version}, ${availableParallelism()} cores shared with the load`,
  );
  printRow(['', 'pushes/s', 'pushes/s/core', 'CPU a push', 'per core']);
  const [first] = running;
  for (const { name, results } of running) {
    const of = (key) => median(results.map((result) => result[key]));
    const ratio = median(first.results.map(({ perCore }) => perCore)) / of('perCore');
    printRow([
      name,
      of('perSecond').toFixed(0),
      of('perCore').toFixed(0),
      `${of('cpuUs').toFixed(0)} us`,
      running.length === 1 || name === first.name ? '' : `wx-dev ${ratio.toFixed(2)} x`,
    ]);
  }
}

function printRow([name, ...cells]) {
  console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(15)).join(''));
}

async function start([program, ...args], dir) {
  const readyFile = args[args.indexOf('--ready-file') + 1 || args.length];
  const child = spawn(program, args, {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      WX_DEV_HOME: join(dir, 'home'),
      ...settings,
    },
    // Nobody reads on after the first line; a full pipe would hold the server up.
    stdio: ['ignore', readyFile ? 'ignore' : 'pipe', 'inherit'],
  });
  const port = readyFile
    ? await portFromFile(join(dir, readyFile), child)
    : await portFromLine(child);
  return { child, port };
}

async function portFromLine(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line);
    if (ready.event === 'ready') return ready.port;
  }
  throw new Error('a server ended before it was ready');
}

async function portFromFile(file, child) {
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error('wx-dev ended before it was ready');
    await sleep(20);
  }
  return Number(new URL(JSON.parse(readFileSync(file, 'utf8')).local).port);
}

/** Users' and system's share of all threads: fields 14 and 15 of proc(5). */
function cpuSeconds(pid) {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\)(?=[^)]*$)/);
  const [user, system] = fields.trim().split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

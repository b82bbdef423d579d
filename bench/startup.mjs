// Start-up time of the command against bare Node, interleaved in one run, because shared machines drift.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUNDS = 30;

/** The budget that design and README name: `--help` within this many times the wall time of `node -e 0`. */
const HELP_BUDGET = 2.5;

const bin = fileURLToPath(new URL('../bin/wx-dev.js', import.meta.url));
const commands = {
  'node -e 0': ['-e', '0'],
  'wx-dev --help': [bin, '--help'],
  'wx-dev --version': [bin, '--version'],
  'wx-dev send --help': [bin, 'send', '--help'],
};

/** Prints the table; exit code 7 when the budget is missed. */
export function run() {
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(commands)) times[name].push(timeOnce(args));
  }
  const base = median(times['node -e 0']);
  console.log(`median of ${ROUNDS} interleaved rounds, Node ${process.version}`);
  for (const [name, values] of Object.entries(times)) {
    const value = median(values);
    const ratio = (value / base).toFixed(2);
    console.log(`${name.padEnd(20)} ${value.toFixed(1).padStart(7)} ms  ${ratio} x`);
  }
  const ratio = median(times['wx-dev --help']) / base;
  if (ratio > HELP_BUDGET) {
    console.log(`over budget: --help takes ${ratio.toFixed(2)} x, allowed ${HELP_BUDGET} x`);
    process.exitCode = 7;
  }
}

function timeOnce(args) {
  const startedAt = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

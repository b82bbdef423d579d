// Making an authority and a leaf: wx-dev against mkcert (Debian package) and the npm package selfsigned, interleaved in one run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { openAuthority } from '../dist/certs/store.js';

/** A package of Debian and of others, compared where it is installed. */
const MKCERT = 'mkcert';

const ROUNDS = 15;
const NAMES = ['localhost', '127.0.0.1', '::1'];

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'bin/wx-dev.js');

/** Prints two tables: whole processes, then calls inside this one. */
export async function run() {
  const dir = mkdtempSync(join(tmpdir(), 'wx-dev-bench-certs-'));
  try {
    const hasMkcert = spawnSync(MKCERT, ['-version']).error === undefined;
    if (!hasMkcert) console.log('mkcert is not installed: apt-get install mkcert');
    console.log(`median of ${ROUNDS} interleaved rounds, Node ${process.version}\n`);
    print('whole process', await measure(processes(dir, hasMkcert)));
    console.log(
      'mkcert is a native program: the start of Node alone costs more than all it does. Most of the rest of wx-dev\n' +
        'is the loading of its modules; signing takes 2 ms, lock, register and the four synced files some 10.\n',
    );
    print('in this process', await measure(calls(dir)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The first of each table is what the others are compared with. */
function processes(dir, hasMkcert) {
  let count = 0;
  const fresh = () => join(dir, String(++count));
  const wxDev = (home) => {
    spawn(process.execPath, [bin, 'cert', ...NAMES, '--out', fresh()], { WX_DEV_HOME: home });
  };
  const mkcert = (caRoot) => {
    const files = ['-cert-file', `${fresh()}.pem`, '-key-file', `${fresh()}.key`];
    spawn(MKCERT, ['-ecdsa', ...files, ...NAMES], { CAROOT: caRoot });
  };
  const [home, caRoot] = [fresh(), fresh()];
  wxDev(home);
  const script = `import { generate } from 'selfsigned'; await generate([], { keyType: 'ec' });`;
  const table = {
    'wx-dev: leaf': () => wxDev(home),
    'wx-dev: authority and leaf': () => wxDev(fresh()),
    'selfsigned, EC: one certificate': () =>
      spawn(process.execPath, ['--input-type=module', '-e', script]),
    'node -e 0': () => spawn(process.execPath, ['-e', '0']),
  };
  if (!hasMkcert) return table;
  mkcert(caRoot);
  return {
    ...table,
    'mkcert -ecdsa: leaf': () => mkcert(caRoot),
    'mkcert -ecdsa: authority and leaf': () => mkcert(fresh()),
  };
}

function calls(dir) {
  let count = 0;
  const open = () =>
    openAuthority({ dir: join(dir, `in-${++count}`), user: 'bench', host: 'here' });
  const authority = open();
  return {
    'wx-dev: leaf': async () => (await authority).issue({ names: NAMES }),
    'wx-dev: authority on disk and leaf': async () => (await open()).issue({ names: NAMES }),
    'selfsigned, EC: one certificate': () => generate([], { keyType: 'ec' }),
    'selfsigned, RSA 2048: one certificate': () => generate([], { keySize: 2048 }),
  };
}

async function measure(table) {
  const times = Object.fromEntries(Object.keys(table).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(table)) {
      const startedAt = process.hrtime.bigint();
      await work();
      // The first round loads what the others find loaded.
      if (round > 0) times[name].push(Number(process.hrtime.bigint() - startedAt) / 1e6);
    }
  }
  return times;
}

function print(title, times) {
  const base = median(Object.values(times)[0]);
  console.log(title);
  for (const [name, values] of Object.entries(times)) {
    const value = median(values);
    const ratio = (value / base).toFixed(2);
    console.log(`  ${name.padEnd(38)} ${value.toFixed(1).padStart(7)} ms  ${ratio} x`);
  }
  console.log('');
}

function spawn(program, args, env = {}) {
  const { status, error, stderr } = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error ?? stderr}`);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

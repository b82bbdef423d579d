// Brings the peers of the tunnel benchmark into ignored folders beside this file. What cannot be had is named and left out; a program
// of the same name in PATH is taken instead.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const bin = join(folder, '.bin');

/** Versions that were measured, and how their registries give them. */
const programs = [
  {
    name: 'bore',
    program: 'cargo',
    args: ['install', '--quiet', '--locked', '--root', folder, 'bore-cli', '--version', '0.5.2'],
    made: join(folder, 'bin', 'bore'),
  },
  { name: 'chisel', program: 'go', args: ['install', 'github.com/jpillora/chisel@v1.11.5'] },
  { name: 'piko', program: 'go', args: ['install', 'github.com/andydunstall/piko@v0.9.0'] },
];

/**
 * Where each peer is, by name; those that this machine cannot have are missing.
 *
 * @returns {Map<string, string>}
 */
export function installPeers() {
  const found = new Map();
  for (const { name, program, args, made = join(bin, name) } of programs) {
    const path = inPath(name);
    if (path !== undefined) found.set(name, path);
    else if (existsSync(made) || runs(name, program, args)) found.set(name, made);
  }
  const nginx = inPath('nginx');
  if (nginx === undefined) console.error('left out: nginx is not installed');
  else found.set('nginx', nginx);
  const modules = join(folder, 'node_modules');
  if (existsSync(modules) || runs('npm', 'npm', ['ci', '--no-audit', '--no-fund', '--silent'])) {
    found.set('pipenet', join(modules, '.bin', 'pipenet'));
    found.set('localtunnel', join(modules, '.bin', 'lt'));
  }
  return found;
}

function inPath(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return folders.map((path) => join(path, name)).find((path) => path !== name && existsSync(path));
}

function runs(name, program, args) {
  console.error(`installing ${name}`);
  const { status, error } = spawnSync(program, args, {
    cwd: folder,
    env: { ...process.env, GOBIN: bin },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return true;
  console.error(`left out: ${name}: ${error ? `${program} is not installed` : `exit ${status}`}`);
  return false;
}

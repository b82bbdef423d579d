import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { inject } from 'vitest';
import { freePort } from '../../helpers/free-port.ts';
import type { TemplateManifest } from '../../../src/scaffold/manifest.ts';
import { createDatabase } from './services.ts';

/** A project that `wx-dev init` has written. */
export interface Project {
  readonly dir: string;
  readonly manifest: TemplateManifest;
  /** Variables for its scripts and for the app: WX_API_BASE, REDIS_URL, DATABASE_URL. */
  readonly env: Readonly<Record<string, string>>;
  /** Where `wx-dev conform` will listen as WeChat's server API. */
  readonly apiBase: string;
}

export interface Ended {
  readonly code: number | string;
  readonly output: string;
}

/** AppID of every project here. */
export const appId = 'wx1234567890abcdef';

/** Runs `wx-dev init` of the installed tarball in an empty folder. */
export async function initProject(
  template: string,
  options: { readonly name?: string; readonly flags?: readonly string[] } = {},
): Promise<Project> {
  const parent = join(inject('folder'), options.name ?? template);
  await mkdir(parent, { recursive: true });
  // A folder name that shell commands and build files must quote.
  const args = ['init', '我的 bot', '--template', template, '--appid', appId, '--yes', '--no-git'];
  const { code, output } = await wxDev([...args, ...(options.flags ?? []), '--json'], parent);
  if (code !== 0) throw new Error(`wx-dev ${args.join(' ')} ended with ${code}\n${output}`);
  const list = await wxDev(['init', '--list', '--json'], parent);
  const manifests = JSON.parse(list.output) as TemplateManifest[];
  const manifest = manifests.find(({ name }) => name === template);
  if (manifest === undefined) throw new Error(`wx-dev init --list does not know ${template}`);
  const apiBase = `http://127.0.0.1:${await freePort()}`;
  const env = { WX_API_BASE: apiBase, ...(await serviceEnv(manifest, manifests)) };
  return { dir: join(parent, '我的 bot'), manifest, env, apiBase };
}

/** Runs `wx-dev` of the installed tarball to its end; `output` is what it wrote to stdout, and to stderr when it failed. */
export function wxDev(args: readonly string[], cwd: string): Promise<Ended> {
  const home = join(inject('folder'), 'home');
  return run(process.execPath, [inject('wxDev'), ...args], {
    cwd,
    env: { WX_DEV_HOME: home, WX_DEV_LANG: 'en', NO_COLOR: '1' },
    splits: true,
  });
}

/** Runs one of the manifest's scripts as a user types it; undefined when the template has none of this name. */
export async function runScript(project: Project, name: string): Promise<Ended | undefined> {
  const script = project.manifest.scripts[name];
  return script === undefined ? undefined : runCommand(project, script);
}

/** Runs a shell command in the project. */
export function runCommand({ dir, env }: Project, command: string): Promise<Ended> {
  return run('sh', ['-c', command], { cwd: dir, env });
}

/** A started app. */
export interface App extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** File with everything that it printed. */
  readonly log: string;
  readonly exited: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** How long an app may take to listen. Milliseconds. */
const startMs = 60_000;

/**
 * Runs the manifest's `start` with `PORT=0` and waits for the line `{"msg":"listening","port":...}`. `exec` makes the process that
 * listens the one that gets SIGTERM: `start` must be one plain command, without npm or `go run` between.
 */
export async function startApp(
  { dir, manifest, env }: Project,
  extra: Readonly<Record<string, string>> = {},
): Promise<App> {
  const log = join(dir, '..', `app-${Date.now()}-${Math.random().toString(36).slice(2)}.log`);
  const file = openSync(log, 'a');
  const child = spawn('sh', ['-c', `exec ${manifest.scripts['start']}`], {
    cwd: dir,
    env: cleanEnv({ ...env, PORT: '0', ...extra }),
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  const exited = once(child, 'close').then(
    ([code, signal]): number | string => (code as number | null) ?? String(signal),
  );
  const app = {
    pid: child.pid ?? 0,
    log,
    exited,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
  const end = performance.now() + startMs;
  for (;;) {
    const text = await readFile(log, 'utf8');
    const port = listeningPort(text);
    if (port !== undefined) return { ...app, port };
    if (child.exitCode !== null || performance.now() > end) {
      await app[Symbol.asyncDispose]();
      throw new Error(`the app does not listen; it printed:\n${text}`);
    }
    await sleep(20);
  }
}

/** The values of the project's `.env`. */
export async function readEnv({ dir }: Project): Promise<Record<string, string>> {
  const values = parseEnv(await readFile(join(dir, '.env'), 'utf8'));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? '']));
}

/** Every file of a folder, sorted, without the record that `init` leaves in each project. */
export async function listFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .filter((path) => path !== '.wx-dev.json')
    .toSorted();
}

/** Writes a secret where only a flag that names a file takes it. */
export async function writeSecret({ dir }: Project, name: string, value: string): Promise<string> {
  const file = join(dir, '..', `secret-${name}`);
  await writeFile(file, value, { mode: 0o600 });
  return file;
}

function listeningPort(text: string): number | undefined {
  for (const line of text.split('\n')) {
    if (!line.startsWith('{') || !line.includes('"listening"')) continue;
    const { msg, port } = JSON.parse(line) as { msg?: unknown; port?: unknown };
    if (msg === 'listening' && typeof port === 'number') return port;
  }
  return undefined;
}

async function serviceEnv(
  { name, services }: TemplateManifest,
  all: readonly TemplateManifest[],
): Promise<Record<string, string>> {
  const { redis, mysql } = inject('services');
  const env: Record<string, string> = {};
  const number = all.findIndex((manifest) => manifest.name === name);
  if (services.includes('redis') && redis !== undefined) env['REDIS_URL'] = `${redis}/${number}`;
  if (services.includes('mysql') && mysql !== undefined) {
    env['DATABASE_URL'] = await createDatabase(mysql, name.replaceAll('-', '_'));
  }
  return env;
}

async function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>>; splits?: boolean },
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: cleanEnv(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let problems = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (options.splits === true) problems += text;
    else output += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? String(signal), output: code === 0 ? output : output + problems };
}

/** What the machine or the test runner sets must not reach a project. */
function cleanEnv(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const names =
    /^(WX_|npm_|LC_|LANG$|PORT$|NO_COLOR$|FORCE_COLOR$|VITEST|NODE_ENV$|NODE_OPTIONS$|REDIS_URL$|DATABASE_URL$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !names.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

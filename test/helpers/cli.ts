import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BIN = resolve(import.meta.dirname, '../../bin/wx-dev.js');

/** A folder that is removed at the end of the test, with a wx-dev home of its own inside. */
export interface Workspace extends AsyncDisposable {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function createWorkspace(): Promise<Workspace> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev 测试 '));
  return {
    dir,
    env: { WX_DEV_HOME: join(dir, 'home') },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is then closed; without it there is none. */
  readonly input?: string;
}

export interface RunResult {
  /** Exit code, or the name of the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `wx-dev` to its end. */
export async function runCli(args: readonly string[], options: RunOptions): Promise<RunResult> {
  const running = startCli(args, options);
  const code = await running.exited;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

/** A `wx-dev` that runs on. */
export interface RunningCli extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<number | string>;
  stdout(): string;
  stderr(): string;
  /** The JSON lines printed so far. */
  events(): Record<string, unknown>[];
  /** Waits for a JSON line; rejects when the process ends before it. */
  waitFor(match: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  kill(signal: NodeJS.Signals): void;
}

export function startCli(args: readonly string[], options: RunOptions): RunningCli {
  const { cwd, env, input } = options;
  return watch(
    spawn(process.execPath, [BIN, ...args], {
      cwd,
      env: cleanEnv(env),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    }),
    input,
  );
}

/** Starts any other program the same way, for the apps that wx-dev works with. */
export function startProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: RunOptions,
): RunningCli {
  return watch(
    spawn(program, args, { cwd, env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] }),
    undefined,
  );
}

/** How long a program may take to end when it is asked to. Milliseconds. */
const patienceMs = 10_000;

/** The environment without what would change wx-dev's behaviour, and with what the test wants. */
function cleanEnv(extra: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const names =
    /^(WX_|npm_|LC_|LANG$|PORT$|NO_COLOR$|FORCE_COLOR$|HTTPS?_PROXY$|VITEST|NODE_ENV$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !names.test(name));
  return { ...Object.fromEntries(kept), WX_DEV_LANG: 'en', ...extra };
}

function watch(child: ChildProcess, input: string | undefined): RunningCli {
  const output = { stdout: '', stderr: '' };
  const changed = new EventTarget();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      changed.dispatchEvent(new Event('change'));
    });
  }
  child.stdin?.end(input);
  const exited = once(child, 'close').then(
    ([code, signal]): number | string => (code as number | null) ?? String(signal),
  );
  void exited.then(() => changed.dispatchEvent(new Event('change')));
  let ended = false;
  void exited.then(() => (ended = true));
  const events = (): Record<string, unknown>[] =>
    output.stdout
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    pid: child.pid ?? 0,
    exited,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    events,
    waitFor: async (match) => {
      for (;;) {
        const found = events().find(match);
        if (found) return found;
        if (ended)
          throw new Error(`ended before the event came:\n${output.stdout}${output.stderr}`);
        await new Promise((done) => changed.addEventListener('change', done, { once: true }));
      }
    },
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      // Asked first: what is killed outright leaves the app that it started behind.
      if (!ended) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Whether a JSON line is the one that says a command is ready. */
export function isReady(event: Record<string, unknown>): boolean {
  return event['event'] === 'ready';
}

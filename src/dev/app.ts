import type { execa as execaFunction } from 'execa';
import { once } from 'node:events';
import { connect } from 'node:net';
import { sleep, type AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import type { CloseReason, Service } from '../core/resources.ts';
import { forEachLine } from './lines.ts';

type Execa = typeof execaFunction;

/** How to start the user's app. */
export interface AppOptions extends AbortableOptions {
  /** Program and arguments, not a shell line. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to the environment that the app inherits. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The port the app is expected to listen on. */
  readonly port: number;
  /** How long it may take until it listens, in milliseconds. @default 120000 */
  readonly readyMs?: number | undefined;
  /** Signals a process, or a whole group when the id is negative; false when there is none. */
  readonly kill: (pid: number, signal: NodeJS.Signals | 0) => boolean;
  /** Runs `action` when this process ends without having closed the app; gives what takes that back. */
  readonly atExit?: ((action: () => void) => () => void) | undefined;
  /** Every line the app prints. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** The user's app while it runs. `closed` tells its end, also when it ends by itself. */
export interface App extends Service {
  readonly pid: number;
  readonly port: number;
  readonly exited: Promise<AppExit>;
}

/** How a process ended: one of the two is set. */
export interface AppExit {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

/** `go run .` compiles first, on a cold cache and a slow machine for more than a minute. */
const READY_MS = 120_000;

/** Time between two looks at the app's port: short against a start-up, long against a busy loop. */
const PROBE_MS = 50;

/** WeChat waits 5 s for an answer in flight, but nobody waits longer than this for Ctrl-C. */
const TERM_GRACE_MS = 3_000;

/** An app that keeps its port must not let wx-dev hang after SIGKILL either: the kernel needs a moment, no more. */
const KILL_GRACE_MS = 2_000;

/** What a failing command has printed comes through the pipe after its end: the reason is shown before the consequence. */
const LAST_WORDS_MS = 250;

/**
 * Starts the app in a process group of its own, so that `npm start` and `go run`, which start the real server as a grandchild,
 * end whole. Resolves when its port accepts a connection.
 *
 * @throws WXD3008 it ended before it listened, WXD3009 there is no such program, WXD3010 it did not listen in time,
 * WXD6003 something else already listens on its port
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { command, port, signal } = options;
  if (await accepts(port)) {
    throw new WxDevError('WXD6003', {
      host: '127.0.0.1',
      port,
      run: `PORT=${port + 1} wx-dev dev -- ${command.join(' ')}`,
    });
  }
  signal?.throwIfAborted();
  const app = createApp(await spawnGroup(options), options);
  try {
    await untilListening(app, options);
    return app;
  } catch (error) {
    await app.close();
    if (signal?.aborted) throw signal.reason;
    throw error instanceof WxDevError ? error : notFound(command, error);
  }
}

function notFound(command: readonly string[], cause: unknown): WxDevError<'WXD3009'> {
  return new WxDevError('WXD3009', { command: command.join(' ') }, { cause });
}

/** What `createApp` needs of a child process. */
interface Child {
  readonly pid: number | undefined;
  /** Rejects when it could not be started. */
  readonly exited: Promise<AppExit>;
}

async function spawnGroup(options: AppOptions): Promise<Child> {
  const { execa } = await import('execa');
  const child = spawn(execa, options);
  forEachLine(child.stdout, (line) => options.onLine(line, 'stdout'));
  forEachLine(child.stderr, (line) => options.onLine(line, 'stderr'));
  const allClosed = child.then((result): AppExit => {
    const { exitCode, signal } = result;
    if (exitCode === undefined && signal === undefined) throw new Error(result.shortMessage);
    return { exitCode, signal };
  });
  const exited = Promise.race([allClosed, failed(child)]);
  exited.catch(() => undefined); // Looked at by untilListening; must not count as unhandled before.
  return { pid: child.pid, exited };
}

/**
 * A command that ends well may have left its server behind, which keeps its output open: such an app ends when that is closed. One
 * that fails has ended, whatever it left behind.
 */
async function failed(child: ReturnType<typeof spawn>): Promise<AppExit> {
  const [exitCode, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (...how) => {
      if (how[0] !== 0) resolve(how);
    });
  });
  await sleep(LAST_WORDS_MS);
  return { exitCode: exitCode ?? undefined, signal: signal ?? undefined };
}

/** Not async: the child is a promise of its own end. */
function spawn(execa: Execa, { command, cwd, env }: AppOptions) {
  const [program = '', ...args] = command;
  try {
    return execa(program, args, {
      cwd,
      env: { ...env },
      preferLocal: true,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      buffer: false,
      reject: false,
      cleanup: false,
      detached: true,
    });
  } catch (error) {
    throw notFound(command, error); // Names that no system takes are refused before anything is started.
  }
}

function createApp(child: Child, { port, kill, atExit }: AppOptions): App {
  const { pid = 0, exited } = child;
  // A group of its own outlives us, also when a second Ctrl-C ends us at once.
  const forget = pid === 0 ? undefined : atExit?.(() => void kill(-pid, 'SIGKILL'));
  const closed = exited.then(
    (): CloseReason => ({ type: 'closed' }),
    (error: unknown): CloseReason => ({ type: 'failed', error }),
  );
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (pid === 0 ? Promise.resolve() : endGroup(pid, kill)).finally(forget);
    return closing;
  };
  return { pid, port, exited, closed, close, [Symbol.asyncDispose]: close };
}

/** Ends every process of the group: the leader may be gone while a grandchild still holds the port. */
async function endGroup(pid: number, kill: AppOptions['kill']): Promise<void> {
  if (!kill(-pid, 'SIGTERM')) return;
  if (await groupEnds(pid, kill, TERM_GRACE_MS)) return;
  kill(-pid, 'SIGKILL');
  await groupEnds(pid, kill, KILL_GRACE_MS);
}

async function groupEnds(pid: number, kill: AppOptions['kill'], ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    if (!kill(-pid, 0)) return true;
    await sleep(PROBE_MS);
  }
  return !kill(-pid, 0);
}

async function untilListening(app: App, options: AppOptions): Promise<void> {
  const { command, port, readyMs = READY_MS, signal } = options;
  const name = command.join(' ');
  const ended = app.exited.then((exit) => {
    throw new WxDevError('WXD3008', { command: name, ...exit });
  });
  const probe = new AbortController();
  const stop = signal ? AbortSignal.any([signal, probe.signal]) : probe.signal;
  try {
    await Promise.race([ended, untilAccepts(port, readyMs, stop)]);
  } finally {
    probe.abort();
    ended.catch(() => undefined); // An exit later on is told by `exited`.
  }
}

async function untilAccepts(port: number, ms: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new WxDevError('WXD3010', { port, seconds: ms / 1000 });
    await sleep(PROBE_MS, { signal });
  }
}

/** Whether something listens on the port of either loopback address. */
async function accepts(port: number): Promise<boolean> {
  const answers = await Promise.all(['127.0.0.1', '::1'].map((host) => acceptsOn(host, port)));
  return answers.includes(true);
}

async function acceptsOn(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // Refused, or the machine has no IPv6: nothing listens there.
  } finally {
    socket.destroy();
  }
}

import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';

const BIN = resolve(import.meta.dirname, '../../bin/wx-dev.js');

/** A running process whose streams a test handles itself: closes early, waits for any text. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly exited: Promise<number | string>;
  /** Everything printed on both streams. */
  output(): string;
  /** Waits until `text` was printed on either stream. */
  waitFor(text: string): Promise<void>;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts wx-dev. */
export function startWxDev(args: readonly string[], options: ChildOptions): Child {
  return startChild(process.execPath, [BIN, ...args], options);
}

/** Runs a command line of wx-dev on a pseudo-terminal of script(1) to its end. */
export async function onTerminal(
  args: string,
  options: ChildOptions,
): Promise<{ output: string; code: number | string }> {
  const command = `'${process.execPath}' '${BIN}' ${args}`;
  await using child = startChild('script', ['-qec', command, '/dev/null'], options);
  const code = await child.exited;
  return { output: child.output(), code };
}

function startChild(program: string, args: readonly string[], { cwd, env }: ChildOptions): Child {
  const names = ['PATH', 'HOME', 'SystemRoot', 'TMPDIR', 'TEMP'];
  const kept = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  const child = spawn(program, args, {
    cwd,
    env: { ...kept, TERM: 'xterm', WX_DEV_LANG: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const changed = new EventTarget();
  const tell = (): boolean => changed.dispatchEvent(new Event('change'));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      tell();
    });
  }
  let ended = false;
  const exited = once(child, 'exit').then(([code, signal]): number | string => {
    ended = true;
    tell();
    return (code as number | null) ?? String(signal);
  });
  return {
    process: child,
    exited,
    output: () => output,
    waitFor: async (text) => {
      while (!output.includes(text)) {
        if (ended) throw new Error(`ended before it printed ${text}:\n${output}`);
        await new Promise((done) => changed.addEventListener('change', done, { once: true }));
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (!ended) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Whether a process runs. A zombie that nobody has reaped yet has ended. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a TCP server that listens.
  server.close();
  await once(server, 'close');
  return port;
}

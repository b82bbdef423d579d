import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BIN = resolve(import.meta.dirname, '../../bin/wx-dev.js');

/** `wx-dev` in a real terminal of 80 by 50 cells. */
export interface TerminalSession extends AsyncDisposable {
  /** What is on the screen. */
  screen(): Promise<string>;
  /** Waits until the screen matches. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Types keys by tmux's names: `C-c`, `Enter`, or text. */
  keys(...names: string[]): Promise<void>;
}

/** How often the screen is looked at while something is waited for, in milliseconds. */
const POLL_MS = 50;

export async function openTerminal(
  args: readonly string[],
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<TerminalSession> {
  const socket = `wx-dev-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const tmux = (...words: string[]): Promise<{ stdout: string }> =>
    run('tmux', ['-L', socket, ...words]);
  const assignments = Object.entries({ ...env, LC_ALL: 'C.UTF-8', CI: '' }).map(
    ([name, value]) => `${name}=${quote(value)}`,
  );
  const command = ['env', ...assignments, process.execPath, BIN, ...args]
    .map(quoteCommand)
    .join(' ');
  // The shell tells the exit code and stays, so that the last screen can be read.
  await tmux(
    'new-session',
    '-d',
    '-x',
    '80',
    '-y',
    '50',
    '-c',
    cwd,
    `${command}; echo "exit=$?"; sleep 600`,
  );
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p')).stdout;
  return {
    screen,
    waitFor: async (pattern) => {
      for (;;) {
        const text = await screen();
        if (pattern.test(text)) return text;
        await new Promise((done) => setTimeout(done, POLL_MS));
      }
    },
    keys: async (...names) => {
      await tmux('send-keys', ...names);
    },
    [Symbol.asyncDispose]: async () => {
      await tmux('kill-server').catch(() => undefined); // It ends by itself when its last window does.
    },
  };
}

function quoteCommand(word: string): string {
  return /^\w+=/.test(word) ? word : quote(word);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

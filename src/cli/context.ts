import { homedir, hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Language } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Options } from './command.ts';
import type { Messages } from './messages/en.ts';
import { OutputQueue } from './output-queue.ts';
import { oneLine } from './render/one-line.ts';
import { createOutput, type Output } from './terminal.ts';

/** Everything a command knows of the world it runs in. Commands take this instead of touching `process`. */
export interface Context {
  /** Version of wx-dev. */
  readonly version: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  readonly user: string;
  readonly hostname: string;
  readonly language: Language;
  readonly messages: Messages;
  readonly out: Output;
  readonly err: Output;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Questions may be asked: a terminal on both sides, no CI, no `--no-input`, `--yes` or `--json`. */
  readonly interactive: boolean;
  readonly configFile: string | undefined;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** All of standard input, for the secrets given as `-`. */
  readonly readStdin: () => Promise<string>;
  /** Sends a signal to a process, or to a process group when `pid` is negative; false when there is none. */
  readonly kill: (pid: number, signal: NodeJS.Signals | 0) => boolean;
  /** Runs `action` when this process ends, however it ends, except by SIGKILL. Gives what takes that back. */
  readonly atExit: (action: () => void) => () => void;
  /**
   * Tells `listener` of rejections and exceptions that nobody handles, instead of ending the process. Gives what takes that back.
   */
  readonly onStrayError: (listener: (cause: unknown) => void) => () => void;
}

/** What is known before the command line is parsed. */
export interface Surroundings {
  readonly version: string;
  readonly process: NodeJS.Process;
  readonly argv: readonly string[];
  readonly language: Language;
  readonly messages: Messages;
  readonly out: Output;
  readonly err: Output;
  readonly signal: AbortSignal;
}

/** The streams, before anything is parsed. */
export function createOutputs(
  process: NodeJS.Process,
  argv: readonly string[],
): { out: Output; err: Output } {
  const queue = new OutputQueue();
  process.on('exit', () => queue.flush());
  return {
    out: createOutput(process.stdout, argv, process.env, queue),
    err: createOutput(process.stderr, argv, process.env, queue),
  };
}

/** Joins the surroundings with the parsed global options. */
export function createContext(surroundings: Surroundings, options: Options): Context {
  const { version, process, language, messages, out, err, signal } = surroundings;
  const json = options['json'] === true;
  const quiet = options['quiet'] === true;
  const verbose = options['verbose'] === true;
  const asks = options['input'] !== false && options['yes'] !== true && !json;
  return {
    version,
    cwd: typeof options['cwd'] === 'string' ? resolve(options['cwd']) : process.cwd(),
    env: process.env,
    home: homedir(),
    platform: process.platform,
    pid: process.pid,
    user: userName(),
    hostname: hostname(),
    language,
    messages,
    out,
    err,
    json,
    quiet,
    verbose,
    interactive: asks && process.stdin.isTTY === true && out.isTTY && !process.env['CI'],
    configFile: typeof options['config'] === 'string' ? options['config'] : undefined,
    signal,
    logger: createLogger(err, { verbose, quiet }),
    readStdin: () => text(process.stdin),
    kill: (pid, name) => {
      try {
        return process.kill(pid, name);
      } catch {
        return false; // ESRCH: it has already ended, which is what the caller wants to know.
      }
    },
    atExit: (action) => {
      process.on('exit', action);
      return () => void process.off('exit', action);
    },
    onStrayError: (listener) => {
      const events = ['unhandledRejection', 'uncaughtException'] as const;
      for (const event of events) process.on(event, listener);
      return () => {
        for (const event of events) process.off(event, listener);
      };
    },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'user'; // A container may run under a uid that has no name.
  }
}

function createLogger(
  err: Output,
  { verbose, quiet }: { verbose: boolean; quiet: boolean },
): Logger {
  const write = (level: string, message: string, fields: object = {}): void => {
    const rest = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${String(value)}`);
    err.line(err.tone('dim', oneLine([level, message, ...rest].join(' '))));
  };
  const off = (): void => undefined;
  return {
    debug: verbose ? (message, fields) => write('debug', message, fields) : off,
    info: verbose ? (message, fields) => write('info', message, fields) : off,
    warn: quiet ? off : (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

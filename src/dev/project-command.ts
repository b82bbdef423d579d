import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { forEachLine } from './lines.ts';

/** Lines of a command's output that are kept: enough for the reason of its failure. */
const keptLines = 50;

/**
 * Runs a command of a project, such as `npm ci`, to its end.
 *
 * @param options.command as it is typed in the project, for a shell.
 * @throws WXD7013 with the last lines when it fails.
 */
export async function runProjectCommand({
  command,
  cwd,
  env,
  signal,
}: AbortableOptions & {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<void> {
  const { execa } = await import('execa');
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
  };
  const child = execa(command, {
    cwd,
    env: { ...env },
    shell: true,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  forEachLine(child.stdout, keep);
  forEachLine(child.stderr, keep);
  const { exitCode, signal: ended } = await child;
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  const code = exitCode ?? ended ?? '?';
  throw new WxDevError('WXD7013', { command, code, output: lines.join('\n') });
}

/** File descriptor of standard error: what another program says is no data of ours. */
const standardError = 2;

/**
 * Runs a program that may ask questions: it has the terminal. What it prints goes to standard error.
 *
 * @param options.words program and arguments, without a shell between.
 * @throws WXD7013 when it fails or is not installed.
 */
export async function runAtTerminal({
  words,
  cwd,
  env,
  signal,
}: AbortableOptions & {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<void> {
  const { execa } = await import('execa');
  const [program = '', ...args] = words;
  const {
    exitCode,
    signal: ended,
    originalMessage,
  } = await execa(program, args, {
    cwd,
    env: { ...env },
    stdin: 'inherit',
    stdout: standardError,
    stderr: 'inherit',
    buffer: false,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  const code = exitCode ?? ended ?? '?';
  // It has said why itself, unless it never began.
  const output = exitCode === undefined ? (originalMessage ?? '') : '';
  throw new WxDevError('WXD7013', { command: words.join(' '), code, output });
}

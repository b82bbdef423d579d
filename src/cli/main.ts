import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommanderError } from './commander.ts';
import type { Language } from '../core/errors.ts';
import type { CommandSpec, Options } from './command.ts';
import { commands } from './commands.ts';
import { createContext, createOutputs, type Surroundings } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { detectLanguage } from './language.ts';
import type { Messages } from './messages/en.ts';
import { createProgram, type RootCommand } from './program.ts';
import { interruptedBy, listenForSignals } from './signals.ts';
import { commandOf, describeUsageError } from './usage-error.ts';

/** Runs the command line of this process and sets its exit code. Never rejects. */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const language = detectLanguage(
    argv,
    process.env,
    // Only Windows and macOS know one besides the variables; elsewhere asking takes 15 ms and gives those again.
    ['win32', 'darwin'].includes(process.platform)
      ? () => Intl.DateTimeFormat().resolvedOptions().locale
      : () => undefined,
  );
  const messages = await loadMessages(language);
  const { out, err } = createOutputs(process, argv);
  ignoreClosedPipes();
  await using interrupt = listenForSignals(process);
  const { signal } = interrupt;
  const version = readVersion();
  const surroundings = { version, process, argv, language, messages, out, err, signal };
  process.exitCode = await run(surroundings);
}

/** One language at a time: `--help` need not load the other. */
async function loadMessages(language: Language): Promise<Messages> {
  if (language === 'zh') return (await import('./messages/zh.ts')).zh;
  return (await import('./messages/en.ts')).en;
}

async function run(surroundings: Surroundings): Promise<ExitCode> {
  const { version, argv, messages, out, err, language } = surroundings;
  const end = argv.indexOf('--');
  const json = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
  const program: RootCommand = createProgram({
    version,
    messages,
    out,
    commands,
    dispatch: (spec, args, options) => dispatch(spec, args, options, surroundings),
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return program.exitCode ?? exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.help') {
      program.outputHelp(); // No command at all. commander has written this to stderr, which is muted.
      return exitCodes.ok;
    }
    if (error instanceof CommanderError) return reportUsage(error, surroundings);
    // Loaded only now: with it come the whole catalogue and the measuring of text, which `--help` need not pay for.
    const { reportError } = await import('./report-error.ts');
    return reportError(error, { out, err, language, messages, json });
  }
}

async function dispatch(
  spec: CommandSpec,
  args: readonly string[],
  options: Options,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { out, err, signal, messages } = surroundings;
  await Promise.all([out.loadColours(), err.loadColours()]);
  const context = createContext(surroundings, options);
  await checkFolder(context.cwd);
  try {
    return await spec.run({ args, options, context });
  } catch (error) {
    if (!interruptedBy(signal, error)) throw error;
    if (spec.runsOn) return exitCodes.ok;
    err.line(messages.usage.interrupted);
    return exitCodes.interrupted;
  }
}

/** A misspelt `--cwd` must not become a new folder with a new project state in it. */
async function checkFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined); // Absent or forbidden: nothing can run there.
  if (found?.isDirectory()) return;
  const { WxDevError } = await import('../core/errors.ts');
  const expected = { en: 'a folder that exists', zh: '已存在的目录' };
  throw new WxDevError('WXD6001', { source: { name: '--cwd' }, received: cwd, expected });
}

async function reportUsage(error: CommanderError, surroundings: Surroundings): Promise<ExitCode> {
  if (error.exitCode === 0) return exitCodes.ok; // --help and --version come this way.
  const { err, messages } = surroundings;
  await err.loadColours();
  const problem = describeUsageError(error, messages, commands);
  err.line(err.tone('bad', `x ${problem.title}`));
  if (problem.suggestion !== undefined) err.line(`  ${problem.suggestion}`);
  err.line(`  ${err.tone('link', `${commandOf(surroundings.argv, commands)} --help`)}`);
  return exitCodes.usage;
}

/** `wx-dev serve | head` closes the pipe under a running command: that ends the output, not the command with a stack. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}

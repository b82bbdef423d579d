import { CommanderError } from 'commander';
import { commands } from '../../src/cli/commands.ts';
import type { Context } from '../../src/cli/context.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { en } from '../../src/cli/messages/en.ts';
import { zh } from '../../src/cli/messages/zh.ts';
import { createProgram, type RootCommand } from '../../src/cli/program.ts';
import { reportError } from '../../src/cli/report-error.ts';
import type { RunOptions, RunResult } from '../helpers/cli.ts';
import { createFakeOutput } from './fake-output.ts';

/**
 * Runs a command line inside the test's own process: everything but the process itself is real. A hundred command lines take a second
 * instead of half a minute.
 */
export async function runInProcess(
  args: readonly string[],
  { cwd, env = {}, input }: RunOptions,
): Promise<RunResult> {
  const [out, err] = [createFakeOutput({ isTTY: false }), createFakeOutput({ isTTY: false })];
  const language = args.includes('zh') ? 'zh' : 'en';
  const messages = language === 'zh' ? zh : en;
  const version = '0.0.0';
  const json = args.includes('--json');
  const program: RootCommand = createProgram({
    version,
    messages,
    out,
    commands,
    dispatch: (spec, words, options) => {
      const context: Context = {
        version,
        cwd,
        env: { PATH: process.env['PATH'], ...env },
        home: cwd,
        platform: process.platform,
        pid: process.pid,
        user: 'user',
        hostname: 'host',
        language,
        messages,
        out,
        err,
        json,
        quiet: options['quiet'] === true,
        verbose: options['verbose'] === true,
        interactive: false,
        configFile: undefined,
        signal: new AbortController().signal,
        logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
        readStdin: () => Promise.resolve(input ?? ''),
        kill: (pid, signal) => process.kill(pid, signal),
        atExit: () => ignore,
        onStrayError: () => ignore,
      };
      return spec.run({ args: words, options, context });
    },
  });
  const result = (code: number): RunResult => ({ code, stdout: out.text(), stderr: err.text() });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return result(program.exitCode ?? exitCodes.ok);
  } catch (error) {
    if (error instanceof CommanderError) return result(error.exitCode === 0 ? 0 : exitCodes.usage);
    return result(await reportError(error, { out, err, language, messages, json }));
  }
}

function ignore(): void {
  // A test hears nothing of it.
}

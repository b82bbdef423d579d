import type { CommanderError } from 'commander';
import type { CommandSpec } from './command.ts';
import type { Messages } from './messages/en.ts';
import { globalOptions } from './options.ts';

/** A mistake on the command line, in the user's language. */
export interface UsageProblem {
  readonly title: string;
  readonly suggestion: string | undefined;
}

/**
 * Says what commander found. Its errors carry a stable `code`, but the name at fault only inside the English sentence, in single
 * quotes; a code we do not know falls back to that sentence.
 */
export function describeUsageError(
  error: CommanderError,
  { usage }: Messages,
  commands: readonly CommandSpec[] = [],
): UsageProblem {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const others = error.code === 'commander.unknownOption' ? commandsWith(quoted, commands) : [];
  if (others.length > 0)
    return { title: titleOf(error, quoted, usage), suggestion: usage.optionOf(others.join(', ')) };
  const guess = /Did you mean (?:one of )?([^?)]+)\?/i.exec(error.message)?.[1]?.trim();
  const suggestion = guess === undefined ? undefined : usage.didYouMean(guess);
  return { title: titleOf(error, quoted, usage), suggestion };
}

/** The command that `argv` is about, as it would be typed: its `--help` explains the mistake best. */
export function commandOf(argv: readonly string[], commands: readonly CommandSpec[]): string {
  const path = ['wx-dev'];
  let level = commands;
  for (const [index, word] of argv.entries()) {
    if (word === '--') break;
    if (word.startsWith('-') || takesValue(argv[index - 1])) continue;
    const spec = level.find((candidate) => [candidate.name, candidate.alias].includes(word));
    if (!spec) break;
    path.push(word);
    level = spec.subcommands ?? [];
  }
  return path.join(' ');
}

/** Who types an option of another command has not misspelt it. */
function commandsWith(flag: string, commands: readonly CommandSpec[], above = 'wx-dev'): string[] {
  return commands.flatMap((spec) => {
    const name = `${above} ${spec.name}`;
    const has = spec.options.some(({ flags }) => flags.split(/[ ,]+/).includes(flag));
    return [...(has ? [name] : []), ...commandsWith(flag, spec.subcommands ?? [], name)];
  });
}

function takesValue(word: string | undefined): boolean {
  if (word === undefined || !word.startsWith('-')) return false;
  return globalOptions.some(({ flags }) => {
    return flags.includes('<') && flags.split(/[ ,]+/).includes(word);
  });
}

function titleOf(error: CommanderError, quoted: string, usage: Messages['usage']): string {
  const [, expected = '', count = ''] =
    /Expected (\d+) arguments? but got (\d+)/.exec(error.message) ?? [];
  switch (error.code) {
    case 'commander.unknownOption':
      return usage.unknownOption(quoted);
    case 'commander.unknownCommand':
      return usage.unknownCommand(quoted);
    case 'commander.missingArgument':
      return usage.missingArgument(quoted);
    case 'commander.optionMissingArgument':
      return usage.missingValue(quoted);
    case 'commander.excessArguments':
      return usage.tooManyArguments(expected, count);
    default:
      return error.message.replace(/^error: /, '');
  }
}

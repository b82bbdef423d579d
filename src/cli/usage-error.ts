import type { CommanderError } from 'commander';
import type { Messages } from './messages/en.ts';

/** A mistake on the command line, in the user's language. */
export interface UsageProblem {
  readonly title: string;
  readonly suggestion: string | undefined;
}

/**
 * Says what commander found. Its errors carry a stable `code`, but the name at fault only inside the English sentence, in single
 * quotes; a code we do not know falls back to that sentence.
 */
export function describeUsageError(error: CommanderError, { usage }: Messages): UsageProblem {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const guess = /Did you mean (?:one of )?([^?)]+)\?/i.exec(error.message)?.[1]?.trim();
  const suggestion = guess === undefined ? undefined : usage.didYouMean(guess);
  return { title: titleOf(error, quoted, usage), suggestion };
}

function titleOf(error: CommanderError, quoted: string, usage: Messages['usage']): string {
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
      return usage.tooManyArguments(/got (\d+)/.exec(error.message)?.[1] ?? '');
    default:
      return error.message.replace(/^error: /, '');
  }
}

import { Argument, Command, CommanderError, Help, Option } from './commander.ts';
import type { CommandSpec, OptionSpec, Options } from './command.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Messages } from './messages/en.ts';
import { globalOptions } from './options.ts';
import { cellsOf, wrap } from './render/wrap.ts';
import type { Output } from './terminal.ts';

/** Called for the command that the user chose. */
type Dispatch = (spec: CommandSpec, args: readonly string[], options: Options) => Promise<ExitCode>;

export interface ProgramOptions {
  readonly version: string;
  readonly messages: Messages;
  readonly out: Output;
  readonly commands: readonly CommandSpec[];
  readonly dispatch: Dispatch;
}

/**
 * Builds the commander program from the command table. commander's own English errors are muted: it throws a `CommanderError`,
 * and `describeUsageError` says it in the user's language.
 */
export function createProgram(options: ProgramOptions): Command {
  const { messages, out } = options;
  const program = new Command('wx-dev');
  // Before any `.command()`: subcommands copy these settings when they are made.
  program
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: () => undefined })
    .configureHelp({
      showGlobalOptions: true,
      // Not the options of `cert` below `cert init`: there they would mean nothing.
      visibleGlobalOptions: (command) => (command === program ? [] : [...program.options]),
      helpWidth: Math.min(out.columns, 80),
      // commander counts characters and breaks at spaces only: Chinese has two cells each and no spaces.
      displayWidth: cellsOf,
      boxWrap: (text, width) => wrap(text, width).join('\n'),
      // Without the other names of a command: they would widen the column of all.
      subcommandTerm: (command) => {
        const term = new Help().subcommandTerm(command);
        return command.alias() === undefined ? term : term.replace(`|${command.alias()}`, '');
      },
      styleTitle: (title) => translateTitle(title, messages),
    })
    .helpOption('-h, --help', messages.options.help)
    .version(options.version, '-V, --version', messages.options.version)
    .helpCommand(false)
    .description(messages.help.tagline)
    .usage('<command> [options]');
  for (const option of globalOptions) program.addOption(createOption(option, messages));
  for (const spec of options.commands) addCommand(program, spec, options);
  addText(program, exampleLines(options.commands), messages);
  return program;
}

function addCommand(parent: Command, spec: CommandSpec, options: ProgramOptions): void {
  const { messages, dispatch } = options;
  const command = parent
    .command(spec.name)
    .description(messages.commands[spec.summary])
    .helpOption('-h, --help', messages.options.help)
    .allowExcessArguments(false)
    .showSuggestionAfterError(true);
  if (spec.alias !== undefined) command.alias(spec.alias);
  for (const argument of spec.arguments ?? []) {
    command.addArgument(new Argument(argument.syntax, messages.arguments[argument.text]));
  }
  for (const option of spec.options) command.addOption(createOption(option, messages));
  for (const sub of spec.subcommands ?? []) addCommand(command, sub, options);
  addText(command, spec.examples, messages);
  command.action(async () => {
    const code = await dispatch(spec, command.args, command.optsWithGlobals<Options>());
    parentOf(command).exitCode = code;
  });
}

/** The root of a command, which carries the exit code of the action that ran. */
export interface RootCommand extends Command {
  exitCode?: ExitCode;
}

function parentOf(command: Command): RootCommand {
  let root = command;
  while (root.parent) root = root.parent;
  return root;
}

function createOption(spec: OptionSpec, messages: Messages): Option {
  const option = new Option(spec.flags, messages.options[spec.text]);
  if (spec.choices) {
    const choices = spec.choices;
    option.argParser((value: string) => {
      if (choices.includes(value)) return value;
      throw new CommanderError(
        1,
        'wx-dev.invalidValue',
        messages.usage.invalidValue(option.long ?? spec.flags, value, choices.join(', ')),
      );
    });
  }
  if (spec.repeatable) {
    option.argParser((value: string, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      value,
    ]);
  }
  return option;
}

function addText(command: Command, examples: readonly string[], messages: Messages): void {
  const lines = examples.map((example) => `  ${example}`).join('\n');
  command.addHelpText('before', `${messages.help.examples}\n${lines}\n`);
  command.addHelpText(
    'after',
    `\n${messages.help.exitCodes}\n${messages.help.exitCodeLines.map((line) => `  ${line}`).join('\n')}\n\n${messages.help.docs}`,
  );
}

function exampleLines(commands: readonly CommandSpec[]): string[] {
  const wanted = ['dev', 'init'];
  return commands
    .filter((spec) => wanted.includes(spec.name))
    .map((spec) => spec.examples[0])
    .filter((example) => example !== undefined);
}

function translateTitle(title: string, { help }: Messages): string {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': help.usage,
    'Arguments:': help.arguments,
    'Options:': help.options,
    'Global Options:': help.globalOptions,
    'Commands:': help.commands,
  };
  return titles[title] ?? title;
}

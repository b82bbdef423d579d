import type { Context } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Messages } from './messages/en.ts';

/** An option as data; its text in both languages stands in the message table under `text`. */
export interface OptionSpec {
  /** As commander writes it: `-p, --port <n>`. */
  readonly flags: string;
  readonly text: keyof Messages['options'];
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
}

/** A positional argument: `[dir]`, `<file>`, `[names...]`. */
interface ArgumentSpec {
  readonly syntax: string;
  readonly text: keyof Messages['arguments'];
}

/** What the user typed, taken apart. */
export interface Invocation {
  readonly args: readonly string[];
  readonly options: Options;
  readonly context: Context;
}

/** Values of options by camelCase name, as commander gives them. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A command as data. `run` loads what it needs by itself, so that `--help` loads nothing. */
export interface CommandSpec {
  readonly name: string;
  /** Another word for it. */
  readonly alias?: string;
  readonly summary: keyof Messages['commands'];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Whether it runs until it is stopped: then the first Ctrl-C is its good end (exit 0), else it is an interruption (130). */
  readonly runsOn: boolean;
  readonly subcommands?: readonly CommandSpec[];
  readonly run: (invocation: Invocation) => Promise<ExitCode>;
}

/** The text value of an option, or undefined when it was not given. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a repeatable option. */
export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

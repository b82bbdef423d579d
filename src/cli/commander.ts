import { createRequire } from 'node:module';
import type * as commander from 'commander';

/*
 * To `import` CommonJS, Node loads a parser written in WebAssembly first: 4 MB, which a relay that runs for months would keep, and
 * some milliseconds of every command. `require` needs none.
 */
const required = createRequire(import.meta.url)('commander') as typeof commander;

/** As commander has them. */
export const { Argument, Command, CommanderError, Help, Option } = required;
export type Command = commander.Command;
export type CommanderError = commander.CommanderError;
export type Option = commander.Option;

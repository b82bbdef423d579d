import type { CommandSpec } from './command.ts';
import { add } from './commands/add.ts';
import { cert } from './commands/cert.ts';
import { conform } from './commands/conform.ts';
import { dev } from './commands/dev.ts';
import { explain } from './commands/explain.ts';
import { init } from './commands/init.ts';
import { logs } from './commands/logs.ts';
import { relay } from './commands/relay.ts';
import { replay } from './commands/replay.ts';
import { send } from './commands/send.ts';
import { serve } from './commands/serve.ts';
import { tryProject } from './commands/try.ts';
import { tunnel } from './commands/tunnel.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly CommandSpec[] = [
  init,
  add,
  tryProject,
  dev,
  serve,
  tunnel,
  relay,
  cert,
  send,
  conform,
  logs,
  replay,
  explain,
];

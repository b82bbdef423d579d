import type { ChalkInstance } from 'chalk';
import { wantsColour } from './colour.ts';
import type { OutputQueue } from './output-queue.ts';

/** What a piece of text means; the terminal decides how that looks. */
export type Tone = 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'link';

/** One of the two output streams. */
export interface Output {
  readonly isTTY: boolean;
  /** Cells in a line; 80 where the stream is no terminal or does not know. */
  readonly columns: number;
  readonly colour: boolean;
  /** Whether a line may be redrawn in place: a terminal that knows how wide it is. */
  readonly redraws: boolean;
  write(text: string): void;
  /** Writes `text` and a line end. */
  line(text?: string): void;
  /** `text` with the escape codes of `tone`, or as it is where colour is off. */
  tone(tone: Tone, text: string): string;
  /** A command line of wx-dev as the user can type it: through `npx` where wx-dev was started by a package manager. */
  typed(command: string): string;
  /** Loads the colour library where colour is wanted. `--help` never calls it, and so never pays for it. */
  loadColours(): Promise<void>;
}

/** A width that a terminal reports as 0 or less than this is a pty that does not know its size. */
const MIN_COLUMNS = 20;
const DEFAULT_COLUMNS = 80;

/** Wraps a stream of the process. What goes to a file or program may wait in `queue`; a terminal shows everything at once. */
export function createOutput(
  stream: NodeJS.WriteStream,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  queue: OutputQueue,
): Output {
  const isTTY = stream.isTTY === true;
  const colour = wantsColour({ argv, env, isTTY });
  let chalk: ChalkInstance | undefined;
  const write = (text: string): void => {
    if (!isTTY) return queue.write(stream, text);
    queue.flush();
    stream.write(text);
  };
  // npm, pnpm, yarn and bun set it for what they start, which then need not be on the PATH.
  const prefix = env['npm_config_user_agent'] === undefined ? '' : 'npx ';
  return {
    isTTY,
    colour,
    get redraws() {
      return isTTY && stream.columns >= MIN_COLUMNS && env['TERM'] !== 'dumb';
    },
    get columns() {
      return isTTY && stream.columns >= MIN_COLUMNS ? stream.columns : DEFAULT_COLUMNS;
    },
    write,
    line: (text = '') => write(`${text}\n`),
    tone: (tone, text) => (chalk ? paint(chalk, tone, text) : text),
    typed: (command) => (command.startsWith('wx-dev ') ? `${prefix}${command}` : command),
    loadColours: async () => {
      // The sixteen basic colours: they follow the user's theme. The level is ours, since chalk does not read NO_COLOR.
      if (colour) chalk ??= new (await import('chalk')).Chalk({ level: 1 });
    },
  };
}

function paint(chalk: ChalkInstance, tone: Tone, text: string): string {
  switch (tone) {
    case 'dim':
      return chalk.dim(text);
    case 'strong':
      return chalk.bold(text);
    case 'good':
      return chalk.green(text);
    case 'warn':
      return chalk.yellow(text);
    case 'bad':
      return chalk.red(text);
    case 'link':
      return chalk.cyan(text);
    default:
      return tone satisfies never;
  }
}

/** What decides whether a stream gets colour. */
export interface ColourInputs {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}

/**
 * Whether to write escape codes to a stream. chalk does not read `NO_COLOR`, so this decides and chalk is told:
 * `--no-color` > `--color` > `FORCE_COLOR` > `NO_COLOR` (https://no-color.org: any non-empty value) > `TERM=dumb` > terminal or not.
 */
export function wantsColour({ argv, env, isTTY }: ColourInputs): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  if (own.includes('--no-color')) return false;
  if (own.includes('--color')) return true;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR']) return false;
  return isTTY && env['TERM'] !== 'dumb';
}

import { WxDevError, type SettingSource } from '../core/errors.ts';
import { parseEnvFile, type Assignment } from './env-file.ts';
import { accountSuffix, isOfAccount, settingKeys, settings, type SettingKey } from './schema.ts';
import { suggestVariable } from './suggest.ts';
import { readTextFile, type TextFile } from './text-file.ts';

/** A value as it was written, not yet checked. */
export interface Entry {
  /** Text from flags and variables; whatever a config file holds. */
  readonly value: unknown;
  readonly source: SettingSource;
}

/** All that one place says. An earlier layer wins over a later one. */
export interface Layer {
  /** Relative paths in this layer start here. */
  readonly base: string;
  readonly entries: ReadonlyMap<SettingKey, Entry>;
}

/** What one place gave. */
export interface Loaded {
  /** Its layers for the account of this name, or for the only one, that has none. */
  readonly layersFor: (account: string | undefined) => readonly Layer[];
  /** Absolute paths of what was read. */
  readonly files: readonly string[];
  /** What looks like a mistake where there are accounts of these names. */
  readonly warningsFor: (accounts: readonly string[]) => readonly WxDevError[];
  /** Accounts that have a name, in the order they were written. */
  readonly accounts: readonly NamedAccount[];
}

/** A place that does not exist. */
export const nothingLoaded: Loaded = {
  layersFor: () => [],
  files: [],
  warningsFor: () => [],
  accounts: [],
};

/** What a config file says about one of several accounts. */
export interface NamedAccount {
  readonly name: string;
  /** Where its name stands. */
  readonly source: SettingSource;
  readonly layer: Layer;
}

/** Variables that steer wx-dev but are no settings. */
const otherVariables: readonly string[] = [
  'WX_DEV_HOME',
  'WX_DEV_LANG',
  'WX_DEV_CA_PASSPHRASE_FILE',
];

/** What the command line says. */
export function loadFlags(
  flags: { readonly [K in SettingKey]?: string | undefined },
  cwd: string,
): Loaded {
  const entries = new Map<SettingKey, Entry>();
  for (const key of settingKeys) {
    const value = flags[key];
    if (value === undefined) continue;
    const { flag = key } = settings[key];
    const name = value === 'false' && flag.startsWith('--') ? `--no-${flag.slice(2)}` : flag;
    entries.set(key, { value, source: { name } });
  }
  return { ...nothingLoaded, layersFor: () => [{ base: cwd, entries }] };
}

/** What the environment says. */
export function loadEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Loaded {
  const find = (name: string): Entry | undefined => {
    const value = env[name];
    return value === undefined ? undefined : { value, source: { name } };
  };
  return {
    ...nothingLoaded,
    layersFor: (account) => variableLayers(cwd, account, find),
    warningsFor: (accounts) =>
      Object.keys(env).flatMap((key) => unknownVariable(key, { path: 'environment' }, accounts)),
  };
}

/**
 * What a `.env` file says; nothing when there is no such file.
 *
 * @throws WXD6004 when it is not UTF-8, or later when a quote around one of our values is never closed; WXD6006 when it cannot be read.
 */
export async function loadEnvFile(path: string, cwd: string): Promise<Loaded> {
  const file = await readTextFile(path, cwd);
  if (!file) return nothingLoaded;
  const byName = new Map<string, Assignment[]>();
  for (const assignment of parseEnvFile(file.text)) {
    const { name } = assignment;
    byName.set(name, [...(byName.get(name) ?? []), assignment]);
  }
  const find = (name: string): Entry | undefined => {
    const assignment = byName.get(name)?.at(-1);
    return assignment && toEntry(assignment, file);
  };
  return {
    ...nothingLoaded,
    layersFor: (account) => variableLayers(cwd, account, find),
    files: [file.path],
    warningsFor: (accounts) =>
      [...byName].flatMap(([name, assignments]) => [
        ...unknownVariable(name, { path: file.shown, line: assignments[0]?.line }, accounts),
        ...duplicate(name, assignments, { file, accounts }),
      ]),
  };
}

/** `WX_DEV_*` is meant for wx-dev alone and wins over the variables that it shares with the app. */
function variableLayers(
  base: string,
  account: string | undefined,
  find: (name: string) => Entry | undefined,
): Layer[] {
  return [isOwnVariable, (name: string) => !isOwnVariable(name)].map((belongs) => {
    const entries = new Map<SettingKey, Entry>();
    for (const key of settingKeys) {
      // Empty means not set: so look the lines of `.env.example`, and so a shell unsets for one command.
      const entry = variablesOf(key, account)
        .filter(belongs)
        .map(find)
        .find((found) => found !== undefined && found.value !== '');
      if (entry) entries.set(key, entry);
    }
    return { base, entries };
  });
}

/** The variables of a setting, first wins. With a named account those with its name behind come first, or alone. */
function variablesOf(key: SettingKey, account: string | undefined): readonly string[] {
  const { env } = settings[key];
  if (account === undefined) return env;
  const own = env.map((name) => `${name}${accountSuffix(account)}`);
  return isOfAccount(key) ? own : [...own, ...env];
}

function toEntry(assignment: Assignment, file: TextFile): Entry {
  const { name, value, line } = assignment;
  if (assignment.isUnclosed) {
    throw new WxDevError('WXD6004', {
      path: file.shown,
      line,
      reason: {
        en: `${name} begins with a quote that is never closed`,
        zh: `${name} 的值以引号开头，但没有结束引号`,
      },
    });
  }
  return { value, source: { name, file: file.shown, line } };
}

function isOwnVariable(name: string): boolean {
  return name.startsWith('WX_DEV_');
}

function isKnownVariable(name: string, accounts: readonly string[]): boolean {
  return settingKeys.some((key) =>
    [undefined, ...accounts].some((account) => variablesOf(key, account).includes(name)),
  );
}

function unknownVariable(
  name: string,
  at: { readonly path: string; readonly line?: number | undefined },
  accounts: readonly string[],
): WxDevError[] {
  if (!isOwnVariable(name) || otherVariables.includes(name)) return [];
  if (isKnownVariable(name, accounts)) return [];
  return [new WxDevError('WXD6005', { ...at, key: name, suggestion: suggestVariable(name) })];
}

function duplicate(
  name: string,
  assignments: readonly Assignment[],
  { file, accounts }: { readonly file: TextFile; readonly accounts: readonly string[] },
): WxDevError[] {
  if (assignments.length < 2 || !isKnownVariable(name, accounts)) return [];
  const lines = assignments.map(({ line }) => line);
  return [new WxDevError('WXD6009', { name, path: file.shown, lines })];
}

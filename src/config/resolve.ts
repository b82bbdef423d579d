import { join } from 'node:path';
import { WxDevError, type SettingSource, type Words } from '../core/errors.ts';
import { chooseAccount } from './accounts.ts';
import { findConfigFile, loadConfigFile } from './config-file.ts';
import { loadEnvFile, loadEnvironment, loadFlags, type Entry, type Layer } from './layer.ts';
import {
  settingKeys,
  settings,
  type SettingDefinition,
  type SettingKey,
  type SettingValue,
} from './schema.ts';
import { readSecretFile } from './secret-file.ts';
import { describeText } from './values.ts';

/** What settings are made from. Nothing is read from the process itself. */
export interface LoadSettingsOptions {
  /** Folder of the project; relative paths of flags and variables start here. */
  readonly cwd: string;
  /** `--config`: a file instead of the one found in `cwd`. */
  readonly configFile?: string | undefined;
  /** Text of each flag that was given; `true` or `false` for switches. */
  readonly flags: { readonly [K in SettingKey]?: string | undefined };
  /** The environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** wx-dev's own folder, see `dataFolder`; holds the user's `config.json`. */
  readonly home: string;
  /** Reads standard input, for a secret file called `-`. Called at most once. */
  readonly readStdin?: (() => Promise<string>) | undefined;
}

/** Every setting, resolved once. Reading one never fails: all were checked on loading. */
export interface Settings {
  /** The value, the default when nobody set it, undefined when there is none. */
  get<K extends SettingKey>(key: K): SettingValue<K> | undefined;
  /** Where the value was written; undefined for a default. */
  source(key: SettingKey): SettingSource | undefined;
  /** Name of the account that the values belong to; undefined for the one without a name. */
  readonly account: string | undefined;
  /** Names of all accounts in the config files. */
  readonly accounts: readonly string[];
  /** There are several accounts, and nothing says which one is meant, nor who else. */
  readonly isAccountOpen: boolean;
  readonly cwd: string;
  /** Files that were read, absolute. */
  readonly files: readonly string[];
  /** What works but is likely a mistake: a name set twice (WXD6009), an unknown `WX_DEV_*` variable (WXD6005). */
  readonly warnings: readonly WxDevError[];
}

/**
 * Loads and checks all settings: flags, then `WX_DEV_*` and the app's variables in the environment, in `.env.local`, in
 * `.env`, then the project's config file, then the user's.
 *
 * Where an account is chosen by `account`, its own entries of the `accounts` table stand above the rest of that file, its variables have
 * its name behind them, and no other place says who it is.
 *
 * @throws WXD6001 for a value that cannot be used, WXD6030 for an account that does not exist, WXD6004 and WXD6005 for a file that cannot be understood, WXD6006 for one
 * that cannot be read, WXD6007 for a contradiction within one place, WXD6010 for two config files.
 */
export async function loadSettings(options: LoadSettingsOptions): Promise<Settings> {
  const { cwd, configFile, flags, env, home } = options;
  const config = await findConfigFile(cwd, configFile);
  const places = [
    loadFlags(flags, cwd),
    loadEnvironment(env, cwd),
    await loadEnvFile(join(cwd, '.env.local'), cwd),
    await loadEnvFile(join(cwd, '.env'), cwd),
    ...(config ? [await loadConfigFile(config, cwd, { name: '--config' })] : []),
    await loadConfigFile(join(home, 'config.json'), cwd),
  ];
  const chosen = chooseAccount(places);
  const layers = places.flatMap((place) => place.layersFor(chosen.name));
  for (const layer of layers) checkContradictions(layer);
  const values = new Map<SettingKey, Resolved>();
  for (const key of settingKeys) {
    const resolved = await resolveSetting(key, layers, options);
    if (resolved) values.set(key, resolved);
  }
  return {
    get: <K extends SettingKey>(key: K) => {
      const definition: SettingDefinition<unknown> = settings[key];
      // The value was parsed by the type of this very key, which TypeScript cannot follow through the map.
      return (values.get(key)?.value ?? definition.default) as SettingValue<K> | undefined;
    },
    source: (key) => values.get(key)?.source,
    account: chosen.name,
    accounts: chosen.names,
    isAccountOpen: chosen.isOpen,
    cwd,
    files: places.flatMap((place) => place.files),
    warnings: places.flatMap((place) => place.warningsFor(chosen.names)),
  };
}

interface Resolved {
  readonly value: unknown;
  readonly source: SettingSource;
}

async function resolveSetting(
  key: SettingKey,
  layers: readonly Layer[],
  options: LoadSettingsOptions,
): Promise<Resolved | undefined> {
  const fileKey = settingKeys.find((other) => contentOf(other) === key);
  for (const layer of layers) {
    const entry = layer.entries.get(key);
    if (entry) return { value: readValue(key, entry, layer.base), source: entry.source };
    const fileEntry = fileKey && layer.entries.get(fileKey);
    if (fileEntry) {
      const path = readValue(fileKey, fileEntry, layer.base);
      const content = await readSecretFile(String(path), fileEntry.source, options);
      return { value: readValue(key, content, layer.base), source: content.source };
    }
  }
  return undefined;
}

/** Pairs that cannot both hold. Only within one layer: across layers the higher one simply wins. */
function checkContradictions({ entries }: Layer): void {
  for (const [key, entry] of entries) {
    const other = contentOf(key);
    refuseBoth(entry, other && entries.get(other));
  }
  const [first, second] = [...entries]
    .filter(([key, { value }]) => contentOf(key) && value === '-')
    .map(([, entry]) => entry);
  refuseBoth(first, second); // Standard input is one text.
  const isOff = (key: SettingKey): boolean =>
    /^(false|0|no|off)$/i.test(String(entries.get(key)?.value));
  if (isOff('tunnel')) refuseBoth(entries.get('tunnel'), entries.get('tunnelUrl'));
  if (isOff('tls')) refuseBoth(entries.get('tls'), entries.get('tlsCert'));
}

function refuseBoth(first: Entry | undefined, second: Entry | undefined): void {
  if (!first || !second) return;
  throw new WxDevError('WXD6007', { first: first.source, second: second.source });
}

function contentOf(key: SettingKey): SettingKey | undefined {
  const definition: SettingDefinition<unknown> = settings[key];
  return definition.contentOf;
}

/** @throws WXD6001 naming where the value stands. */
function readValue(key: SettingKey, { value, source }: Entry, base: string): unknown {
  const { type, secret }: SettingDefinition<unknown> = settings[key];
  const refuse = (received: Words): never => {
    throw new WxDevError('WXD6001', { source, received, expected: type.expected });
  };
  if (typeof value !== 'string' && typeof value !== type.accepts)
    return refuse(describeKind(value));
  const text = String(value);
  const parsed = type.parse(text, base);
  return parsed === undefined ? refuse(describeText(text, secret)) : parsed;
}

function describeKind(value: unknown): Words {
  if (Array.isArray(value)) return { en: 'a list', zh: '一个列表' };
  if (typeof value === 'object') return { en: 'an object', zh: '一个对象' };
  return { en: `a ${typeof value}`, zh: `${typeof value} 类型的值` };
}

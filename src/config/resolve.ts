import type { SettingSource, WxDevError } from '../core/errors.ts';
import type { SettingKey, SettingValue } from './schema.ts';

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
  readonly cwd: string;
  /** Files that were read, absolute. */
  readonly files: readonly string[];
  /** What works but is likely a mistake: a name set twice (WXD6009), an unknown `WX_DEV_*` variable (WXD6005). */
  readonly warnings: readonly WxDevError[];
}

/** Loads and checks all settings. */
export function loadSettings(_options: LoadSettingsOptions): Promise<Settings> {
  throw new Error('not written yet');
}

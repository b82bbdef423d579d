import { loadSettings, type Settings } from '../config/resolve.ts';
import { isSettingKey, type SettingKey } from '../config/schema.ts';
import { formatError } from '../core/errors.ts';
import type { Invocation, Options } from './command.ts';
import { dataFolderOf } from './data-folder.ts';
import { renderError } from './render/error.ts';

/** The settings of a command, with its flags on top. What is odd about them is said at once. */
export async function loadCommandSettings({ options, context }: Invocation): Promise<Settings> {
  const { cwd, configFile, env, err, language, quiet } = context;
  const settings = await loadSettings({
    cwd,
    configFile,
    flags: flagsOf(options),
    env,
    home: dataFolderOf(context),
    readStdin: () => context.readStdin(),
  });
  if (!quiet) {
    for (const warning of settings.warnings) {
      for (const line of renderError(formatError(warning, language), err)) err.line(line);
    }
  }
  return settings;
}

function flagsOf(options: Options): { [K in SettingKey]?: string } {
  const flags: { [K in SettingKey]?: string } = {};
  for (const [name, value] of Object.entries(options)) {
    if (!isSettingKey(name) || value === undefined || Array.isArray(value)) continue;
    flags[name] = String(value);
  }
  return flags;
}

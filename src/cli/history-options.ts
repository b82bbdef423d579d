import type { Settings } from '../config/resolve.ts';
import { settingKeys, settings as table } from '../config/schema.ts';
import type { ProjectState } from '../config/state.ts';
import type { DevOptions } from '../dev/dev.ts';
import { historyFolder } from '../inspector/segments.ts';
import type { Context } from './context.ts';

/** Where exchanges are recorded, and what must not be in them; undefined for `--no-history`. */
export function historyOptions(
  { kill, pid }: Context,
  settings: Settings,
  state: ProjectState,
): DevOptions['history'] {
  if (settings.get('history') === false) return undefined;
  const secrets = [state.token, state.aesKey, state.owner, ...secretsOf(settings)];
  return {
    folder: historyFolder(state.dir),
    pid,
    isAlive: (other) => kill(other, 0),
    secrets,
    account: settings.account,
  };
}

/** Every secret that is set. */
function secretsOf(settings: Settings): string[] {
  return settingKeys
    .filter((key) => table[key].secret)
    .map((key) => settings.get(key))
    .filter((value) => typeof value === 'string');
}

import type { Settings } from '../config/resolve.ts';
import { settingKeys, settings as table } from '../config/schema.ts';
import type { ProjectState } from '../config/state.ts';
import type { DevOptions } from '../dev/dev.ts';
import { historyFolder } from '../inspector/segments.ts';
import type { Invocation } from './command.ts';
import { loadCommandSettings } from './settings.ts';

/** Where exchanges are recorded, and what must not be in them; undefined for `--no-history`. */
export async function historyOptions(
  invocation: Invocation,
  settings: Settings,
  state: ProjectState,
): Promise<DevOptions['history']> {
  if (settings.get('history') === false) return undefined;
  const { kill, pid } = invocation.context;
  const others = await otherAccounts(invocation, settings);
  const own = [state.token, state.aesKey, state.owner];
  const secrets = [...own, ...[settings, ...others].flatMap(secretsOf)];
  return {
    folder: historyFolder(state.dir),
    pid,
    isAlive: (other) => kill(other, 0),
    secrets,
    account: settings.account,
  };
}

/** The settings of the accounts that were not chosen: their keys may come in a push too, and must not be kept any more than its own. */
function otherAccounts(
  invocation: Invocation,
  { accounts, account }: Settings,
): Promise<Settings[]> {
  const context = { ...invocation.context, quiet: true };
  // Without the flags: they are the chosen account's, and one may stand for standard input, which has been read.
  const load = (name: string): Promise<Settings> =>
    loadCommandSettings({ ...invocation, context, options: { account: name } });
  return Promise.all(accounts.filter((name) => name !== account).map(load));
}

/** Every secret that is set. */
function secretsOf(settings: Settings): string[] {
  return settingKeys
    .filter((key) => table[key].secret)
    .map((key) => settings.get(key))
    .filter((value) => typeof value === 'string');
}

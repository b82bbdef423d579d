import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

export const replay: CommandSpec = {
  name: 'replay',
  summary: 'replay',
  arguments: [{ syntax: '<what>', text: 'replayWhat' }],
  options: [
    { flags: '-f, --forward-to <port|url>', text: 'replayTo' },
    shared.path,
    shared.mode,
    shared.account,
    { flags: '--same-id', text: 'sameId' },
    { flags: '--set <name=value>', text: 'set', repeatable: true },
    { flags: '--diff', text: 'diff' },
    { flags: '--times <n>', text: 'times' },
    shared.tokenFile,
    shared.aesKeyFile,
  ],
  examples: [
    'wx-dev replay last',
    'wx-dev replay 17 --set Content=hi --diff',
    'wx-dev replay 17..20 --same-id',
  ],
  runsOn: false,
  run: async (invocation) => (await import('../run-replay.ts')).runReplay(invocation),
};

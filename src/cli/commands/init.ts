import type { CommandSpec } from '../command.ts';

export const init: CommandSpec = {
  name: 'init',
  summary: 'init',
  arguments: [{ syntax: '[dir]', text: 'dir' }],
  options: [
    { flags: '-t, --template <name>', text: 'template' },
    { flags: '--from <path>', text: 'fromTemplate' },
    { flags: '--name <name>', text: 'name' },
    { flags: '--appid <id>', text: 'appid' },
    { flags: '--module <path>', text: 'goModule' },
    { flags: '--with <layers>', text: 'withLayers', repeatable: true },
    { flags: '--force', text: 'force' },
    { flags: '--dry-run', text: 'dryRun' },
    { flags: '--no-git', text: 'git' },
    { flags: '--list', text: 'list' },
  ],
  examples: ['wx-dev init my-bot', 'wx-dev init my-bot --yes --appid wx0123456789abcdef'],
  runsOn: false,
  run: async (invocation) => (await import('../run-init.ts')).runInit(invocation),
};

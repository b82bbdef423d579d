import type { CommandSpec } from '../command.ts';

export const init: CommandSpec = {
  name: 'init',
  summary: 'init',
  arguments: [{ syntax: '[dir]', text: 'dir' }],
  options: [
    { flags: '-t, --template <name>', text: 'template' },
    { flags: '--from <path>', text: 'fromTemplate' },
    { flags: '--with <layers>', text: 'withLayers', repeatable: true },
    { flags: '--name <name>', text: 'name' },
    { flags: '--module <path>', text: 'goModule' },
    { flags: '--appid <id>', text: 'appid' },
    { flags: '--pm <name>', text: 'packageManager', choices: ['npm', 'pnpm', 'yarn', 'bun'] },
    { flags: '--install', text: 'installNow' },
    { flags: '--into <dir>', text: 'into' },
    { flags: '--force', text: 'force' },
    { flags: '--dry-run', text: 'dryRun' },
    { flags: '--diff', text: 'diffTemplate' },
    { flags: '--git', text: 'gitYes' },
    { flags: '--no-git', text: 'git' },
    { flags: '--run', text: 'runCreator' },
    { flags: '--list', text: 'list' },
  ],
  examples: [
    'wx-dev init my-bot',
    'wx-dev init my-bot --yes --appid wx0123456789abcdef',
    'wx-dev init api --template go-minimal --with docker,ci',
  ],
  runsOn: false,
  run: async (invocation) => (await import('../run-init.ts')).runInit(invocation),
};

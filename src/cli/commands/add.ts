import type { CommandSpec } from '../command.ts';

export const add: CommandSpec = {
  name: 'add',
  summary: 'add',
  arguments: [{ syntax: '<layers...>', text: 'layers' }],
  options: [
    { flags: '--keep', text: 'keepChanged' },
    { flags: '--dry-run', text: 'dryRun' },
  ],
  examples: ['wx-dev add docker', 'wx-dev add compose nginx --dry-run'],
  runsOn: false,
  run: async (invocation) => (await import('../run-add.ts')).runAdd(invocation),
};

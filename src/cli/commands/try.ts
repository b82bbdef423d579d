import type { CommandSpec } from '../command.ts';

export const tryProject: CommandSpec = {
  name: 'try',
  summary: 'try',
  arguments: [{ syntax: '[dir]', text: 'dir' }],
  options: [],
  examples: ['wx-dev try', 'wx-dev try my-bot --json'],
  runsOn: false,
  run: async (invocation) => (await import('../run-try.ts')).runTry(invocation),
};

import type { CommandSpec } from '../command.ts';

export const explain: CommandSpec = {
  name: 'explain',
  summary: 'explain',
  arguments: [{ syntax: '[code]', text: 'code' }],
  options: [],
  examples: ['wx-dev explain WXD1001', 'wx-dev explain 2109', 'wx-dev explain'],
  runsOn: false,
  run: async (invocation) => (await import('../run-explain.ts')).runExplain(invocation),
};

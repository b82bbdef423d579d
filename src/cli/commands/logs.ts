import type { CommandSpec } from '../command.ts';

export const logs: CommandSpec = {
  name: 'logs',
  summary: 'logs',
  arguments: [{ syntax: '[id]', text: 'exchangeId' }],
  options: [
    { flags: '-f, --follow', text: 'follow' },
    { flags: '--since <time>', text: 'since' },
    { flags: '--type <name>', text: 'onlyType', repeatable: true },
    {
      flags: '--verdict <verdict>',
      text: 'onlyVerdict',
      choices: ['ok', 'slow', 'late', 'rejected', 'failed'],
    },
    { flags: '--openid <id>', text: 'onlyOpenid' },
    { flags: '--limit <n>', text: 'limit' },
  ],
  examples: ['wx-dev logs --since 10m --verdict failed', 'wx-dev logs -f', 'wx-dev logs 17'],
  // Only -f runs on, and says so itself when it is ended.
  runsOn: false,
  run: async (invocation) => (await import('../run-logs.ts')).runLogs(invocation),
};

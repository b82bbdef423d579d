import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

export const conform: CommandSpec = {
  name: 'conform',
  summary: 'conform',
  arguments: [{ syntax: '[url]', text: 'callbackUrl' }],
  options: [
    { flags: '--only <rule>', text: 'conformOnly', repeatable: true },
    { flags: '--skip <rule>', text: 'conformSkip', repeatable: true },
    { flags: '--list', text: 'listRules' },
    { flags: '--tap', text: 'tap' },
    shared.account,
    shared.path,
    shared.mode,
    { flags: '--format <format>', text: 'format', choices: ['xml', 'json'] },
    { flags: '--timeout <time>', text: 'answerTimeout' },
    { flags: '--count-text <text>', text: 'countText' },
    { flags: '--slow-text <text>', text: 'slowText' },
    { flags: '--customer-base <url>', text: 'customerBase' },
    { flags: '--api <url>', text: 'apiUrl' },
    { flags: '--jwt-secret-file <path>', text: 'jwtSecretFile' },
    { flags: '--log <file>', text: 'logFile' },
    { flags: '--pid <n>', text: 'appPid' },
    shared.tokenFile,
    shared.aesKeyFile,
    shared.clientCert,
    shared.clientKey,
  ],
  examples: [
    'wx-dev conform http://127.0.0.1:3000/wx',
    'wx-dev conform 3000 --only dedupe --count-text #count',
    'wx-dev conform --list',
  ],
  runsOn: false,
  run: async (invocation) => (await import('../run-conform.ts')).runConformCommand(invocation),
};

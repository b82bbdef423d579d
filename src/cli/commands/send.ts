import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

export const send: CommandSpec = {
  name: 'send',
  summary: 'send',
  arguments: [
    { syntax: '[what]', text: 'what' },
    { syntax: '[content]', text: 'content' },
  ],
  options: [
    { flags: '-f, --forward-to <port|url>', text: 'sendTo' },
    shared.path,
    shared.mode,
    shared.account,
    { flags: '--format <format>', text: 'format', choices: ['xml', 'json'] },
    { flags: '--from <openid>', text: 'from' },
    { flags: '--to <id>', text: 'to' },
    { flags: '--msg-id <n>', text: 'msgId' },
    { flags: '--set <name=value>', text: 'set', repeatable: true },
    { flags: '--list', text: 'listKinds' },
    shared.tokenFile,
    shared.aesKeyFile,
  ],
  examples: ['wx-dev send verify', 'wx-dev send text 你好', 'wx-dev send CLICK MENU_HELP'],
  runsOn: false,
  run: async (invocation) => (await import('../run-send.ts')).runSend(invocation),
};

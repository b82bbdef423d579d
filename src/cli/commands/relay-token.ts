import type { CommandSpec } from '../command.ts';

/* `wx-dev relay token`: who may open tunnels. */

const create: CommandSpec = {
  name: 'create',
  summary: 'relayTokenCreate',
  options: [
    { flags: '--names <a,b-*>', text: 'grantNames' },
    { flags: '--expires <days>', text: 'grantDays' },
    { flags: '--label <text>', text: 'grantLabel' },
    { flags: '--rate <n>', text: 'grantRate' },
    { flags: '--connections <n>', text: 'grantConnections' },
  ],
  examples: [
    'wx-dev relay token create --label alice',
    "wx-dev relay token create --names 'shop,alice-*' --expires 90",
  ],
  runsOn: false,
  run: async (invocation) => (await import('../run-relay-token.ts')).runTokenCreate(invocation),
};

const list: CommandSpec = {
  name: 'list',
  summary: 'relayTokenList',
  options: [],
  examples: ['wx-dev relay token list'],
  runsOn: false,
  run: async (invocation) => (await import('../run-relay-token.ts')).runTokenList(invocation),
};

const revoke: CommandSpec = {
  name: 'revoke',
  summary: 'relayTokenRevoke',
  arguments: [{ syntax: '<id>', text: 'grantId' }],
  options: [],
  examples: ['wx-dev relay token revoke 0123456789ab'],
  runsOn: false,
  run: async (invocation) => (await import('../run-relay-token.ts')).runTokenRevoke(invocation),
};

export const relayToken: CommandSpec = {
  name: 'token',
  summary: 'relayToken',
  options: [],
  examples: ['wx-dev relay token create --label alice', 'wx-dev relay token list'],
  runsOn: false,
  subcommands: [create, list, revoke],
  run: list.run,
};

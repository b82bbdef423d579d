import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';
import { relayToken } from './relay-token.ts';

export const relay: CommandSpec = {
  name: 'relay',
  summary: 'relay',
  options: [
    shared.port,
    shared.host,
    { flags: '--domain <domain>', text: 'domain' },
    { flags: '--tls <off|local|files>', text: 'tls', choices: ['off', 'local', 'files'] },
    { flags: '--tls-cert <path>', text: 'tlsCert' },
    { flags: '--tls-key <path>', text: 'tlsKey' },
    shared.clientCa,
    shared.crl,
    { flags: '--https-port <n>', text: 'httpsPort' },
    { flags: '--public-url <url>', text: 'publicUrl' },
    { flags: '--trust-proxy <addresses>', text: 'trustProxy' },
    { flags: '--rate-per-ip <n>', text: 'ratePerIp' },
    { flags: '--rate-per-name <n>', text: 'ratePerName' },
    { flags: '--connections-per-ip <n>', text: 'connectionsPerIp' },
    { flags: '--connections-per-name <n>', text: 'connectionsPerName' },
    { flags: '--max-body <size>', text: 'maxBody' },
    { flags: '--memory <size>', text: 'memory' },
    { flags: '--health-port <n>', text: 'healthPort' },
    { flags: '--relay-token-file <path>', text: 'relayTokens' },
    { flags: '--spool-dir <path>', text: 'spoolDir' },
    shared.passphraseFile,
    shared.readyFile,
  ],
  examples: [
    'wx-dev relay',
    'wx-dev relay --host 0.0.0.0 --domain t.example.com --relay-token-file t.txt',
  ],
  runsOn: true,
  subcommands: [relayToken],
  run: async (invocation) => (await import('../run-relay.ts')).runRelay(invocation),
};

import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

export const dev: CommandSpec = {
  name: 'dev',
  summary: 'dev',
  arguments: [{ syntax: '[command...]', text: 'command' }],
  options: [
    shared.forwardTo,
    shared.port,
    shared.host,
    shared.path,
    shared.mode,
    shared.relay,
    shared.clientCert,
    shared.clientKey,
    shared.subdomain,
    shared.tunnel,
    shared.noTunnel,
    shared.tunnelUrl,
    { flags: '--https-port <n>', text: 'httpsPort' },
    shared.strict,
    shared.dedupe,
    shared.tokenFile,
    shared.aesKeyFile,
    shared.relayTokenFile,
    shared.passphraseFile,
    shared.printUrl,
    shared.readyFile,
  ],
  examples: ['wx-dev dev -- npm start', 'wx-dev dev --relay https://relay.example.com -f 3000'],
  runsOn: true,
  run: async (invocation) => (await import('../run-dev.ts')).runDev('dev', invocation),
};

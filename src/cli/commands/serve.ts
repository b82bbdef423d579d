import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

export const serve: CommandSpec = {
  name: 'serve',
  summary: 'serve',
  arguments: [{ syntax: '[handler]', text: 'handler' }],
  options: [
    shared.forwardTo,
    shared.port,
    shared.host,
    shared.path,
    shared.mode,
    shared.strict,
    shared.dedupe,
    shared.tunnel,
    shared.noTunnel,
    shared.relay,
    shared.subdomain,
    shared.tunnelUrl,
    shared.tokenFile,
    shared.aesKeyFile,
    shared.relayTokenFile,
    shared.printUrl,
    shared.readyFile,
  ],
  examples: ['wx-dev serve', 'wx-dev serve app.mjs', 'wx-dev serve --forward-to 3000'],
  runsOn: true,
  run: async (invocation) => (await import('../run-dev.ts')).runDev('serve', invocation),
};

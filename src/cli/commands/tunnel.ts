import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

export const tunnel: CommandSpec = {
  name: 'tunnel',
  summary: 'tunnel',
  arguments: [{ syntax: '<port|url>', text: 'target' }],
  options: [
    shared.relay,
    shared.clientCert,
    shared.clientKey,
    shared.subdomain,
    shared.spool,
    shared.path,
    shared.hostHeader,
    shared.header,
    shared.removeHeader,
    shared.localCa,
    shared.insecure,
    shared.basicAuthFile,
    shared.allowIp,
    shared.openPath,
    shared.proxy,
    shared.relayTokenFile,
    shared.passphraseFile,
    shared.printUrl,
    shared.readyFile,
  ],
  examples: [
    'wx-dev tunnel 3000 --relay https://relay.example.com',
    'wx-dev tunnel 3000 --relay http://127.0.0.1:8787 --print-url',
    'wx-dev tunnel 3000 --basic-auth-file users.txt --open-path /wx',
    'wx-dev tunnel https://127.0.0.1:8443 --host-header shop.test --local-ca ca.pem',
  ],
  runsOn: true,
  run: async (invocation) => (await import('../run-tunnel.ts')).runTunnel(invocation),
};

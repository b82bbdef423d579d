import type { OptionSpec } from './command.ts';

/** Options that several commands share, written once so that they mean the same everywhere. */
export const shared = {
  port: { flags: '-p, --port <n>', text: 'port' },
  host: { flags: '--host <addr>', text: 'host' },
  path: { flags: '--path <path>', text: 'path' },
  mode: { flags: '--mode <mode>', text: 'mode', choices: ['plain', 'compat', 'safe'] },
  account: { flags: '--account <name>', text: 'account' },
  forwardTo: { flags: '-f, --forward-to <port|url>', text: 'forwardTo' },
  history: { flags: '--history', text: 'history' },
  noHistory: { flags: '--no-history', text: 'noHistory' },
  strict: { flags: '--strict', text: 'strict' },
  lateReply: { flags: '--late-reply <how>', text: 'lateReply', choices: ['off', 'customer'] },
  dedupe: { flags: '--dedupe', text: 'dedupe' },
  tokenFile: { flags: '--token-file <path>', text: 'tokenFile' },
  aesKeyFile: { flags: '--aes-key-file <path>', text: 'aesKeyFile' },
  relayTokenFile: { flags: '--relay-token-file <path>', text: 'relayTokenFile' },
  relay: { flags: '--relay <url>', text: 'relay' },
  proxy: { flags: '--proxy <url>', text: 'proxy' },
  clientCert: { flags: '--client-cert <path>', text: 'clientCert' },
  clientKey: { flags: '--client-key <path>', text: 'clientKey' },
  clientCa: { flags: '--client-ca <path>', text: 'clientCa' },
  crl: { flags: '--crl <path>', text: 'crl' },
  passphraseFile: { flags: '--passphrase-file <path>', text: 'passphraseFile' },
  subdomain: { flags: '--subdomain <name>', text: 'subdomain' },
  tunnel: { flags: '--tunnel', text: 'tunnel' },
  noTunnel: { flags: '--no-tunnel', text: 'noTunnel' },
  tunnelUrl: { flags: '--tunnel-url <url>', text: 'tunnelUrl' },
  printUrl: { flags: '--print-url', text: 'printUrl' },
  readyFile: { flags: '--ready-file <path>', text: 'readyFile' },
} as const satisfies Record<string, OptionSpec>;

/** Options of every command, accepted before and after its name. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '-C, --cwd <dir>', text: 'cwd' },
  { flags: '-c, --config <file>', text: 'config' },
  { flags: '--json', text: 'json' },
  { flags: '-q, --quiet', text: 'quiet' },
  { flags: '-v, --verbose', text: 'verbose' },
  { flags: '--color', text: 'color' },
  { flags: '--no-color', text: 'noColor' },
  { flags: '--lang <zh|en>', text: 'lang', choices: ['zh', 'en'] },
  { flags: '-y, --yes', text: 'yes' },
  { flags: '--no-input', text: 'noInput' },
];

import type { CommandSpec } from '../command.ts';
import { shared } from '../options.ts';

/* The subcommands of `cert` that look at certificates, and make others trust them. */

const show: CommandSpec = {
  name: 'show',
  summary: 'certShow',
  arguments: [{ syntax: '[target]', text: 'certTarget' }],
  options: [],
  examples: ['wx-dev cert show', 'wx-dev cert show api.weixin.qq.com:443'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert.ts')).runCertShow(invocation),
};

const verify: CommandSpec = {
  name: 'verify',
  summary: 'certVerify',
  arguments: [{ syntax: '[target]', text: 'certTarget' }],
  options: [
    {
      flags: '--as <client>',
      text: 'verifyAs',
      choices: ['openssl', 'apple', 'chrome', 'python-strict', 'wechat'],
    },
    { flags: '--host-name <name>', text: 'hostName' },
    { flags: '--ca <file>', text: 'caFile' },
    { flags: '--key <file>', text: 'keyFile' },
  ],
  examples: [
    'wx-dev cert verify',
    'wx-dev cert verify www.example.com:443 --as wechat',
    'wx-dev cert verify cert.pem --key key.pem --host-name dev.test',
  ],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-verify.ts')).runCertVerify(invocation),
};

const store = { flags: '--store <name>', text: 'store', repeatable: true } as const;

const trust: CommandSpec = {
  name: 'trust',
  summary: 'certTrust',
  options: [{ flags: '--print', text: 'print' }, store, shared.passphraseFile],
  examples: ['wx-dev cert trust --print', 'wx-dev cert trust', 'wx-dev cert trust --store java'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-trust.ts')).runCertTrust(invocation),
};

const untrust: CommandSpec = {
  name: 'untrust',
  summary: 'certUntrust',
  options: [{ flags: '--print', text: 'print' }, store],
  examples: ['wx-dev cert untrust --print', 'wx-dev cert untrust'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-trust.ts')).runCertUntrust(invocation),
};

const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'certUninstall',
  options: [],
  examples: ['wx-dev cert uninstall'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-trust.ts')).runCertUninstall(invocation),
};

const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'certExport',
  arguments: [{ syntax: '[target]', text: 'certTarget' }],
  options: [
    { flags: '--p12', text: 'p12' },
    { flags: '--der', text: 'der' },
    { flags: '--mobileconfig', text: 'mobileconfig' },
    { flags: '--profile <profile>', text: 'p12Profile', choices: ['compat', 'modern'] },
    { flags: '--key <file>', text: 'keyFile' },
    { flags: '--password-file <path>', text: 'passwordFile' },
    { flags: '--friendly-name <name>', text: 'friendlyName' },
    { flags: '--out-file <path>', text: 'outFile' },
    shared.passphraseFile,
  ],
  examples: ['wx-dev cert export --p12', 'wx-dev cert export --mobileconfig'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-export.ts')).runCertExport(invocation),
};

const env: CommandSpec = {
  name: 'env',
  summary: 'certEnv',
  options: [
    { flags: '--shell <shell>', text: 'shell', choices: ['bash', 'fish', 'pwsh', 'dotenv'] },
    shared.passphraseFile,
  ],
  examples: ['wx-dev cert env --shell bash', 'wx-dev cert env --shell dotenv'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-env.ts')).runCertEnv(invocation),
};

const phone: CommandSpec = {
  name: 'phone',
  summary: 'certPhone',
  options: [{ flags: '--address <addr>', text: 'lanAddress' }, shared.passphraseFile],
  examples: ['wx-dev cert phone', 'wx-dev cert phone --address 192.168.1.20'],
  runsOn: true,
  run: async (invocation) => (await import('../run-cert-phone.ts')).runCertPhone(invocation),
};

/** Listed in the order of `--help`. */
export const using: readonly CommandSpec[] = [
  show,
  verify,
  trust,
  untrust,
  exportCommand,
  phone,
  env,
  uninstall,
];

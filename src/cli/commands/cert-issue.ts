import type { CommandSpec, OptionSpec } from '../command.ts';
import { shared } from '../options.ts';

/* The subcommands of `cert` that make, renew and revoke certificates. */

/** Options of everything that signs. */
export const signing = {
  days: { flags: '--days <n>', text: 'days' },
  out: { flags: '--out <dir>', text: 'out' },
  rsa: { flags: '--rsa', text: 'rsa' },
  passphraseFile: shared.passphraseFile,
} as const satisfies Record<string, OptionSpec>;

const init: CommandSpec = {
  name: 'init',
  summary: 'certInit',
  options: [
    { flags: '--allow <domain>', text: 'allow', repeatable: true },
    signing.rsa,
    { flags: '--unconstrained', text: 'unconstrained' },
    signing.passphraseFile,
  ],
  examples: ['wx-dev cert init', 'wx-dev cert init --allow dev.example.com'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-init.ts')).runCertInit(invocation),
};

const client: CommandSpec = {
  name: 'client',
  summary: 'certClient',
  arguments: [{ syntax: '<name>', text: 'clientName' }],
  options: [
    { flags: '--email <address>', text: 'email' },
    signing.days,
    signing.out,
    signing.rsa,
    { flags: '--rekey', text: 'rekey' },
    signing.passphraseFile,
  ],
  examples: ['wx-dev cert client alice', 'wx-dev cert client 张三 --email zhang@example.com'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-client.ts')).runCertClient(invocation),
};

const csr: CommandSpec = {
  name: 'csr',
  summary: 'certCsr',
  arguments: [{ syntax: '<file>', text: 'csrFile' }],
  options: [signing.days, signing.out, signing.passphraseFile],
  examples: ['wx-dev cert csr nginx.csr'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-csr.ts')).runCertCsr(invocation),
};

const renew: CommandSpec = {
  name: 'renew',
  summary: 'certRenew',
  options: [
    { flags: '--all', text: 'allCertificates' },
    { flags: '--if-needed', text: 'ifNeeded' },
    { flags: '--rekey', text: 'rekey' },
    signing.out,
    signing.passphraseFile,
  ],
  examples: ['wx-dev cert renew', 'wx-dev cert renew --all --if-needed'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-renew.ts')).runCertRenew(invocation),
};

const revoke: CommandSpec = {
  name: 'revoke',
  summary: 'certRevoke',
  arguments: [{ syntax: '<serial>', text: 'serial' }],
  options: [signing.passphraseFile],
  examples: ['wx-dev cert revoke 3F09A2'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-client.ts')).runCertRevoke(invocation),
};

const list: CommandSpec = {
  name: 'list',
  summary: 'certList',
  options: [],
  examples: ['wx-dev cert list', 'wx-dev cert list --json'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert-list.ts')).runCertList(invocation),
};

/** In the order of `--help`. */
export const issuing: readonly CommandSpec[] = [init, client, csr, renew, revoke, list];

import type { CommandSpec } from '../command.ts';
import { issuing, signing } from './cert-issue.ts';

const show: CommandSpec = {
  name: 'show',
  summary: 'certShow',
  arguments: [{ syntax: '<file>', text: 'certTarget' }],
  options: [],
  examples: ['wx-dev cert show .wx-dev/certs/cert.pem'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert.ts')).runCertShow(invocation),
};

const trust: CommandSpec = {
  name: 'trust',
  summary: 'certTrust',
  options: [{ flags: '--print', text: 'print' }],
  examples: ['wx-dev cert trust --print'],
  runsOn: false,
  run: async (invocation) => (await import('../run-cert.ts')).runCertTrust(invocation),
};

export const cert: CommandSpec = {
  name: 'cert',
  summary: 'cert',
  arguments: [{ syntax: '[names...]', text: 'names' }],
  options: [
    { flags: '--ip-auto', text: 'ipAuto' },
    signing.rsa,
    signing.days,
    signing.out,
    signing.passphraseFile,
  ],
  examples: ['wx-dev cert', 'wx-dev cert dev.test 192.168.1.20', 'wx-dev cert trust --print'],
  runsOn: false,
  subcommands: [...issuing, show, trust],
  run: async (invocation) => (await import('../run-cert-issue.ts')).runCert(invocation),
};

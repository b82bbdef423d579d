import type { CommandSpec } from '../command.ts';

const show: CommandSpec = {
  name: 'show',
  summary: 'certShow',
  arguments: [{ syntax: '<file>', text: 'file' }],
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
    { flags: '--days <n>', text: 'days' },
    { flags: '--out <dir>', text: 'out' },
  ],
  examples: ['wx-dev cert', 'wx-dev cert dev.test 192.168.1.20', 'wx-dev cert trust --print'],
  runsOn: false,
  subcommands: [show, trust],
  run: async (invocation) => (await import('../run-cert.ts')).runCert(invocation),
};

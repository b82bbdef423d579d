import type { CommandSpec } from '../command.ts';
import { issuing, signing } from './cert-issue.ts';
import { using } from './cert-use.ts';

const subcommands: readonly CommandSpec[] = [...issuing, ...using];

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
  subcommands,
  run: async (invocation) => {
    const { runCert } = await import('../run-cert-issue.ts');
    return runCert(
      invocation,
      subcommands.map(({ name }) => name),
    );
  },
};

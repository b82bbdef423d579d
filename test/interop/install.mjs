// Installs what the interop tests and the callback benchmark run against, into ignored folders beside this file. A program that the
// machine lacks is named in one line and what needs it left out; with CI=true that is a failure, because green must mean that all ran.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const python = join(folder, '.venv', 'bin', 'python');

/** @type {{ program: string, args: string[], cwd?: string }[]} */
const parts = [
  { program: 'npm', args: ['ci', '--no-audit', '--no-fund', '--silent'] },
  {
    program: 'go',
    args: ['build', '-o', join(folder, '.bin', 'interop'), '.'],
    cwd: join(folder, 'go'),
  },
  ...(existsSync(python)
    ? []
    : [{ program: 'python3', args: ['-m', 'venv', join(folder, '.venv')] }]),
  {
    program: python,
    args: [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      'requirements.txt',
    ],
  },
];

for (const { program, args, cwd = folder } of parts) {
  const { status, error } = spawnSync(program, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) continue;
  const problem = error
    ? `${program} is not installed`
    : `${program} ${args[0]} ended with ${status}`;
  console.error(`left out of the interop tests: ${problem}`);
  if (process.env.CI === 'true') process.exitCode = 1;
}

import { spawnSync } from 'node:child_process';
import { test } from 'vitest';

/**
 * Whether `program` can be run. A machine without it says so in one line and the caller skips; with CI=true a missing program
 * fails instead, because a green run must mean that everything ran.
 */
function hasProgram(program: string, args: readonly string[] = ['--version']): boolean {
  const found = spawnSync(program, args, { stdio: 'ignore' }).error === undefined;
  if (!found && process.env['CI'] === 'true')
    throw new Error(`${program} must be installed when CI=true`);
  if (!found) console.info(`skipped: needs ${program}, which is not installed`);
  return found;
}

/** `test`, or `test.skip` on a machine that lacks `program`. */
export function needProgram(
  program: string,
  args?: readonly string[],
): typeof test | typeof test.skip {
  return hasProgram(program, args) ? test : test.skip;
}

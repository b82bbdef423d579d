import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackageManager } from '../scaffold/external.ts';

/** Lock-files, and whose they are. */
const lockFiles: readonly (readonly [name: string, pm: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

/** The package manager of the user: the one asked for, the one that runs wx-dev, that of the folders above, npm. */
export async function findPackageManager(
  asked: string | undefined,
  dir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PackageManager> {
  const agent = /^\w+/.exec(env['npm_config_user_agent'] ?? '')?.[0];
  return known(asked) ?? known(agent) ?? (await lockedBy(dir)) ?? 'npm';
}

function known(name: string | undefined): PackageManager | undefined {
  return lockFiles.find(([, pm]) => pm === name)?.[1];
}

async function lockedBy(dir: string): Promise<PackageManager | undefined> {
  for (let folder = dir; ; folder = dirname(folder)) {
    for (const [name, pm] of lockFiles) {
      const isThere = await access(join(folder, name)).then(
        () => true,
        () => false,
      );
      if (isThere) return pm;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes a git repository in `dir`, without a commit. Does nothing inside an existing work tree or where git is missing; a project
 * works without it.
 *
 * @returns whether a repository was made
 */
export async function initGit(dir: string): Promise<boolean> {
  if (await isInsideWorkTree(dir)) return false;
  const { execa } = await import('execa');
  const { failed } = await execa('git', ['init', '--quiet', '--initial-branch=main'], {
    cwd: dir,
    reject: false,
    stdin: 'ignore',
  });
  return !failed;
}

async function isInsideWorkTree(dir: string): Promise<boolean> {
  for (let folder = dir; ; folder = dirname(folder)) {
    const found = await access(join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (found) return true;
    if (dirname(folder) === folder) return false;
  }
}

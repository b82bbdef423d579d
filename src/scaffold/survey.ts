import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { envFile } from './fill.ts';
import { recordFile } from './record.ts';
import type { Present } from './compare.ts';
import { foldersAbove, type Existing, type ExistingKind } from './plan.ts';
import type { Template } from './template.ts';

/**
 * Looks at the target folder, for `planProject`.
 *
 * @throws WXD7005 when it cannot be looked at or is not a folder, WXD7006 when a folder in it is a link that leads outside.
 */
export async function surveyTarget(dir: string, parts: readonly Template[]): Promise<Existing> {
  try {
    const names = await listNames(dir);
    if (names === undefined) {
      const missing = await missingFolders(dir);
      return { exists: false, missing, names: [], entries: new Map() };
    }
    const entries = new Map<string, ExistingKind>();
    const files = [
      ...parts.flatMap((part) => part.files.map(({ path }) => path)),
      envFile,
      recordFile,
    ];
    for (const path of new Set(files.flatMap((file) => [...foldersAbove(file), file]))) {
      const stats = await findStats(join(dir, path));
      if (stats) entries.set(path, kindOf(stats));
    }
    await refuseLinksOutside(dir, files);
    const isPlain = entries.get('.gitignore') === 'file';
    const gitignore = isPlain ? await readFile(join(dir, '.gitignore'), 'utf8') : undefined;
    return { exists: true, missing: [], names, entries, gitignore };
  } catch (error) {
    throw cannotWrite(dir, error);
  }
}

/**
 * Reads what is at `paths` in a project, for `compareFiles`.
 *
 * @throws WXD7005 when it cannot be read, WXD7006 when a folder in it is a link that leads outside.
 */
export async function readPresent(dir: string, paths: readonly string[]): Promise<Present> {
  try {
    await refuseLinksOutside(dir, paths);
    const present = new Map<string, Buffer | 'other'>();
    for (const path of paths) {
      const stats = await findStats(join(dir, path));
      if (stats === undefined) continue;
      present.set(path, stats.isFile() ? await readFile(join(dir, path)) : 'other');
    }
    return present;
  } catch (error) {
    throw cannotWrite(dir, error);
  }
}

/**
 * Makes sure that no folder on the way to `paths` is a link that leads out of `dir`.
 *
 * @throws WXD7006
 */
export async function refuseLinksOutside(dir: string, paths: readonly string[]): Promise<void> {
  const root = await realpath(dir);
  for (const folder of new Set(paths.flatMap(foldersAbove))) {
    const path = join(dir, folder);
    const stats = await findStats(path);
    if (!stats?.isSymbolicLink()) continue;
    const target = await realpath(path);
    const inside = relative(root, target);
    if (inside === '..' || /^\.\.[/\\]|^[A-Za-z]:|^[/\\]/.test(inside)) {
      throw new WxDevError('WXD7006', { path, target });
    }
  }
}

/** What is at `path`, links not followed; undefined when nothing is. */
export async function findStats(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    // ENOTDIR: a file stands where a folder of the path would be, so nothing can be at the path itself.
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** The error of a file operation below `dir`, unless it is one of ours already. */
export function cannotWrite(dir: string, error: unknown): unknown {
  if (error instanceof WxDevError) return error;
  const isSystemError = errorCode(error)?.startsWith('E') === true;
  if (!isSystemError) return error;
  return new WxDevError('WXD7005', { path: dir, reason: fileProblem(error) }, { cause: error });
}

async function listNames(dir: string): Promise<string[] | undefined> {
  try {
    return (await readdir(dir)).toSorted();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Folders to make before `dir` exists, outermost first. */
async function missingFolders(dir: string): Promise<string[]> {
  if ((await findStats(dir)) !== undefined || dirname(dir) === dir) return [];
  return [...(await missingFolders(dirname(dir))), basename(dir)];
}

function kindOf(stats: Stats): ExistingKind {
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isDirectory()) return 'directory';
  return stats.isFile() ? 'file' : 'other';
}

import { constants } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { Resources } from '../core/resources.ts';
import { errorCode } from '../core/system-error.ts';
import type { Write } from './plan.ts';
import { newStagingName } from './staging.ts';
import { cannotWrite, findStats, refuseLinksOutside } from './survey.ts';

/** What is to be written, and what stands in the way. */
interface Applicable {
  /** The project's folder, absolute. */
  readonly dir: string;
  readonly writes: readonly Write[];
  readonly conflicts: readonly string[];
}

/**
 * Writes the whole plan or nothing: a project that was not there appears complete, and in a folder that was there every step is
 * taken back when a later one fails or `signal` is aborted.
 *
 * @returns the paths written, relative to the project.
 * @throws WXD7001 when the plan has conflicts or something appeared since it was made, WXD7005 when a file cannot be written,
 * WXD7006 when a link leads outside.
 */
export async function applyPlan(
  plan: Applicable,
  { signal }: AbortableOptions = {},
): Promise<string[]> {
  const { dir, writes, conflicts } = plan;
  signal?.throwIfAborted();
  if (conflicts.length > 0) throw new WxDevError('WXD7001', { dir, names: conflicts });
  const paths = writes.map(({ path }) => path);
  const undo = new Resources();
  try {
    const isNew = (await findStats(dir)) === undefined;
    if (isNew) await makeFolders(dirname(dir), undo);
    else await refuseLinksOutside(dir, paths);
    // Beside its target, so that moving is one step of the file system and never a copy.
    const staging = join(isNew ? dirname(dir) : dir, newStagingName());
    await mkdir(staging);
    undo.defer(() => rm(staging, { recursive: true, force: true }));
    // There are secrets in it: killed half-way it stays, and must not be committed.
    await writeFile(join(staging, '.gitignore'), '*\n');
    await stage(join(staging, 'new'), writes, signal);
    if (isNew) await rename(join(staging, 'new'), dir);
    else await moveIn(dir, staging, writes, undo, signal);
    await rm(staging, { recursive: true, force: true });
  } catch (error) {
    await undo.close();
    signal?.throwIfAborted();
    throw appeared(error, dir) ?? cannotWrite(dir, error);
  }
  return paths;
}

async function stage(
  root: string,
  writes: readonly Write[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(root);
  for (const { path, bytes, mode } of writes) {
    signal?.throwIfAborted();
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { mode, flag: 'wx' });
  }
}

/** Puts the staged files in their places one by one; `undo` learns to take back each step. */
async function moveIn(
  dir: string,
  staging: string,
  writes: readonly Write[],
  undo: Resources,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [index, { path, overwrites }] of writes.entries()) {
    signal?.throwIfAborted();
    const target = join(dir, path);
    await makeFolders(dirname(target), undo);
    if (overwrites) {
      const before = join(staging, `old-${index}`);
      await rename(target, before);
      undo.defer(() => rename(before, target));
    }
    await placeNew(join(staging, 'new', path), target);
    undo.defer(() => rm(target, { force: true }));
  }
}

/** Unlike `rename`, fails when something is there: it may have appeared since the plan was made. */
async function placeNew(staged: string, target: string): Promise<void> {
  try {
    await link(staged, target);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw error;
    // No hard links here (FAT, some network drives).
    await copyFile(staged, target, constants.COPYFILE_EXCL);
  }
}

/** Makes `dir` and what is missing above it; `undo` removes what was made, when it is still empty. */
async function makeFolders(dir: string, undo: Resources): Promise<void> {
  if ((await findStats(dir)) !== undefined || dirname(dir) === dir) return;
  await makeFolders(dirname(dir), undo);
  await mkdir(dir);
  undo.defer(() => rmdir(dir));
}

function appeared(error: unknown, dir: string): WxDevError | undefined {
  if (!['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) return undefined;
  const target = error instanceof Error && 'dest' in error ? String(error.dest) : dir;
  return new WxDevError('WXD7001', { dir, names: [target] }, { cause: error });
}

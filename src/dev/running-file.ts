import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import type { Mode } from '../wechat/account.ts';

/** What `send` in another terminal needs to know of a running `serve` or `dev`. No secrets. */
export interface RunningInfo {
  readonly pid: number;
  /** Without path. */
  readonly local: string;
  /** Without path; null where there is no tunnel. */
  readonly public: string | null;
  readonly path: string;
  readonly mode: Mode;
}

/** Only the user may read what is written here. */
const FILE_MODE = 0o600;

/** The file of a project in which a running wx-dev says where it is. */
export function runningFile(stateFolder: string): string {
  return join(stateFolder, 'running.json');
}

/**
 * Writes `value` as JSON in one step: a reader sees the whole file or none.
 *
 * @throws WXD6013
 */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: FILE_MODE, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined); // The first failure says more.
    throw new WxDevError('WXD6013', { path, reason: fileProblem(error) }, { cause: error });
  }
}

/** Removes the file if it is still ours: a newer run may have replaced it. */
export async function removeRunningFile(path: string, pid: number): Promise<void> {
  const info = await readInfo(path);
  if (info?.pid === pid) await rm(path, { force: true });
}

/**
 * What runs in this project, or undefined. A file left behind by a run that was killed is recognised by its dead process and
 * removed.
 */
export async function findRunning(
  stateFolder: string,
  isAlive: (pid: number) => boolean,
): Promise<RunningInfo | undefined> {
  const path = runningFile(stateFolder);
  const info = await readInfo(path);
  if (info && isAlive(info.pid)) return info;
  if (info) await rm(path, { force: true });
  return undefined;
}

async function readInfo(path: string): Promise<RunningInfo | undefined> {
  try {
    // Checked below, field by field.
    const value = JSON.parse(await readFile(path, 'utf8')) as Partial<RunningInfo>;
    return isComplete(value) ? value : undefined;
  } catch {
    return undefined; // Absent, or cut off by a crash: both mean that nothing is known to run.
  }
}

function isComplete(value: Partial<RunningInfo>): value is RunningInfo {
  const { pid, local, path, mode } = value;
  return (
    // 0 and negative numbers name groups of processes: asking whether they live would ask for us.
    Number.isSafeInteger(pid) &&
    Number(pid) > 0 &&
    typeof local === 'string' &&
    (value.public === null || typeof value.public === 'string') &&
    typeof path === 'string' &&
    (mode === 'plain' || mode === 'compat' || mode === 'safe')
  );
}

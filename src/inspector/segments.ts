import { constants } from 'node:fs';
import { lstat, mkdir, chmod, open, readdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';

/** One file of the history. The numbers count up; the highest is written to. */
export interface Segment {
  readonly number: number;
  /** Absolute. */
  readonly path: string;
}

/** The folder of a project's history, in its `.wx-dev`. */
export function historyFolder(stateFolder: string): string {
  return join(stateFolder, 'history');
}

/** The segment with this number. */
export function segmentOf(folder: string, number: number): Segment {
  return { number, path: join(folder, `exchanges-${String(number).padStart(6, '0')}.ndjson`) };
}

/** The segments in their order; none where there is no history. @throws WXD6064 when the folder, or the one it is in, is a link */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = await listNames(folder);
  return names
    .flatMap((name) => {
      const [, digits] = /^exchanges-(\d{6,9})\.ndjson$/.exec(name) ?? [];
      return digits === undefined ? [] : [segmentOf(folder, Number(digits))];
    })
    .toSorted((one, other) => one.number - other.number);
}

async function listNames(folder: string): Promise<string[]> {
  try {
    for (const place of [dirname(folder), folder])
      if (!(await lstat(place)).isDirectory()) throw new NotOurs();
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw unusable(folder, error);
  }
}

/** Makes the folder, closed to others. @throws WXD6064 when something else stands there */
export async function makeHistoryFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory()) throw new NotOurs();
    if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    throw unusable(folder, error);
  }
}

/**
 * Opens a segment, to read it or to write at its end. Never follows a link, and takes from others what rights they have.
 *
 * @returns undefined where there is none to read
 * @throws WXD6064 when it is no regular file, or cannot be opened
 */
export async function openSegment(path: string, purpose: 'append'): Promise<FileHandle>;
export async function openSegment(path: string, purpose: 'read'): Promise<FileHandle | undefined>;
export async function openSegment(
  path: string,
  purpose: 'read' | 'append',
): Promise<FileHandle | undefined> {
  const flags =
    purpose === 'read'
      ? constants.O_RDONLY
      : constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, flags | withoutSurprises, 0o600);
    const found = await handle.stat();
    if (!found.isFile()) throw new NotOurs();
    if ((found.mode & 0o077) !== 0) await handle.chmod(0o600);
    return handle;
  } catch (error) {
    await handle?.close();
    if (purpose === 'read' && isAbsent(error)) return undefined;
    throw unusable(path, (await isOdd(path)) ? new NotOurs() : error);
  }
}

/** A link could lead anywhere, and a pipe would wait for its other end. Windows knows neither flag. */
const withoutSurprises = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A link or something stranger stands where the history should be. */
class NotOurs extends Error {}

async function isOdd(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined); // Absent or forbidden: then the first failure says more.
  return found !== undefined && !found.isFile();
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unusable(path: string, error: unknown): WxDevError<'WXD6064'> {
  const reason =
    error instanceof NotOurs
      ? {
          en: 'it is a symbolic link, or neither file nor folder',
          zh: '它是符号链接，或者不是普通文件、文件夹',
        }
      : fileProblem(error);
  return new WxDevError('WXD6064', { path, reason }, { cause: error });
}

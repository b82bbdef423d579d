import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { WxDevError } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';

/** Mode of what only the owner may read. */
export const privateMode = 0o600;

/** Mode of what anyone may read. */
export const publicMode = 0o644;

const folderMode = 0o700;

/** A chain of some forty certificates; no file of ours comes near. */
const maxFileBytes = 65_536;

/** What was in a file, and who may read it. */
export interface FileText {
  readonly text: string;
  /** Permission bits of the open file itself, not of whatever has its name a moment later. */
  readonly mode: number;
}

/**
 * Makes `dir` and its parents with mode 0700; one that exists keeps its mode.
 * @returns its permission bits
 * @throws WXD5009
 */
export function makeFolder(dir: string): Promise<number> {
  return guardAccess(dir, 'write', async () => {
    await mkdir(dir, { recursive: true, mode: folderMode });
    return permissions((await stat(dir)).mode);
  });
}

/**
 * Reads a small text file, following links; undefined where there is none. Nothing after `maxBytes` is read.
 * @throws WXD5009
 */
export function readText(
  path: string,
  maxBytes: number = maxFileBytes,
): Promise<FileText | undefined> {
  return guardAccess(path, 'read', async () => {
    const file = await open(path, 'r').catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (!file) return undefined;
    try {
      const buffer = Buffer.allocUnsafe(maxBytes);
      const { bytesRead } = await file.read(buffer, 0, maxBytes, 0);
      const { mode } = await file.stat();
      return { text: buffer.toString('utf8', 0, bytesRead), mode: permissions(mode) };
    } finally {
      await file.close();
    }
  });
}

/**
 * Makes `path` whole or not at all, only if nothing has that name: of several processes exactly one succeeds, and none ever
 * sees a part. No lock file, which would outlive a killed process.
 * @returns whether this call made it
 * @throws WXD5009
 */
export function publishFile(path: string, text: string, mode: number): Promise<boolean> {
  return guardAccess(path, 'write', () =>
    withTemporary(path, text, mode, async (temporary) => {
      try {
        await link(temporary, path);
        return true;
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
      }
      // exFAT and some network disks have no hard links. Exclusive as well, but a reader may come too early.
      return writeNew(path, text, mode).then(
        () => true,
        (error: unknown) => {
          if (hasCode(error, 'EEXIST')) return false;
          throw error;
        },
      );
    }),
  );
}

/**
 * Replaces `path`, whole or not at all. A symbolic link of that name is replaced, not followed.
 * @throws WXD5009
 */
export function replaceFile(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  return guardAccess(path, 'write', () =>
    withTemporary(path, text, mode, (temporary) => rename(temporary, path)),
  );
}

/** Removes `path`, if it is there. @throws WXD5009 */
export function removeFile(path: string): Promise<void> {
  return guardAccess(path, 'write', () => rm(path, { force: true }));
}

async function withTemporary<T>(
  path: string,
  text: string | Uint8Array,
  mode: number,
  use: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeNew(temporary, text, mode);
    return await use(temporary);
  } finally {
    await unlink(temporary).catch(() => undefined); // Renamed, or never made; what matters was reported.
  }
}

/** The mode is given at creation: between a write and a chmod others could read. Synced, so that a power cut leaves no empty file. */
async function writeNew(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Runs a file operation and says what failed. @throws WXD5009 */
export async function guardAccess<T>(
  path: string,
  action: 'read' | 'write',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new WxDevError('WXD5009', { path, action, reason: fileProblem(error) }, { cause: error });
  }
}

function permissions(mode: number): number {
  return mode & 0o777;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.some((code) => code === errorCode(error));
}

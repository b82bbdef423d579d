import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, type AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { errorCode } from '../core/system-error.ts';
import { guardAccess } from './files.ts';

/** How long to wait for others. Each holds the lock for 0.3 s at most, unless it was stopped. */
const maxWaitMs = 10_000;

/** The holder says that it lives this often. */
const touchEveryMs = 500;

/** Eight missed signs of life: it was killed. Well above what a busy machine delays a timer. */
const staleMs = 4000;

/** Between two attempts; half of it is random, so that two processes do not keep step. */
const retryMs = 40;

/** The name of the lock in its folder. */
const lockName = '.lock';

/**
 * Does `work` while no other process does any under the lock of `dir`, which must exist. The lock is a file: one process
 * makes it, touches it while it works, and removes it. A file that nobody has touched for four seconds was left by a killed process
 * and is taken away. A process that was stopped for longer (Ctrl-Z, sleep) and wakes up has lost it unawares; what it then
 * writes is still whole, since every file is replaced at once.
 * @throws WXD5020 held by another for more than 10 s, WXD5009 the folder cannot be written
 */
export async function withLock<T>(
  dir: string,
  work: () => Promise<T>,
  { signal }: AbortableOptions = {},
): Promise<T> {
  const path = join(dir, lockName);
  const mine = await takeLock(path, signal);
  const touch = setInterval(() => {
    const time = new Date();
    utimes(path, time, time).catch(() => undefined); // Removed with the folder; nothing is left to guard.
  }, touchEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    // Whoever took a lock for dead that was only asleep has another file there by now.
    const inode = await stat(path).then(
      ({ ino }) => ino,
      () => undefined,
    );
    if (inode === mine) await unlink(path).catch(() => undefined); // Removed with the folder.
  }
}

/** @returns the inode of the lock */
async function takeLock(path: string, signal: AbortSignal | undefined): Promise<number> {
  const giveUpAt = performance.now() + maxWaitMs;
  for (;;) {
    signal?.throwIfAborted();
    const inode = await guardAccess(path, 'write', () => create(path));
    if (inode !== undefined) return inode;
    if (await isStale(path)) await removeStale(path);
    else if (performance.now() > giveUpAt) {
      throw new WxDevError('WXD5020', { path, seconds: maxWaitMs / 1000 });
    } else await sleep(retryMs * (0.5 + Math.random()), { signal });
  }
}

async function create(path: string): Promise<number | undefined> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    return (await file.stat()).ino;
  } finally {
    await file.close();
  }
}

async function isStale(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() })); // Just removed: the next attempt may have it.
  // A clock that was set back must not make a dead lock live for hours.
  return Math.abs(Date.now() - mtimeMs) > staleMs;
}

/**
 * Takes a dead lock away. Of several who see it, one must not remove what another has just made anew: so it is moved aside
 * first, and put back if it turns out to be alive.
 */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await rename(path, aside);
  } catch {
    return; // Somebody else was first.
  }
  if (await isStale(aside)) await unlink(aside).catch(() => undefined);
  else await rename(aside, path).catch(() => undefined); // At worst its holder works without a lock for a moment.
}

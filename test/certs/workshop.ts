import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openAuthority, type Authority } from '../../src/certs/store.ts';

/** A folder of this test's own, removed after it. */
export async function makeTemporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-certs-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** An authority of this test's own in a new folder. */
export async function makeAuthority(now?: () => number): Promise<Authority> {
  const dir = join(await makeTemporaryFolder(), 'ca');
  return openAuthority({ dir, user: 'tester', host: 'host', now });
}

/** Runs `work` while new files would get every permission bit they ask for. */
export async function withoutUmask<T>(work: () => Promise<T>): Promise<T> {
  const before = process.umask(0);
  try {
    return await work();
  } finally {
    process.umask(before);
  }
}

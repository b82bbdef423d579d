import { X509Certificate } from 'node:crypto';
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

/** The certificate with one bit of its signature turned, written as OpenSSL writes it. */
export function alterLastByte(pem: string): string {
  const der = Buffer.from(new X509Certificate(pem).raw);
  der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
  return new X509Certificate(der).toString();
}

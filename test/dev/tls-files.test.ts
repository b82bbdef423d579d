import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { ensureLeaf, openAuthority } from '../../src/certs/store.ts';
import { readTlsFiles } from '../../src/dev/tls-files.ts';

let dir = '';
let cert = '';
let key = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wx-dev 证书 '));
  const authority = await openAuthority({ dir: join(dir, 'ca'), user: 'tester', host: 'machine' });
  const leaf = await ensureLeaf({ authority, dir: join(dir, 'leaf'), names: ['localhost'] });
  ({ fullchain: cert, key } = leaf);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('reads a chain and its key', async () => {
  const files = await readTlsFiles(cert, key);
  expect(files.cert).toContain('BEGIN CERTIFICATE');
  expect(files.key).toContain('PRIVATE KEY');
});

test('WXD6012 for another key, an encrypted key, no PEM, an empty file, and the two swapped', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const contents = [
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
    'no PEM at all',
    '',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
  ];
  for (const content of contents) {
    const path = join(dir, 'other.pem');
    await writeFile(path, content);
    expect(await codeOf(readTlsFiles(cert, path))).toBe('WXD6012');
    expect(await codeOf(readTlsFiles(path, key))).toBe('WXD6012');
  }
  expect(await codeOf(readTlsFiles(key, cert))).toBe('WXD6012');
});

test('WXD6006 for a file that is not there, or a folder', async () => {
  expect(await codeOf(readTlsFiles(join(dir, 'missing'), key))).toBe('WXD6006');
  expect(await codeOf(readTlsFiles(cert, dir))).toBe('WXD6006');
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((caught: unknown) => caught);
  return isWxDevError(error) ? error.code : `no error: ${String(error)}`;
}

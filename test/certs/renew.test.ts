import { X509Certificate } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openClientAuthority } from '../../src/certs/client-authority.ts';
import { ensureClient } from '../../src/certs/client-store.ts';
import { listCertificates } from '../../src/certs/inventory.ts';
import { createKey } from '../../src/certs/keys.ts';
import { renewCertificate, type Issuers, type Renewed } from '../../src/certs/renew.ts';
import type { Renewal } from '../../src/certs/leaf-files.ts';
import { certifyRequest } from '../../src/certs/request-store.ts';
import { ensureLeaf, openAuthority } from '../../src/certs/store.ts';
import { makeTemporaryFolder } from './workshop.ts';

const dayMs = 86_400_000;

async function setUp(): Promise<{
  readonly dir: string;
  readonly clock: { now: number };
  readonly issuers: Issuers;
  readonly renew: (path: string, how?: Renewal) => Promise<Renewed>;
}> {
  const dir = await makeTemporaryFolder();
  const clock = { now: Date.now() };
  const place = { dir: join(dir, 'ca'), user: 'u', host: 'h', now: () => clock.now };
  const issuers = { server: () => openAuthority(place), client: () => openClientAuthority(place) };
  const renew = (path: string, how: Renewal = 'leaf'): Promise<Renewed> =>
    renewCertificate(path, issuers, how);
  return { dir, clock, issuers, renew };
}

async function serialAt(path: string): Promise<string> {
  return new X509Certificate(await readFile(path)).serialNumber;
}

test('renews a server certificate for the same names, as long, with the same key', async () => {
  const { dir, issuers, renew } = await setUp();
  const names = ['b.test', 'a.test', '10.0.0.1'];
  const authority = await issuers.server();
  const leaf = await ensureLeaf({ authority, dir: join(dir, 'x'), names, days: 30 });
  const before = await serialAt(leaf.cert);
  const renewed = await renew(leaf.cert);
  expect(renewed).toMatchObject({ kind: 'server', names, pin: leaf.pin, reused: false });
  expect(renewed.oldPin).toBeUndefined();
  expect(await serialAt(leaf.cert)).not.toBe(before);
  expect(Math.abs(renewed.notAfter.getTime() - leaf.notAfter.getTime())).toBeLessThan(dayMs);
});

test('changes the key when asked to, and gives both pins', async () => {
  const { dir, issuers, renew } = await setUp();
  const authority = await issuers.server();
  const leaf = await ensureLeaf({ authority, dir: join(dir, 'x'), names: ['a.test'] });
  const { pin, oldPin } = await renew(leaf.cert, 'key');
  expect(oldPin).toBe(leaf.pin);
  expect(pin).not.toBe(leaf.pin);
  const pair = new X509Certificate(await readFile(leaf.cert));
  const { createPrivateKey } = await import('node:crypto');
  expect(pair.checkPrivateKey(createPrivateKey(await readFile(leaf.key)))).toBe(true);
});

test('renews only what is due, where that is the wish', async () => {
  const { dir, clock, issuers, renew } = await setUp();
  const authority = await issuers.server();
  const leaf = await ensureLeaf({ authority, dir: join(dir, 'x'), names: ['a.test'] });
  const short = await ensureLeaf({ authority, dir: join(dir, 'y'), names: ['a.test'], days: 9 });
  expect(await renew(leaf.cert, 'needed')).toMatchObject({ reused: true });
  clock.now += 7 * dayMs; // The last third of nine days.
  expect(await renew(leaf.cert, 'needed')).toMatchObject({ reused: true });
  expect(await renew(short.cert, 'needed')).toMatchObject({ reused: false });
  clock.now += 361 * dayMs;
  expect(await renew(leaf.cert, 'needed')).toMatchObject({ reused: false, pin: leaf.pin });
});

test('renews a client as the client it was', async () => {
  const { dir, issuers, renew } = await setUp();
  const authority = await issuers.client();
  const identity = { name: '张三', email: 'z@b.test' };
  const client = await ensureClient({ authority, dir: join(dir, 'c'), identity });
  const renewed = await renew(client.cert);
  expect(renewed).toMatchObject({ kind: 'client', names: ['张三', 'z@b.test'], pin: client.pin });
  const certificate = new X509Certificate(await readFile(client.cert));
  expect(certificate.subjectAltName).toContain('email:z@b.test');
  expect(certificate.checkIssued(new X509Certificate(authority.certPem))).toBe(true);
});

test('renews a signed request for the key that is somewhere else', async () => {
  const { dir, clock, issuers, renew } = await setUp();
  const authority = await issuers.server();
  const { createPublicKey } = await import('node:crypto');
  const publicKey = createPublicKey(createKey('rsa'));
  const made = await certifyRequest({
    authority,
    publicKey,
    names: ['a.test'],
    base: join(dir, 'r'),
  });
  expect(await renew(made.cert, 'needed')).toMatchObject({ kind: 'request', reused: true });
  clock.now += 380 * dayMs;
  const renewed = await renew(made.cert, 'needed');
  expect(renewed).toMatchObject({
    cert: made.cert,
    kind: 'request',
    names: ['a.test'],
    reused: false,
  });
  expect(new X509Certificate(await readFile(made.cert)).publicKey.equals(publicKey)).toBe(true);
});

test('renews a certificate from before there was a register', async () => {
  const { dir, issuers, renew } = await setUp();
  const authority = await issuers.server();
  const leaf = await ensureLeaf({ authority, dir: join(dir, 'x'), names: ['a.test'] });
  await rm(join(dir, 'ca', 'index.json'));
  expect(await renew(leaf.cert)).toMatchObject({ kind: 'server', names: ['a.test'] });
});

test('has nothing to renew where there is no certificate, or a stranger’s', async () => {
  const { dir, renew } = await setUp();
  const other = await setUp();
  const authority = await other.issuers.server();
  const strange = await ensureLeaf({ authority, dir: join(dir, 'x'), names: ['a.test'] });
  await writeFile(join(dir, 'junk.pem'), 'junk');
  for (const path of [join(dir, 'none.pem'), join(dir, 'junk.pem'), strange.cert]) {
    await expect(renew(path)).rejects.toMatchObject({ code: 'WXD5027', details: { path } });
  }
});

test('lists how each certificate stands', async () => {
  const { dir, clock, issuers } = await setUp();
  const authority = await issuers.server();
  const issue = (name: string, days: number): Promise<{ cert: string }> =>
    ensureLeaf({ authority, dir: join(dir, name), names: [`${name}.test`], days });
  await issue('good', 397);
  await issue('due', 31);
  await issue('expired', 1);
  await rm((await issue('missing', 397)).cert);
  await issue('good', 397);
  clock.now += 22 * dayMs; // In the last third of 31 days.
  const listed = await listCertificates(authority.dir, clock.now);
  const states = listed.map(({ names, state }) => [names.join(), state]);
  expect(states).toEqual([
    ['good.test', 'good'],
    ['due.test', 'due'],
    ['expired.test', 'expired'],
    ['missing.test', 'missing'],
  ]);
});

test('forgets what expired long ago, and nothing else', async () => {
  const { dir, clock, issuers } = await setUp();
  const authority = await issuers.server();
  await ensureLeaf({ authority, dir: join(dir, 'x'), names: ['old.test'], days: 1 });
  await ensureLeaf({ authority, dir: join(dir, 'y'), names: ['long.test'] });
  clock.now += 92 * dayMs;
  await ensureLeaf({ authority, dir: join(dir, 'z'), names: ['new.test'] });
  const listed = await listCertificates(authority.dir, clock.now);
  expect(listed.map(({ names }) => names.join())).toEqual(['long.test', 'new.test']);
});

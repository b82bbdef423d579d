import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openClientAuthority, type ClientAuthority } from '../../src/certs/client-authority.ts';
import { ensureClient, parseIdentity } from '../../src/certs/client-store.ts';
import { readRevoked } from '../../src/certs/revoked.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeTemporaryFolder } from './workshop.ts';

async function setUp(): Promise<{
  authority: ClientAuthority;
  issue: (name: string) => Promise<X509Certificate>;
}> {
  const dir = await makeTemporaryFolder();
  const authority = await openClientAuthority({ dir: join(dir, 'ca'), user: 'u', host: 'h' });
  const issue = async (name: string): Promise<X509Certificate> => {
    const identity = parseIdentity(name, undefined);
    const options = { authority, dir: join(dir, name), identity, days: undefined };
    const { certPem } = await ensureClient({ ...options, keyKind: undefined, renew: 'needed' });
    return new X509Certificate(certPem);
  };
  return { authority, issue };
}

function revocation({ serialNumber: serial }: X509Certificate): {
  serial: string;
  revokedAt: Date;
} {
  return { serial, revokedAt: new Date() };
}

test('finds exactly those on the list, and nobody on an empty one', async () => {
  const { authority, issue } = await setUp();
  const clients = await Promise.all(['a', 'b', 'c'].map(issue));
  const none = readRevoked(await authority.signRevocations([], 1));
  expect(clients.map(none)).toEqual([false, false, false]);
  const [first, , third] = clients;
  if (!first || !third) throw new Error('three were issued');
  const two = await authority.signRevocations([first, third].map(revocation), 2);
  expect(clients.map(readRevoked(two))).toEqual([true, false, true]);
});

test('a serial number counts for its own issuer only, also with several lists in one file', async () => {
  const [one, other] = [await setUp(), await setUp()];
  const [mine, theirs] = [await one.issue('a'), await other.issue('a')];
  const lists = await Promise.all([
    one.authority.signRevocations([revocation(theirs)], 1),
    other.authority.signRevocations([revocation(mine)], 1),
  ]);
  // Same subject on the same day: the names are equal, and then the number decides.
  const sameName = mine.issuer === theirs.issuer;
  expect(readRevoked(lists.join(''))(mine)).toBe(sameName);
  expect(readRevoked(lists[0])(mine)).toBe(false);
});

test('a list that is cut off or altered is an error, wherever', async () => {
  const { authority, issue } = await setUp();
  const client = await issue('a');
  const list = await authority.signRevocations([revocation(client)], 1);
  const der = Buffer.from(list.replaceAll(/-----[^-]+-----/g, ''), 'base64');
  for (let length = 0; length < der.length; length++) {
    const cut = der.subarray(0, length).toString('base64');
    const pem = `-----BEGIN X509 CRL-----\n${cut}\n-----END X509 CRL-----\n`;
    expect(() => readRevoked(pem), String(length)).toThrow(Error);
  }
});

const openssl = 'openssl';
needProgram(openssl, ['version'])('reads a list that OpenSSL made', async () => {
  const { authority, issue } = await setUp();
  const client = await issue('a');
  const dir = await makeTemporaryFolder();
  const { certPath } = authority;
  const index = `R\t391231235959Z\t261101000000Z\t${client.serialNumber}\tunknown\t/CN=a\n`;
  await writeFile(join(dir, 'index.txt'), index);
  await writeFile(
    join(dir, 'ca.cnf'),
    '[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\n',
  );
  const keyPath = certPath.replace(/\.pem$/, '-key.pem');
  const command = ['ca', '-config', 'ca.cnf', '-gencrl', '-cert', certPath, '-keyfile', keyPath];
  const list = execFileSync(openssl, command, { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  expect(readRevoked(list)(client)).toBe(true);
  expect(readRevoked(list)(await issue('b'))).toBe(false);
});

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { parseCertificates } from '../../../src/certs/show.ts';
import type { PackName } from '../../../src/certs/verify/packs.ts';
import { verifyCertificates } from '../../../src/certs/verify/verify.ts';
import { needProgram } from '../../helpers/programs.ts';
import { OpensslCa, stamp, type Recipe } from './openssl-ca.ts';

const run = promisify(execFile);

const recipes: readonly (readonly [name: string, recipe: Recipe])[] = [
  ['a good one', {}],
  ['RSA 2048', { rsaBits: 2048 }],
  ['RSA 1024', { rsaBits: 1024 }],
  ['SHA-1', { digest: 'sha1' }],
  ['SHA-512', { digest: 'sha512' }],
  ['expired', { start: stamp(-30), end: stamp(-1) }],
  ['not yet valid', { start: stamp(2), end: stamp(30) }],
  ['826 days', { start: stamp(0), end: stamp(826) }],
  ['another name', { names: 'DNS:b.test' }],
  ['a wildcard for it', { names: 'DNS:*.test.internal,DNS:a.test' }],
  ['an address alone', { names: 'IP:127.0.0.1' }],
  ['for clients', { usage: 'clientAuth' }],
  ['for both', { usage: 'clientAuth,serverAuth' }],
  ['no authorityKeyIdentifier', { extra: 'authorityKeyIdentifier=none' }],
  ['outside the constraints', { names: 'DNS:a.test,DNS:c.example' }],
];

/** `openssl verify` as the library checks a server at security level 2, and with X509_V_FLAG_X509_STRICT. */
const flags: Readonly<Record<'openssl' | 'python-strict', readonly string[]>> = {
  openssl: [],
  'python-strict': ['-x509_strict'],
};

async function opensslAccepts(
  root: string,
  leaf: string,
  pack: keyof typeof flags,
): Promise<boolean> {
  const checks = ['-auth_level', '2', '-purpose', 'sslserver', '-verify_hostname', 'a.test'];
  const args = ['verify', '-CAfile', root, ...checks, ...flags[pack], leaf];
  return run('openssl', args).then(
    () => true,
    () => false,
  );
}

needProgram('openssl', ['version']).each(recipes)(
  'agrees with OpenSSL itself, plain and strict, on %s',
  async (_name, recipe) => {
    const ca = await OpensslCa.create(
      '\nnameConstraints=critical,permitted;DNS:test,permitted;DNS:internal,permitted;IP:127.0.0.0/255.0.0.0',
    );
    const leaf = await ca.leaf(recipe);
    const path = join(ca.dir, 'alone.pem');
    await writeFile(path, leaf.cert);
    for (const pack of ['openssl', 'python-strict'] as const satisfies readonly PackName[]) {
      const found = verifyCertificates(
        {
          certificates: parseCertificates(leaf.cert, path),
          as: [pack],
          ca: [ca.root.cert],
          name: 'a.test',
          now: Date.now(),
        },
        path,
      );
      const theirs = await opensslAccepts(ca.root.certPath, path, pack);
      expect([pack, found.accepted, found.faults.map(({ rule }) => rule)]).toEqual([
        pack,
        theirs,
        theirs ? [] : expect.arrayContaining([expect.any(String)]),
      ]);
    }
  },
);

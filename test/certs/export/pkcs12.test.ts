import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { checkPassword, newPassword } from '../../../src/certs/export/password.ts';
import { buildPkcs12, type Pkcs12Profile } from '../../../src/certs/export/pkcs12.ts';
import { needProgram } from '../../helpers/programs.ts';
import { OpensslCa } from '../verify/openssl-ca.ts';
import { makeAuthority, makeTemporaryFolder } from '../workshop.ts';

const run = promisify(execFile);
const testOpenssl = needProgram('openssl', ['version']);
const testKeytool = needProgram('keytool', ['-help']);
const friendlyName = '微信 开发 😀';

interface Pair {
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
}

const kinds = {
  EC: async (): Promise<Pair> => {
    const authority = await makeAuthority();
    const { certPem, keyPem } = await authority.issue({ names: ['a.test'] });
    return { certPem, keyPem, caPem: authority.certPem };
  },
  RSA: async (): Promise<Pair> => {
    const ca = await OpensslCa.create();
    const { cert, key } = await ca.leaf({ rsaBits: 2048 });
    return { certPem: cert, keyPem: key, caPem: ca.root.cert };
  },
};

const cases = (['EC', 'RSA'] as const).flatMap((kind) =>
  (['compat', 'modern'] as const).map((profile): [typeof kind, Pkcs12Profile] => [kind, profile]),
);

async function write(
  kind: 'EC' | 'RSA',
  profile: Pkcs12Profile,
  password: string,
): Promise<{ path: string; bytes: Buffer; pair: Pair }> {
  const pair = await kinds[kind]();
  const { certPem, keyPem, caPem } = pair;
  const bytes = buildPkcs12({
    certPem,
    keyPem,
    chainPems: [caPem],
    friendlyName,
    password,
    profile,
  });
  const path = join(await makeTemporaryFolder(), 'x.p12');
  await writeFile(path, bytes);
  return { path, bytes, pair };
}

testOpenssl.each(cases)('OpenSSL 3 opens %s, %s, without -legacy', async (kind, profile) => {
  const password = newPassword();
  const { path, pair } = await write(kind, profile, password);
  const args = ['pkcs12', '-in', path, '-passin', `pass:${password}`];
  const { stdout } = await run('openssl', [...args, '-nodes']);
  // OpenSSL 3.0 prints the octets of the BMPString as they are, up to the first zero.
  const named = await run('openssl', [...args, '-nodes'], { encoding: 'latin1' });
  const octets = Buffer.from('微信', 'utf16le').swap16().toString('latin1');
  expect(named.stdout).toContain(`friendlyName: ${octets}`);
  const certificates =
    stdout.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  expect(certificates.map((pem) => new X509Certificate(pem).fingerprint256)).toEqual(
    [pair.certPem, pair.caPem].map((pem) => new X509Certificate(pem).fingerprint256),
  );
  expect(
    new X509Certificate(pair.certPem).checkPrivateKey(
      (await import('node:crypto')).createPrivateKey(stdout),
    ),
  ).toBe(true);
  const { stderr } = await run('openssl', [...args, '-info', '-noout']);
  expect(stderr).toContain(
    profile === 'compat' ? 'MAC: sha1, Iteration 10000' : 'MAC: sha256, Iteration 10000',
  );
  expect(
    stderr.match(
      profile === 'compat'
        ? /pbeWithSHA1And3-KeyTripleDES-CBC/g
        : /PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256/g,
    ),
  ).toHaveLength(2);
  await expect(
    run('openssl', ['pkcs12', '-in', path, '-passin', 'pass:wrong', '-nodes']),
  ).rejects.toThrow();
});

test.each(cases.filter(([kind]) => kind === 'EC'))(
  'Node opens %s, %s, as pfx',
  async (kind, profile) => {
    const { bytes } = await write(kind, profile, 'aA1!~ x');
    expect(() => createSecureContext({ pfx: bytes, passphrase: 'aA1!~ x' })).not.toThrow();
    expect(() => createSecureContext({ pfx: bytes, passphrase: 'other' })).toThrow(/mac verify/i);
  },
);

testKeytool.each(cases)('keytool opens %s, %s', async (kind, profile) => {
  const password = newPassword();
  const { path, pair } = await write(kind, profile, password);
  const { stdout } = await run(
    'keytool',
    ['-list', '-v', '-storetype', 'PKCS12', '-keystore', path, '-storepass', password],
    { env: { ...process.env, LC_ALL: 'C.UTF-8' } },
  );
  expect(stdout).toContain('PrivateKeyEntry');
  expect(stdout).toContain('chain length: 2');
  expect(stdout).toContain(new X509Certificate(pair.certPem).fingerprint256);
});

test('passwords that programs encode differently are refused', () => {
  expect(() => checkPassword('')).toThrow(expect.objectContaining({ code: 'WXD5031' }));
  expect(() => checkPassword('\n')).toThrow(expect.objectContaining({ code: 'WXD5031' }));
  for (const text of ['密码', 'pässword', 'tab\there', 'two\nlines', '\u007f']) {
    expect(() => checkPassword(text), text).toThrow(expect.objectContaining({ code: 'WXD5031' }));
  }
  expect(checkPassword('a b~!\r\n')).toBe('a b~!');
});

test('made passwords are 16 ASCII characters and differ', () => {
  const made = new Set(Array.from({ length: 200 }, newPassword));
  expect(made.size).toBe(200);
  for (const password of made) expect(password).toMatch(/^[a-zA-Z2-9]{16}$/);
});

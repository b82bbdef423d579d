import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { initAuthority, type InitOutcome } from '../../src/certs/init-authority.ts';
import { openClientAuthority } from '../../src/certs/client-authority.ts';
import { openAuthority } from '../../src/certs/store.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeTemporaryFolder, withoutUmask } from './workshop.ts';

const run = promisify(execFile);
const testOpenssl = needProgram('openssl', ['version']);

type Wish = Partial<Parameters<typeof initAuthority>[1]> & { readonly passphrase?: string };

async function setUp(): Promise<{
  readonly dir: string;
  readonly init: (wish?: Wish) => Promise<InitOutcome>;
}> {
  const dir = join(await makeTemporaryFolder(), 'ca');
  let calls = 0;
  const init = ({ passphrase, ...wish }: Wish = {}): Promise<InitOutcome> =>
    initAuthority(
      // Whoever comes later is called otherwise, and must not change the name in the certificate.
      { dir, user: `张三${(calls += 1)}`, host: 'host', passphrase },
      { allow: [], rsa: false, unconstrained: false, ...wish },
    );
  return { dir, init };
}

describe('cert init', () => {
  test('makes the authority once', async () => {
    const { init } = await setUp();
    const first = await init();
    expect(first.change).toBe('created');
    const second = await init();
    expect(second).toMatchObject({ change: 'unchanged', sealed: false });
    expect(second.authority.fingerprint256).toBe(first.authority.fingerprint256);
  });

  test('permits what is allowed at once, and nothing more', async () => {
    const { init } = await setUp();
    const { authority } = await init({ allow: ['例子.com', '203.0.113.0/24', '2001:db8::1'] });
    const names = ['a.例子.com', '203.0.113.9', '2001:db8::1', 'still.test'];
    expect((await authority.issue({ names })).names).toHaveLength(4);
    for (const name of ['example.org', '203.0.114.1', '2001:db8::2', 'x例子.com']) {
      await expect(authority.issue({ names: [name] })).rejects.toMatchObject({ code: 'WXD5003' });
    }
  });

  testOpenssl('with more allowed keeps key and name, so that old leaves stay good', async () => {
    const { dir, init } = await setUp();
    const before = (await init()).authority;
    const leaf = await before.issue({ names: ['a.test', '10.0.0.1'] });
    const { authority, change } = await init({ allow: ['dev.example.com'] });
    expect(change).toBe('reissued');
    const [old, now] = [before, authority].map(({ certPem }) => new X509Certificate(certPem));
    expect(now?.fingerprint256).not.toBe(old?.fingerprint256);
    expect(now?.serialNumber).not.toBe(old?.serialNumber);
    expect(now?.subject).toBe(old?.subject);
    const newer = await authority.issue({ names: ['x.dev.example.com'] });
    for (const { certPem } of [leaf, newer]) {
      await writeFile(join(dir, 'leaf.pem'), certPem);
      await verify(authority.certPath, join(dir, 'leaf.pem'));
    }
    expect((await init({ allow: ['dev.example.com'] })).change).toBe('unchanged');
  });

  test('without limits certifies any name, and takes limits back', async () => {
    const { init } = await setUp();
    await init();
    const free = await init({ unconstrained: true });
    expect(free).toMatchObject({ change: 'reissued', constraints: undefined });
    const leaf = await free.authority.issue({ names: ['api.weixin.qq.com', '8.8.8.8'] });
    expect(leaf.names).toHaveLength(2);
    const limited = await init({ allow: ['dev.example.com'] });
    expect(limited.change).toBe('reissued');
    await expect(limited.authority.issue({ names: ['8.8.8.8'] })).rejects.toMatchObject({
      code: 'WXD5003',
    });
  });

  test.each([['*.'], ['a b'], ['http://a.test'], ['10.0.0.0/33'], ['a.test/8'], [''], ['::/129']])(
    'refuses to allow %j',
    async (allow) => {
      const { init } = await setUp();
      await expect(init({ allow: [allow] })).rejects.toMatchObject({ code: 'WXD5005' });
    },
  );

  testOpenssl('makes an RSA authority of 3072 bits that every client takes', async () => {
    const { dir, init } = await setUp();
    const { authority } = await init({ rsa: true });
    const ca = new X509Certificate(authority.certPem);
    expect(ca.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072);
    const leaf = await authority.issue({ names: ['a.test'], keyKind: 'rsa' });
    const key = createPrivateKey(leaf.keyPem);
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    await writeFile(join(dir, 'leaf.pem'), leaf.certPem);
    await verify(authority.certPath, join(dir, 'leaf.pem'));
    const { stdout } = await run('openssl', [
      'x509',
      '-in',
      join(dir, 'leaf.pem'),
      '-noout',
      '-text',
    ]);
    expect(stdout).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
  });

  test('does not change the kind of the key under leaves that exist', async () => {
    const { init } = await setUp();
    await init();
    await expect(init({ rsa: true })).rejects.toMatchObject({ code: 'WXD5023' });
  });

  test('two at once lose neither wish', async () => {
    const { init } = await setUp();
    await Promise.all([init({ allow: ['a.example'] }), init({ allow: ['b.example'] })]);
    const { constraints } = await init();
    const bases = constraints?.permitted.map((entry) => (entry.type === 'dns' ? entry.base : ''));
    expect(bases).toEqual(expect.arrayContaining(['a.example', 'b.example']));
  });
});

describe('a passphrase', () => {
  test('is needed again, and only the right one opens', async () => {
    const { dir, init } = await setUp();
    const { sealed } = await init({ passphrase: '口令 correct horse' });
    expect(sealed).toBe(true);
    const place = { dir, user: 'u', host: 'h' };
    await expect(openAuthority(place)).rejects.toMatchObject({
      code: 'WXD5022',
      details: { given: false },
    });
    await expect(openAuthority({ ...place, passphrase: 'wrong' })).rejects.toMatchObject({
      code: 'WXD5022',
      details: { given: true },
    });
    await openAuthority({ ...place, passphrase: '口令 correct horse' });
  });

  test('is put on keys that are there, also that of clients, with private files at every step', async () => {
    const { dir, init } = await setUp();
    await withoutUmask(async () => {
      const { authority } = await init();
      await openClientAuthority({ dir, user: 'u', host: 'h' });
      const { change, sealed } = await init({ passphrase: 'p' });
      expect({ change, sealed }).toEqual({ change: 'unchanged', sealed: true });
      for (const name of ['ca-key.pem', 'ca-client-key.pem']) {
        const path = join(dir, name);
        expect(await readFile(path, 'utf8')).toContain('-----BEGIN ENCRYPTED PRIVATE KEY-----');
        expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
      }
      const again = await openAuthority({ dir, user: 'u', host: 'h', passphrase: 'p' });
      expect(again.fingerprint256).toBe(authority.fingerprint256);
    });
  });

  testOpenssl('is scrypt and AES-256, and openssl opens it', async () => {
    const { dir, init } = await setUp();
    await init({ passphrase: 'secret' });
    const key = join(dir, 'ca-key.pem');
    const { stdout } = await run('openssl', ['asn1parse', '-in', key]);
    expect(stdout).toMatch(/:(id-)?scrypt\n/);
    expect(stdout).toContain(':aes-256-cbc');
    const opened = await run('openssl', ['pkey', '-in', key, '-passin', 'pass:secret', '-pubout']);
    const ca = new X509Certificate(await readFile(join(dir, 'ca.pem')));
    expect(opened.stdout).toBe(ca.publicKey.export({ type: 'spki', format: 'pem' }));
    const wrong = run('openssl', ['pkey', '-in', key, '-passin', 'pass:x', '-noout']);
    await expect(wrong).rejects.toThrow();
  });
});

async function verify(ca: string, leaf: string): Promise<void> {
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, leaf];
  const { stdout } = await run('openssl', args);
  expect(stdout).toContain('OK');
}

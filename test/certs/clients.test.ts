import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openClientAuthority, type ClientAuthority } from '../../src/certs/client-authority.ts';
import { ensureClient, parseIdentity } from '../../src/certs/client-store.ts';
import type { CertificateFiles } from '../../src/certs/leaf-files.ts';
import { readRegister } from '../../src/certs/register.ts';
import { refreshRevocations, revokeCertificate } from '../../src/certs/revocations.ts';
import { ensureLeaf, openAuthority, type Authority } from '../../src/certs/store.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeTemporaryFolder, withoutUmask } from './workshop.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;
const testOpenssl = needProgram('openssl', ['version']);

interface World {
  readonly dir: string;
  readonly authority: Authority;
  readonly clients: ClientAuthority;
  readonly clock: { now: number };
  readonly ensure: (name: string, email?: string) => Promise<CertificateFiles>;
}

async function setUp(): Promise<World> {
  const dir = await makeTemporaryFolder();
  const clock = { now: Date.now() };
  const place = { dir: join(dir, 'ca'), user: '张三', host: 'host', now: () => clock.now };
  const authority = await openAuthority(place);
  const clients = await openClientAuthority(place);
  const ensure = (name: string, email?: string): Promise<CertificateFiles> =>
    ensureClient({
      authority: clients,
      dir: join(dir, 'clients', name),
      identity: parseIdentity(name, email),
    });
  return { dir, authority, clients, clock, ensure };
}

/** A server that lets in clients of the client authority; says what it made of each. */
async function startServer(
  { dir, authority, clients }: World,
  crl?: string,
): Promise<(client?: { certPem: string; keyPem: string }) => Promise<string>> {
  const leaf = await ensureLeaf({ authority, dir: join(dir, 'server'), names: ['localhost'] });
  const server = createServer({
    cert: leaf.certPem,
    key: leaf.keyPem,
    ca: clients.certPem,
    crl,
    requestCert: true,
    rejectUnauthorized: false,
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return async (client) => {
    const seen = new Promise<string>((resolve) => {
      server.once('secureConnection', (socket: TLSSocket) => {
        resolve(socket.authorized ? 'ok' : String(socket.authorizationError));
        socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
      });
    });
    const cert = client && { cert: client.certPem, key: client.keyPem };
    const asked = request({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      ca: authority.certPem,
      agent: false,
      ...cert,
    });
    asked.on('error', () => undefined).end(); // The server is asked, not the client: in TLS 1.3 it knows nothing yet.
    asked.on('response', (response) => response.resume());
    return seen;
  };
}

describe('a client certificate', () => {
  test('is let in by a server that trusts the client authority, with EC and RSA', async () => {
    const world = await setUp();
    const knock = await startServer(world);
    expect(await knock(await world.ensure('alice', 'alice@example.com'))).toBe('ok');
    const rsa = await ensureClient({
      authority: world.clients,
      dir: join(world.dir, 'rsa'),
      identity: { name: '张三' },
      keyKind: 'rsa',
    });
    expect(await knock(rsa)).toBe('ok');
    expect(await knock()).not.toBe('ok');
  });

  test('of a server or of another authority is not', async () => {
    const world = await setUp();
    const knock = await startServer(world);
    expect(await knock(await world.authority.issue({ names: ['a.test'] }))).not.toBe('ok');
    const other = await setUp();
    expect(await knock(await other.ensure('alice'))).not.toBe('ok');
  });

  testOpenssl('passes strict verifiers as a client, and as a server none', async () => {
    const { ensure, clients } = await setUp();
    const { cert } = await ensure('机器 1', 'a@b.test');
    const verify = (purpose: string): Promise<{ stdout: string }> =>
      run('openssl', [
        'verify',
        '-x509_strict',
        '-purpose',
        purpose,
        '-CAfile',
        clients.certPath,
        cert,
      ]);
    expect((await verify('sslclient')).stdout).toContain('OK');
    await expect(verify('sslserver')).rejects.toThrow(/purpose/);
  });

  testOpenssl('a server certificate signed by the client authority is refused', async () => {
    const { dir, clients } = await setUp();
    const { buildLeafCertificate } = await import('../../src/certs/certificate.ts');
    const { createKey, parseKey } = await import('../../src/certs/keys.ts');
    const { createPublicKey, createPrivateKey } = await import('node:crypto');
    const leaf = buildLeafCertificate({
      names: [{ type: 'dns', value: 'a.test' }],
      publicKey: createPublicKey(parseKey(createKey()) ?? ''),
      issuer: new X509Certificate(clients.certPem),
      issuerKey: createPrivateKey(await readFile(join(dir, 'ca', 'ca-client-key.pem'))),
      validity: { notBefore: new Date(), notAfter: new Date(Date.now() + dayMs) },
    });
    await writeFile(join(dir, 'leaf.pem'), leaf);
    const args = ['verify', '-purpose', 'sslserver', '-CAfile', clients.certPath];
    await expect(run('openssl', [...args, join(dir, 'leaf.pem')])).rejects.toThrow(/purpose|CA/);
  });

  needProgram('keytool', ['-help'])('is readable for Java, Chinese and all', async () => {
    const { ensure } = await setUp();
    const { cert } = await ensure('张三', 'z@example.com');
    const { stdout } = await run('keytool', [
      '-J-Dfile.encoding=UTF-8',
      '-J-Duser.language=en',
      '-printcert',
      '-file',
      cert,
    ]);
    expect(stdout).toContain('clientAuth');
    expect(stdout).toContain('RFC822Name: z@example.com');
    expect(stdout).toContain('wx-dev://client/%E5%BC%A0%E4%B8%89');
  });

  test('is reused until it is another identity or due, and keeps its key', async () => {
    const { ensure, clock } = await setUp();
    const first = await ensure('alice');
    expect(await ensure('alice')).toEqual({ ...first, reused: true });
    const withMail = await ensure('alice', 'a@b.test');
    expect(withMail).toMatchObject({ reused: false, pin: first.pin });
    clock.now += 368 * dayMs;
    const renewed = await ensure('alice', 'a@b.test');
    expect(renewed).toMatchObject({ reused: false, pin: first.pin });
  });

  test('is private also where the umask would not, and replaces a link instead of following it', async () => {
    const { dir, ensure } = await setUp();
    await withoutUmask(async () => {
      const folder = join(dir, 'clients', 'alice');
      await mkdir(folder, { recursive: true });
      await writeFile(join(dir, 'precious'), 'mine');
      await symlink(join(dir, 'precious'), join(folder, 'cert.pem'));
      const files = await ensure('alice');
      expect(((await stat(files.key)).mode & 0o777).toString(8)).toBe('600');
      expect(await readFile(join(dir, 'precious'), 'utf8')).toBe('mine');
    });
  });

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['../../etc', 'characters'],
    ['..', 'characters'],
    ['.ssh', 'characters'],
    ['a/b', 'characters'],
    ['a\\b', 'characters'],
    ['a\nb', 'characters'],
    ['a\u202Eb', 'characters'],
    ['\uD800', 'characters'],
    ['名'.repeat(65), 'too-long'],
  ])('%j is no name of a client', (name, fault) => {
    expect(() => parseIdentity(name)).toThrow(
      expect.objectContaining({ code: 'WXD5025', details: { name, fault } }),
    );
  });

  test.each(['', 'a', 'a@', '@b', '张@b.test', 'a@b\n', 'a b@c', `${'x'.repeat(65)}@b.test`])(
    '%j is no email address',
    (email) => {
      expect(() => parseIdentity('alice', email)).toThrow(
        expect.objectContaining({ code: 'WXD5025' }),
      );
    },
  );
});

describe('revocation', () => {
  test('keeps the revoked client out and lets the others in', async () => {
    const world = await setUp();
    const [alice, bob] = [await world.ensure('alice'), await world.ensure('bob')];
    await refreshRevocations(world.clients);
    const before = await startServer(world, await readFile(world.clients.crlPath, 'utf8'));
    expect(await before(alice)).toBe('ok');
    const { serialNumber } = new X509Certificate(alice.certPem);
    await revokeCertificate(world.clients, serialNumber);
    const knock = await startServer(world, await readFile(world.clients.crlPath, 'utf8'));
    expect(await knock(alice)).toBe('CERT_REVOKED');
    expect(await knock(bob)).toBe('ok');
  });

  test('a list that has expired keeps everybody out', async () => {
    const world = await setUp();
    const bob = await world.ensure('bob');
    world.clock.now -= 31 * dayMs;
    const list = await world.clients.signRevocations([], 1);
    expect(await (await startServer(world, list))(bob)).toBe('CRL_HAS_EXPIRED');
  });

  test('a revoked client gets another certificate, and the old one stays on the list', async () => {
    const world = await setUp();
    const old = await world.ensure('alice');
    const { serialNumber } = new X509Certificate(old.certPem);
    await revokeCertificate(world.clients, serialNumber.slice(0, 8).toLowerCase());
    const fresh = await world.ensure('alice');
    expect(fresh.reused).toBe(false);
    await refreshRevocations(world.clients);
    const knock = await startServer(world, await readFile(world.clients.crlPath, 'utf8'));
    expect(await knock(fresh)).toBe('ok');
    expect(await knock(old)).toBe('CERT_REVOKED');
  });

  testOpenssl('writes lists that openssl verifies, numbered upwards', async () => {
    const { clients, ensure } = await setUp();
    const serials: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const { serialNumber } = new X509Certificate((await ensure(name)).certPem);
      serials.push(serialNumber);
      await revokeCertificate(clients, serialNumber);
    }
    const args = ['crl', '-in', clients.crlPath, '-CAfile', clients.certPath, '-noout', '-text'];
    const { stdout, stderr } = await run('openssl', args);
    expect(stderr).toContain('verify OK');
    expect(stdout).toMatch(/CRL Number:\s+3\n/);
    expect(stdout).toContain('Authority Key Identifier');
    for (const serial of serials) expect(stdout).toContain(serial);
  });

  testOpenssl('of numbers whose first bit is set or that need more octets', async () => {
    const { dir, clients } = await setUp();
    for (const number of [1, 127, 128, 255, 256, 32_768, 2 ** 40]) {
      const path = join(dir, `${number}.pem`);
      await writeFile(path, await clients.signRevocations([], number));
      const { stdout } = await run('openssl', ['crl', '-in', path, '-noout', '-crlnumber']);
      expect(BigInt(stdout.trim().replace('crlNumber=', ''))).toBe(BigInt(number));
      const text = (await run('openssl', ['crl', '-in', path, '-noout', '-text'])).stdout;
      expect(text).toContain('No Revoked Certificates');
    }
  });

  test('of a server removes its files, and only its own', async () => {
    const { dir, authority, clients } = await setUp();
    const ensure = (): ReturnType<typeof ensureLeaf> =>
      ensureLeaf({ authority, dir: join(dir, 'server'), names: ['a.test'] });
    const leaf = await ensure();
    const { serialNumber } = new X509Certificate(leaf.certPem);
    const record = await revokeCertificate(clients, serialNumber);
    expect(record).toMatchObject({ kind: 'server', names: ['a.test'] });
    for (const path of [leaf.cert, leaf.key, leaf.fullchain]) {
      await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    }
    const fresh = await ensure();
    expect(fresh.pin).not.toBe(leaf.pin);
    await revokeCertificate(clients, serialNumber);
    expect(await ensure()).toMatchObject({ reused: true, pin: fresh.pin });
  });

  test.each([
    ['00', 0],
    ['FFFFFFFFFFFF', 0],
    ['', 0],
  ])('of %j finds nothing', async (serial, matches) => {
    const { clients, ensure } = await setUp();
    await ensure('alice');
    await expect(revokeCertificate(clients, serial)).rejects.toMatchObject({
      code: 'WXD5026',
      details: { matches },
    });
  });

  test('refuses a damaged register rather than forget who was revoked', async () => {
    const { dir, clients, ensure } = await setUp();
    await ensure('alice');
    const path = join(dir, 'ca', 'index.json');
    const whole = await readFile(path, 'utf8');
    for (const text of [
      '',
      whole.slice(0, -20),
      '[]',
      '{"crlNumber":-0.5,"certificates":[]}',
      '{"crlNumber":1,"certificates":[{}]}',
    ]) {
      await writeFile(path, text);
      await expect(refreshRevocations(clients)).rejects.toMatchObject({ code: 'WXD5021' });
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  test('two at once both count', async () => {
    const { clients, ensure, dir } = await setUp();
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => ensure(name)));
    const serials = all.map(({ certPem }) => new X509Certificate(certPem).serialNumber);
    await Promise.all(serials.map((serial) => revokeCertificate(clients, serial)));
    const { crlNumber, certificates } = await readRegister(join(dir, 'ca'));
    expect(crlNumber).toBe(4);
    expect(certificates.filter(({ revokedAt }) => revokedAt !== undefined)).toHaveLength(4);
  });
});

import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { describeCertificate } from '../../src/certs/show.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeAuthority, makeTemporaryFolder } from './workshop.ts';

const run = promisify(execFile);
const testOpenssl = needProgram('openssl', ['version']);
const dayMs = 86_400_000;
const path = 'cert.pem';

test('describes a leaf and the authority after it', async () => {
  const authority = await makeAuthority();
  const { certPem } = await authority.issue({ names: ['a.test', '::1', '10.0.0.1'] });
  const shown = await describeCertificate(certPem + authority.certPem, { path });
  expect(shown).toMatchObject({
    subject: 'O=wx-dev development certificate, CN=a.test',
    names: ['a.test', '::1', '10.0.0.1'],
    isAuthority: false,
    isSelfSigned: false,
    validity: 'valid',
    daysLeft: 396,
    keyType: 'EC P-256',
    fingerprint256: new X509Certificate(certPem).fingerprint256,
    constraints: undefined,
  });
  expect(shown.chain).toHaveLength(1);
  expect(shown.chain[0]).toMatchObject({
    subject: shown.issuer,
    isAuthority: true,
    isSelfSigned: true,
    constraints: { excluded: [] },
  });
  expect(shown.chain[0]?.constraints?.ip).toContain('fe80::/10');
});

testOpenssl('gives the fingerprints and the pin that openssl computes', async () => {
  const { certPath, certPem } = await makeAuthority();
  const shown = await describeCertificate(certPem, { path: certPath });
  const pipeline = `openssl x509 -in '${certPath}' -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl enc -base64`;
  const { stdout: pin } = await run('sh', ['-c', pipeline]);
  expect(shown.pin).toBe(`sha256/${pin.trim()}`);
  const args = ['x509', '-in', certPath, '-noout', '-fingerprint'];
  expect((await run('openssl', [...args, '-sha1'])).stdout).toContain(shown.fingerprint1);
  expect((await run('openssl', [...args, '-sha256'])).stdout).toContain(shown.fingerprint256);
  const { stdout: serial } = await run('openssl', ['x509', '-in', certPath, '-noout', '-serial']);
  expect(serial.trim()).toBe(`serial=${shown.serial}`);
});

test('counts days from the given time, past the end too', async () => {
  const { certPem, notAfter } = await makeAuthority();
  const at = (now: number): ReturnType<typeof describeCertificate> =>
    describeCertificate(certPem, { path, now });
  const end = notAfter.getTime();
  expect(await at(end)).toMatchObject({ validity: 'valid', daysLeft: 0 });
  expect(await at(end + 1)).toMatchObject({ validity: 'expired', daysLeft: -1 });
  expect(await at(end - 10 * dayMs)).toMatchObject({ validity: 'valid', daysLeft: 10 });
  expect(await at(0)).toMatchObject({ validity: 'not-yet-valid' });
});

testOpenssl.each([
  ['RSA 2048', ['-newkey', 'rsa:2048']],
  ['EC secp384r1', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
  ['Ed25519', ['-newkey', 'ed25519']],
])('names the key type %s of a certificate that others made', async (keyType, options) => {
  const dir = await makeTemporaryFolder();
  const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  const constraint = 'nameConstraints=permitted;DNS:.example.com,excluded;IP:10.0.0.0/255.0.0.0';
  const request = ['req', '-x509', '-nodes', '-days', '3', '-utf8', '-subj', '/O=微信/CN=a, b'];
  const names = 'subjectAltName=DNS:a.example.com,URI:http://x,email:a@b.c';
  const extensions = ['-addext', constraint, '-addext', names];
  await run('openssl', [...request, ...options, ...files, ...extensions]);
  const der = new X509Certificate(await readFile(join(dir, 'cert.pem'))).raw;
  const shown = await describeCertificate(der, { path });
  expect(shown).toMatchObject({
    keyType,
    isSelfSigned: true,
    names: ['a.example.com'],
    constraints: { dns: ['.example.com'], ip: [], excluded: ['10.0.0.0/8'] },
    chain: [],
  });
  expect(shown.subject).toContain('微信');
});

test('reads PEM with other text and line ends around it', async () => {
  const { certPem } = await makeAuthority();
  const text = `Bag Attributes: 中文\r\n${certPem.replaceAll('\n', '\r\n')}trailing`;
  for (const file of [text, Buffer.from(text), `\uFEFF${certPem}`]) {
    expect((await describeCertificate(file, { path })).isAuthority).toBe(true);
  }
});

test('says what a file without a certificate holds', async () => {
  const authority = await makeAuthority();
  const { keyPem, certPem } = await authority.issue({ names: ['a.test'] });
  const der = new X509Certificate(certPem).raw;
  const cases: readonly [string | Uint8Array, string][] = [
    ['', 'nothing'],
    [new Uint8Array(0), 'nothing'],
    ['hello', 'nothing'],
    [Buffer.alloc(1_000_000, 'x'), 'nothing'],
    [keyPem, 'private-key'],
    [certPem.slice(0, 300), 'damaged'],
    [certPem.replace('MII', 'AAA').replace('MIIC', 'AAAA'), 'damaged'],
    [der.subarray(0, -1), 'damaged'],
    [Uint8Array.of(0x30), 'damaged'],
    [certPem + certPem.replace(/\n[^-\n]{20}/, '\n'), 'damaged'],
  ];
  for (const [file, found] of cases) {
    const shown = describeCertificate(file, { path });
    await expect(shown, found).rejects.toMatchObject({ code: 'WXD5007', details: { path, found } });
  }
});

test('never fails but by code, wherever a certificate is cut or altered', async () => {
  const { certPem } = await makeAuthority();
  const der = new X509Certificate(certPem).raw;
  for (let at = 0; at < der.length; at++) {
    const altered = Buffer.from(der);
    altered[at] = (altered[at] ?? 0) ^ 0xff;
    for (const file of [der.subarray(0, at), altered]) {
      const outcome = await describeCertificate(file, { path }).then(
        () => 'described',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      expect(['described', 'WXD5007']).toContain(outcome);
    }
  }
});

test('a name with control characters cannot write to the terminal', async () => {
  const authority = await makeAuthority();
  const der = Buffer.from(new X509Certificate(authority.certPem).raw);
  const at = der.indexOf('tester');
  der.write('\u001b[31m\n', at, 'latin1');
  const { issuer, subject } = await describeCertificate(der, { path });
  expect(issuer + subject).not.toMatch(/\p{Cc}/u);
});

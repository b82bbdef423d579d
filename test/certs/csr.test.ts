import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readSigningRequest } from '../../src/certs/csr.ts';
import { certifyRequest } from '../../src/certs/request-store.ts';
import { isWxDevError } from '../../src/core/errors.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeAuthority, makeTemporaryFolder } from './workshop.ts';

const run = promisify(execFile);
const testOpenssl = needProgram('openssl', ['version']);

/** A request made by OpenSSL, in DER. */
async function makeRequest(
  key: readonly string[],
  san: string | undefined,
  more: readonly string[] = [],
): Promise<Buffer> {
  const dir = await makeTemporaryFolder();
  const out = join(dir, 'a.csr');
  const names = san === undefined ? [] : ['-addext', `subjectAltName=${san}`];
  const place = ['-nodes', '-keyout', join(dir, 'key.pem'), '-outform', 'der', '-out', out];
  await run('openssl', [
    'req',
    '-new',
    '-newkey',
    ...key,
    '-subj',
    '/CN=evil.com',
    ...names,
    ...more,
    ...place,
  ]);
  return readFile(out);
}

const p256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const san = 'DNS:a.test,DNS:*.b.test,IP:10.0.0.1,IP:::1';
const names = ['a.test', '*.b.test', '10.0.0.1', '::1'];

describe('a signing request', () => {
  testOpenssl.each([
    ['P-256', p256],
    ['P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['P-521', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521']],
    ['RSA 2048', ['rsa:2048']],
    ['RSA 3072 with SHA-512', ['rsa:3072', '-sha512']],
  ])('with a key of %s is signed for its names only', async (_kind, key) => {
    const more = [
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'keyUsage=keyCertSign',
    ];
    const request = readSigningRequest(await makeRequest(key, san, more), 'a.csr');
    expect(request.names).toEqual(names);
    const authority = await makeAuthority();
    const base = join(await makeTemporaryFolder(), 'new', 'a');
    const made = await certifyRequest({ authority, ...request, base });
    const certificate = new X509Certificate(await readFile(made.cert));
    expect(certificate.ca).toBe(false);
    expect(certificate.subject).not.toContain('evil.com');
    expect(certificate.publicKey.equals(request.publicKey)).toBe(true);
    const { stdout } = await run('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      authority.certPath,
      made.cert,
    ]);
    expect(stdout).toContain('OK');
    expect(await readFile(made.fullchain, 'utf8')).toBe(made.certPem + authority.certPem);
  });

  testOpenssl('in PEM, with text around it and either label, is the same', async () => {
    const der = await makeRequest(p256, san);
    const body = der.toString('base64').replaceAll(/.{64}/g, '$&\r\n');
    for (const label of ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']) {
      const pem = `for 张三\r\n-----BEGIN ${label}-----\r\n${body}\r\n-----END ${label}-----\r\n`;
      expect(readSigningRequest(Buffer.from(pem), 'a.csr').names).toEqual(names);
    }
  });

  testOpenssl(
    'for a name outside the constraints is refused before anything is written',
    async () => {
      const request = readSigningRequest(await makeRequest(p256, 'DNS:api.weixin.qq.com'), 'a.csr');
      const authority = await makeAuthority();
      const base = join(await makeTemporaryFolder(), 'new', 'a');
      await expect(certifyRequest({ authority, ...request, base })).rejects.toMatchObject({
        code: 'WXD5003',
      });
      await expect(readFile(`${base}.cert.pem`)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  testOpenssl.each([
    ['without names', 'no-names', p256, undefined, []],
    ['with an email address', 'other-names', p256, 'DNS:a.test,email:a@b.test', []],
    ['with a URI', 'other-names', p256, 'URI:https://a.test', []],
    ['with a short RSA key', 'weak-key', ['rsa:1024'], san, []],
    [
      'with a strange curve',
      'weak-key',
      ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
      san,
      [],
    ],
    ['with Ed25519', 'weak-key', ['ed25519'], san, []],
    ['signed with SHA-1', 'algorithm', p256, san, ['-sha1']],
  ] as const)('%s is refused', async (_what, fault, key, wanted, more) => {
    const request = await makeRequest(key, wanted, more);
    expect(() => readSigningRequest(request, 'a.csr')).toThrow(
      expect.objectContaining({ code: 'WXD5024', details: { path: 'a.csr', fault } }),
    );
  });

  testOpenssl('of another key, or altered in any octet, is refused by code', async () => {
    const good = await makeRequest(p256, san);
    const faults = new Set<string>();
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      try {
        readSigningRequest(bad, 'a.csr');
        faults.add(`accepted with octet ${at} altered`);
      } catch (error) {
        if (!isWxDevError(error, 'WXD5024')) throw error;
        faults.add(error.details.fault);
      }
    }
    expect([...faults].filter((fault) => fault.startsWith('accepted'))).toEqual([]);
    expect(faults).toContain('signature');
    expect(faults).toContain('damaged');
  });

  testOpenssl('cut off anywhere is refused by code', async () => {
    const good = await makeRequest(p256, san);
    for (let length = 0; length < good.length; length++) {
      expect(() => readSigningRequest(good.subarray(0, length), 'a.csr')).toThrow(
        expect.objectContaining({ code: 'WXD5024' }),
      );
    }
  });

  test.each([
    ['nothing', '', 'nothing'],
    ['words', 'hello', 'nothing'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----', 'nothing'],
    [
      'no base64',
      '-----BEGIN CERTIFICATE REQUEST-----\n!!\n-----END CERTIFICATE REQUEST-----',
      'damaged',
    ],
    ['an empty sequence', '\x30\x00', 'damaged'],
    ['a deep nest', '\x30\x80'.repeat(5000), 'damaged'],
  ])('that is %s is refused', (_what, text, fault) => {
    const file = Buffer.from(text, 'latin1');
    expect(() => readSigningRequest(file, 'a.csr')).toThrow(
      expect.objectContaining({ details: { path: 'a.csr', fault } }),
    );
  });
});

import { execFile } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { isIP, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKey } from '../../src/certs/keys.ts';
import { buildLeafCertificate } from '../../src/certs/certificate.ts';
import { defaultConstraints } from '../../src/certs/constraints.ts';
import { parseNames, parseSubjectAltName } from '../../src/certs/names.ts';
import { openAuthority, type Authority } from '../../src/certs/store.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeAuthority, makeTemporaryFolder } from './workshop.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;

interface Pair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A server for one handshake, and what its client trusts. */
interface Stage {
  readonly port: number;
  readonly host: string;
  readonly caPath: string;
}

/** Connects once; `ok` or what the client says. */
type Client = (stage: Stage) => Promise<string>;

async function startServer({ certPem, keyPem }: Pair): Promise<number> {
  const server = createServer({ cert: certPem, key: keyPem }, (_request, response) => {
    response.end('ok');
  });
  // A client that refuses the certificate ends the handshake; that is what half of these tests want.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const nodeClient: Client = async ({ port, host, caPath }) => {
  const ca = await readFile(caPath);
  return new Promise((resolve) => {
    // For an address node checks `host`, which is always 127.0.0.1 here.
    const names = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host: '127.0.0.1', port, ca, ...names }, () => {
      resolve(socket.authorized ? 'ok' : String(socket.authorizationError));
      socket.destroy();
    });
    socket.on('error', (error) => resolve(error.message));
  });
};

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    await run(program, args);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const curlClient: Client = ({ port, host, caPath }) =>
  outputOf('curl', [
    '--silent',
    '--show-error',
    '--noproxy',
    '*',
    '--cacert',
    caPath,
    '--resolve',
    `${host}:${port}:127.0.0.1`,
    `https://${host}:${port}/`,
  ]);

const pythonProgram = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
raw = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
context.wrap_socket(raw, server_hostname=sys.argv[3]).close()
`;

const pythonClient: Client = ({ port, host, caPath }) =>
  outputOf('python3', ['-c', pythonProgram, caPath, String(port), host]);

const goProgram = `package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

func main() {
	pem, _ := os.ReadFile(os.Args[1])
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, ServerName: os.Args[3]}
	connection, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[2], config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	connection.Close()
}
`;

const goClient: Client = async ({ port, host, caPath }) => {
  const source = join(await makeTemporaryFolder(), 'main.go');
  await writeFile(source, goProgram);
  return outputOf('go', ['run', source, caPath, String(port), host]);
};

const clients = [
  ['node', test, nodeClient],
  ['curl', needProgram('curl'), curlClient],
  ['python strict', needProgram('python3'), pythonClient],
  ['go', needProgram('go', ['version']), goClient],
] as const;

async function tryAs(
  client: Client,
  authority: Authority,
  pair: Pair,
  host: string,
): Promise<string> {
  return client({ port: await startServer(pair), host, caPath: authority.certPath });
}

/** A leaf that the authority itself refuses to issue, as somebody with its stolen key would make it. */
async function forge(authority: Authority, names: readonly string[]): Promise<Pair> {
  const keyPem = createKey();
  const certPem = buildLeafCertificate({
    names: parseNames(names),
    publicKey: createPublicKey(keyPem),
    issuer: new X509Certificate(authority.certPem),
    issuerKey: createPrivateKey(await readFile(authority.keyPath)),
    validity: { notBefore: new Date(), notAfter: new Date(Date.now() + 30 * dayMs) },
  });
  return { certPem, keyPem };
}

describe.each(clients)('%s', (_name, testWith, client) => {
  testWith('accepts names, wildcards, punycode and addresses', async () => {
    const authority = await makeAuthority();
    const names = ['localhost', 'abc.localhost', '*.dev.localhost', '微信.test', '127.0.0.1'];
    const leaf = await authority.issue({ names });
    for (const host of ['abc.localhost', 'x.dev.localhost', 'xn--vuqz89a.test', '127.0.0.1']) {
      expect(await tryAs(client, authority, leaf, host), host).toBe('ok');
    }
  });

  testWith('accepts a certificate for addresses only', async () => {
    const authority = await makeAuthority();
    const leaf = await authority.issue({ names: ['127.0.0.1', '::1'] });
    expect(await tryAs(client, authority, leaf, '127.0.0.1')).toBe('ok');
  });

  testWith('refuses a name that is not in the certificate', async () => {
    const authority = await makeAuthority();
    const leaf = await authority.issue({ names: ['a.test'] });
    expect(await tryAs(client, authority, leaf, 'b.test')).not.toBe('ok');
  });

  testWith('refuses what a stolen key signs outside the constraints', async () => {
    const authority = await makeAuthority();
    const leaf = await forge(authority, ['api.weixin.qq.com', 'a.test']);
    expect(await tryAs(client, authority, leaf, 'api.weixin.qq.com')).toMatch(
      /permitted|subtree|UNSPECIFIED|constrain/i,
    );
  });

  testWith('refuses a leaf of another authority', async () => {
    const leaf = await (await makeAuthority()).issue({ names: ['a.test'] });
    expect(await tryAs(client, await makeAuthority(), leaf, 'a.test')).not.toBe('ok');
  });

  testWith('refuses a leaf that has expired', async () => {
    const authority = await makeAuthority(() => Date.now() - 400 * dayMs);
    const leaf = await authority.issue({ names: ['a.test'] });
    expect(await tryAs(client, authority, leaf, 'a.test')).toMatch(/expired/i);
  });
});

const testOpenssl = needProgram('openssl', ['version']);

async function verifyWithOpenssl(
  authority: Authority,
  certPem: string,
  ...args: string[]
): Promise<string> {
  const path = join(await makeTemporaryFolder(), 'cert.pem');
  await writeFile(path, certPem);
  const fixed = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', authority.certPath];
  return outputOf('openssl', [...fixed, ...args, path]);
}

testOpenssl('passes the strictest check of openssl, names of every kind', async () => {
  const authority = await makeAuthority();
  const names = ['*.dev.test', '微信.test', '10.0.0.1', 'fe80::1', 'my_app.internal'];
  const { certPem } = await authority.issue({ names });
  for (const host of ['x.dev.test', 'xn--vuqz89a.test', 'my_app.internal']) {
    expect(await verifyWithOpenssl(authority, certPem, '-verify_hostname', host)).toBe('ok');
  }
  for (const ip of ['10.0.0.1', 'fe80::1']) {
    expect(await verifyWithOpenssl(authority, certPem, '-verify_ip', ip)).toBe('ok');
  }
  expect(await verifyWithOpenssl(authority, certPem, '-verify_ip', '10.0.0.2')).not.toBe('ok');
});

testOpenssl.each([['8.8.8.8'], ['2001:db8::1'], ['example.com']])(
  'openssl refuses %s under the constraints',
  async (name) => {
    const authority = await makeAuthority();
    const { certPem } = await forge(authority, [name]);
    expect(await verifyWithOpenssl(authority, certPem)).toContain('permitted subtree violation');
  },
);

testOpenssl('the certificate of the authority passes on its own', async () => {
  const authority = await makeAuthority();
  const path = authority.certPath;
  expect(await outputOf('openssl', ['verify', '-x509_strict', '-CAfile', path, path])).toBe('ok');
});

testOpenssl('openssl notices one altered bit anywhere in the signed part', async () => {
  const authority = await makeAuthority();
  const { certPem } = await authority.issue({ names: ['a.test'] });
  const der = new X509Certificate(certPem).raw;
  // The issuer's name, the serial, the key, the names and the signature: every 97th byte touches each.
  for (let at = 20; at < der.length; at += 97) {
    const altered = Buffer.from(der);
    altered[at] = (altered[at] ?? 0) ^ 1;
    const body = altered.toString('base64').replaceAll(/.{64}/g, '$&\n');
    const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    expect(await verifyWithOpenssl(authority, pem), `byte ${at}`).not.toBe('ok');
  }
});

test('the leaf has the profile of RFC 5280 and nothing else', async () => {
  const authority = await makeAuthority();
  const ca = new X509Certificate(authority.certPem);
  const leaf = new X509Certificate((await authority.issue({ names: ['a.test', '::1'] })).certPem);
  expect(leaf.ca).toBe(false);
  // Extended: node calls it keyUsage.
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.subject).toBe('O=wx-dev development certificate\nCN=a.test');
  expect(leaf.issuer).toBe(ca.subject);
  expect(leaf.infoAccess).toBeUndefined();
  expect(ca.ca).toBe(true);
  // nameConstraints with critical TRUE: who cannot process it must not ignore it.
  expect(ca.raw.includes(Buffer.from('0603551d1e0101ff', 'hex'))).toBe(true);
  expect(ca.checkIssued(ca)).toBe(true);
});

test('the authority may have none below it, and says so in a critical extension', async () => {
  const { raw } = new X509Certificate((await makeAuthority()).certPem);
  // basicConstraints, critical, cA TRUE, pathLenConstraint 0.
  expect(raw.includes(Buffer.from('0603551d130101ff040830060101ff020100', 'hex'))).toBe(true);
});

test('an RSA signature names its algorithm with NULL, an EC one with nothing (RFC 4055, RFC 5758)', async () => {
  const dir = join(await makeTemporaryFolder(), 'ca');
  const design = { keyKind: 'rsa', constraints: defaultConstraints } as const;
  const rsa = await openAuthority({ dir, user: 'u', host: 'h' }, design);
  const algorithms = [
    [rsa, '300d06092a864886f70d01010b0500'],
    [await makeAuthority(), '300a06082a8648ce3d040302'],
  ] as const;
  for (const [authority, algorithm] of algorithms) {
    const { raw } = new X509Certificate((await authority.issue({ names: ['a.test'] })).certPem);
    // Once in what is signed, once beside the signature.
    expect(raw.toString('hex').split(algorithm)).toHaveLength(3);
  }
});

test('the common name is a host name or no host name at all, and never too long', async () => {
  const authority = await makeAuthority();
  const long = `${'a'.repeat(60)}.test`;
  const subjectFor = async (...names: string[]): Promise<string> =>
    new X509Certificate((await authority.issue({ names })).certPem).subject;
  expect(await subjectFor('127.0.0.1', '::1')).toContain('CN=IP 127.0.0.1');
  expect(await subjectFor('127.0.0.1', 'a.test')).toContain('CN=a.test');
  expect(await subjectFor(long)).not.toContain('CN=');
});

test('a lifetime reaches five minutes back, counts its last second, and ends with the authority', async () => {
  const now = Date.parse('2026-11-21T12:00:00.750Z');
  const authority = await makeAuthority(() => now);
  const { certPem } = await authority.issue({ names: ['a.test'] });
  const leaf = new X509Certificate(certPem);
  expect(new Date(leaf.validFrom).toISOString()).toBe('2026-11-21T11:55:00.000Z');
  expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBe(397 * dayMs - 1000);

  let later = now;
  const ageing = await makeAuthority(() => later);
  later = ageing.notAfter.getTime() - 10 * dayMs;
  expect((await ageing.issue({ names: ['a.test'] })).notAfter).toEqual(ageing.notAfter);
});

test('dates from 2050 on are written as GeneralizedTime', async () => {
  const now = Date.parse('2049-06-01T00:00:00Z');
  const authority = await makeAuthority(() => now);
  const leaf = new X509Certificate((await authority.issue({ names: ['a.test'] })).certPem);
  expect(new Date(leaf.validTo).toISOString()).toBe('2050-07-02T23:54:59.000Z');
  expect(authority.notAfter.getUTCFullYear()).toBe(2059);
});

test('serial numbers are positive, of 128 bits at most, and never repeat', async () => {
  const authority = await makeAuthority();
  const keyPem = createKey();
  const seen = new Set<string>();
  const count = 1000;
  for (let index = 0; index < count; index++) {
    const { certPem } = await authority.issue({ names: ['a.test'], keyPem });
    const { raw, serialNumber } = new X509Certificate(certPem);
    // SEQUENCE { SEQUENCE { [0] version (5 bytes), INTEGER of 16 bytes with a clear top bit.
    const at = raw.indexOf(Buffer.from('a003020102', 'hex')) + 5;
    expect(raw.readUInt16BE(at)).toBe(0x0210);
    expect(raw[at + 2]).toBeGreaterThan(0);
    expect(raw[at + 2]).toBeLessThan(0x80);
    seen.add(serialNumber);
  }
  expect(seen.size).toBe(count);
});

test('every set of names comes back out of its certificate', async () => {
  const authority = await makeAuthority();
  const keyPem = createKey();
  const label = fc.stringMatching(/^[a-z\d]([a-z\d-]{0,20}[a-z\d])?$/);
  const dns = fc
    .array(label, { minLength: 1, maxLength: 4 })
    .map((labels) => [...labels, 'test'].join('.'))
    .filter((name) => !name.includes('xn--') && !name.includes('--'));
  const octet = fc.integer({ min: 0, max: 255 });
  const ip4 = fc.tuple(octet, octet, octet).map((rest) => `10.${rest.join('.')}`);
  const ip6 = fc.tuple(fc.ipV6()).map(([text]) => `fd00:${text.split('::')[0]?.slice(0, 4)}::1`);
  const wildcard = dns.map((name) => `*.${name}`);
  const anyName = fc.oneof(
    dns,
    wildcard,
    ip4,
    ip6.filter((text) => isIP(text) === 6),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyName, { minLength: 1, maxLength: 20 }), async (names) => {
      const { certPem, names: certified } = await authority.issue({ names, keyPem });
      const read = parseSubjectAltName(new X509Certificate(certPem).subjectAltName);
      expect(read).toEqual(parseNames(names));
      expect(certified).toEqual(read.map((name) => name.value));
    }),
    { numRuns: 100 },
  );
});

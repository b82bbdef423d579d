import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openClientAuthority, type ClientAuthority } from '../../src/certs/client-authority.ts';
import { ensureClient } from '../../src/certs/client-store.ts';
import type { CertificateFiles } from '../../src/certs/leaf-files.ts';
import { refreshRevocations, revokeCertificate } from '../../src/certs/revocations.ts';
import { ensureLeaf, openAuthority } from '../../src/certs/store.ts';
import { defaultConstraints } from '../../src/certs/constraints.ts';
import { needProgram } from '../helpers/programs.ts';
import { makeTemporaryFolder } from './workshop.ts';

/* Other languages as the server that asks for a client's certificate, and as the client that shows one. */

const run = promisify(execFile);

/** Both ends in one process: what either says against the other is printed. */
const pythonProgram = `
import ssl, sys
ca, cert, key, client_ca, crl, client_cert, client_key = sys.argv[1:]
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(cert, key)
server.load_verify_locations(client_ca)
server.load_verify_locations(crl)
server.verify_mode = ssl.CERT_REQUIRED
server.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_X509_STRICT
client = ssl.create_default_context(cafile=ca)
client.verify_flags |= ssl.VERIFY_X509_STRICT
client.load_cert_chain(client_cert, client_key)
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
ends = [client.wrap_bio(a, b, server_hostname="localhost"), server.wrap_bio(b, a, server_side=True)]
for _ in range(6):
    for end in ends:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            print(error)
            sys.exit(0)
print("ok")
`;

const goProgram = `package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

func pool(path string) *x509.CertPool {
	pem, _ := os.ReadFile(path)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return roots
}

func main() {
	a := os.Args
	leaf, _ := tls.LoadX509KeyPair(a[2], a[3])
	shown, _ := tls.LoadX509KeyPair(a[6], a[7])
	one, other := net.Pipe()
	client := tls.Client(one, &tls.Config{RootCAs: pool(a[1]), ServerName: "localhost",
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &shown, nil }})
	server := tls.Server(other, &tls.Config{Certificates: []tls.Certificate{leaf}, ClientCAs: pool(a[4]),
		ClientAuth: tls.RequireAndVerifyClientCert})
	go func() {
		if client.Handshake() == nil {
			client.Read(make([]byte, 1))
		}
	}()
	if err := server.Handshake(); err != nil {
		fmt.Println(err)
	} else {
		fmt.Println("ok")
	}
}
`;

type Knock = (client: CertificateFiles) => Promise<string>;

interface World {
  readonly clients: ClientAuthority;
  readonly ensure: (name: string) => Promise<CertificateFiles>;
  readonly server: CertificateFiles;
  readonly arguments: (client: CertificateFiles) => string[];
}

async function setUp(keyKind: 'ec' | 'rsa'): Promise<World> {
  const dir = await makeTemporaryFolder();
  const place = { dir: join(dir, 'ca'), user: '张三', host: 'host' };
  const authority = await openAuthority(place, { keyKind, constraints: defaultConstraints });
  const clients = await openClientAuthority(place);
  await refreshRevocations(clients);
  const server = await ensureLeaf({
    authority,
    dir: join(dir, 'server'),
    names: ['localhost'],
    keyKind,
  });
  return {
    clients,
    server,
    ensure: (name) =>
      ensureClient({ authority: clients, dir: join(dir, name), identity: { name }, keyKind }),
    arguments: (client) => [
      server.ca,
      server.cert,
      server.key,
      clients.certPath,
      clients.crlPath,
      client.cert,
      client.key,
    ],
  };
}

function asPython({ arguments: argumentsFor }: World): Knock {
  return async (client) => {
    const { stdout } = await run('python3', ['-c', pythonProgram, ...argumentsFor(client)]);
    return stdout.trim();
  };
}

async function asGo({ arguments: argumentsFor }: World): Promise<Knock> {
  const source = join(await makeTemporaryFolder(), 'main.go');
  await writeFile(source, goProgram);
  return async (client) => {
    const { stdout } = await run('go', ['run', source, ...argumentsFor(client)]);
    return stdout.trim();
  };
}

describe.each(['ec', 'rsa'] as const)('with %s keys', (kind) => {
  needProgram('python3')('python, strict, lets in the client and not the revoked one', async () => {
    const world = await setUp(kind);
    const knock = asPython(world);
    const [alice, bob] = [await world.ensure('张三'), await world.ensure('bob')];
    expect(await knock(alice)).toBe('ok');
    expect(await knock(world.server)).not.toBe('ok');
    await revokeCertificate(world.clients, new X509Certificate(alice.certPem).serialNumber);
    expect(await knock(alice)).toContain('revoked');
    expect(await knock(bob)).toBe('ok');
  });

  needProgram('go', ['version'])('go lets in the client, and no server certificate', async () => {
    const world = await setUp(kind);
    const knock = await asGo(world);
    expect(await knock(await world.ensure('alice'))).toBe('ok');
    expect(await knock(world.server)).toMatch(/incompatible key usage|unknown authority/);
  });
});

test('the files of a client and of a server never trust one another', async () => {
  const { clients, server, ensure } = await setUp('ec');
  const client = new X509Certificate((await ensure('alice')).certPem);
  const root = new X509Certificate(clients.certPem);
  expect(client.checkIssued(root)).toBe(true);
  expect(new X509Certificate(server.certPem).checkIssued(root)).toBe(false);
});

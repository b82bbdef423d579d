import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { MAX_SNI_CONTEXTS } from '../../src/relay/limits.ts';
import { chooseCertificate } from '../../src/relay/sni.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { startApp, useRelay, useTunnel } from '../helpers/tunnel.ts';

const { certPem: cert, keyPem: key } = selfSigned(['localhost']);
const { certPem: ownCert, keyPem: ownKey } = selfSigned(['app.localhost']);

const own = { cert, key };

/** Name of the certificate that a TLS client gets which asks for `servername`. */
async function certificateAt(url: string, servername: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), servername, rejectUnauthorized: false });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  return socket.getPeerX509Certificate()?.subjectAltName ?? '';
}

test('a certificate is made for a tunnel that there is, once, and for no other name', async () => {
  const made: string[] = [];
  const certificateFor = async (host: string): Promise<{ cert: string; key: string }> => {
    made.push(host);
    return { cert: ownCert, key: ownKey };
  };
  const relay = await useRelay({ httpsPort: 0, tls: { cert, key, certificateFor } });
  const url = relay.httpsUrl ?? '';
  const strangers = ['app', 'x'.repeat(63), '0', 'a_b', 'xn--bcher-kva', '-', 'www'];
  for (const name of [...strangers.map((label) => `${label}.localhost`), 'localhost', 'a.b.c'])
    expect(await certificateAt(url, name), name).toBe('DNS:localhost');
  expect(made).toEqual([]);

  const app = await startApp((_request, response) => response.end('ok'));
  const tunnel = await useTunnel(relay, { target: app.url, subdomain: 'app' });
  const asked = ['app.localhost', 'APP.localhost', 'app.localhost'];
  expect(await Promise.all(asked.map((name) => certificateAt(url, name)))).toEqual(
    asked.map(() => 'DNS:app.localhost'),
  );
  for (const label of strangers.slice(1))
    expect(await certificateAt(url, `${label}.localhost`)).toBe('DNS:localhost');
  // It is kept for its owner, and visitors are told so under its own name.
  await tunnel.close();
  expect(await certificateAt(url, 'app.localhost')).toBe('DNS:app.localhost');
  expect(made).toEqual(['app.localhost']);
});

test('only so many certificates are kept, those asked for last', async () => {
  const made: string[] = [];
  const choose = chooseCertificate({
    domain: 'localhost',
    isKnown: () => true,
    certificateFor: async (host) => {
      made.push(host);
      return { cert: ownCert, key: ownKey };
    },
    current: () => own,
  });
  const ask = (name: string): Promise<boolean> =>
    new Promise((resolve, reject) => {
      choose(`${name}.localhost`, (error, context) =>
        error ? reject(error) : resolve(context !== undefined),
      );
    });
  for (let i = 0; i <= MAX_SNI_CONTEXTS; i++) expect(await ask(`n${i}`)).toBe(true);
  expect(made).toHaveLength(MAX_SNI_CONTEXTS + 1);
  await ask('n1');
  expect(made).toHaveLength(MAX_SNI_CONTEXTS + 1);
  await ask('n0');
  expect(made.at(-1)).toBe('n0.localhost');
  await ask('n2');
  expect(made.at(-1)).toBe('n2.localhost');
});

test('one that could not be made is made anew the next time', async () => {
  let fails = true;
  const choose = chooseCertificate({
    domain: 'localhost',
    isKnown: () => true,
    certificateFor: async () => {
      if (fails) throw new Error('the authority is locked');
      return { cert: ownCert, key: ownKey };
    },
    current: () => own,
  });
  const ask = (): Promise<string> =>
    new Promise((resolve) => {
      choose('a.localhost', (error) => resolve(error?.message ?? 'made'));
    });
  expect(await Promise.all([ask(), ask()])).toEqual(Array(2).fill('the authority is locked'));
  fails = false;
  expect(await ask()).toBe('made');
});

import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { inspectPeer, parsePeerAddress } from '../../../src/certs/verify/peer.ts';
import { verifyCertificates } from '../../../src/certs/verify/verify.ts';
import { needProgram } from '../../helpers/programs.ts';
import { OpensslCa } from './openssl-ca.ts';

const testOpenssl = needProgram('openssl', ['version']);

async function serve(options: TlsOptions): Promise<{ host: string; port: number }> {
  const server = createServer(options, (socket) => socket.end()).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}

testOpenssl('sees the chain as it is sent: nothing missing is completed, order kept', async () => {
  const ca = await OpensslCa.create();
  const middle = await ca.intermediate();
  const { cert, key } = await ca.leaf({}, middle);
  const judge = async (sent: string): Promise<readonly string[]> => {
    const address = await serve({ cert: sent, key });
    const { certificates } = await inspectPeer(address);
    const options = { certificates, as: ['openssl'], ca: [ca.root.cert], now: Date.now() } as const;
    return verifyCertificates(options, 'x').faults.map((fault) => fault.rule);
  };
  expect(await judge(cert + middle.cert)).toEqual([]);
  expect(await judge(cert)).toEqual(['missing-intermediate']);
});

testOpenssl.each([
  ['both', {}, 'TLSv1.3', true],
  ['1.2 alone', { maxVersion: 'TLSv1.2' }, 'TLSv1.2', true],
  ['1.3 alone', { minVersion: 'TLSv1.3' }, 'TLSv1.3', false],
] as const)(
  'says whether TLS 1.2 is offered by a server with %s',
  async (_name, versions, protocol, offersTls12) => {
    const ca = await OpensslCa.create();
    const { cert, key } = await ca.leaf();
    const peer = await inspectPeer(await serve({ cert, key, ...versions }));
    expect(peer).toMatchObject({ protocol, offersTls12 });
  },
);

test('a port without server, and a server without TLS, are named', async () => {
  const server = createPlainServer((socket) => socket.resume().end('HTTP/1.1 400 Bad\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const target = { host: '127.0.0.1', port: address.port };
  await expect(inspectPeer(target)).rejects.toMatchObject({
    code: 'WXD5042',
  });
  server.close();
  await once(server, 'close');
  await expect(inspectPeer(target)).rejects.toMatchObject({ code: 'WXD5041' });
});

test('an aborted signal ends the wait for a server that says nothing', async () => {
  const server = createPlainServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const abort = new AbortController();
  const waiting = inspectPeer({ host: '127.0.0.1', port: address.port }, abort.signal);
  await once(server, 'connection');
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test.each([
  ['a.test:8443', { host: 'a.test', port: 8443 }],
  ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
  ['[::1]:443', { host: '::1', port: 443 }],
  ['https://a.test/path:1', { host: 'a.test', port: 443 }],
  ['https://a.test:444', { host: 'a.test', port: 444 }],
  ['cert.pem', undefined],
  ['dir/cert.pem', undefined],
  ['a.test:0', undefined],
  ['a.test:99999', undefined],
  ['', undefined],
])('reads %s', (text, expected) => {
  expect(parsePeerAddress(text)).toEqual(expected);
});

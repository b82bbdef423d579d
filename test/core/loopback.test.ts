import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { isLoopbackHost, lookupLoopback } from '../../src/core/loopback.ts';

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['localhost.', true],
  ['a.localhost', true],
  ['a.b.Localhost.', true],
  ['0.0.0.0', false],
  ['::', false],
  ['128.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['127.evil.com', false],
  ['localhost.example.com', false],
  ['notlocalhost', false],
  ['192.168.1.2', false],
  ['::ffff:10.0.0.1', false],
  ['', false],
])('%j names this machine only: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});

test('resolves *.localhost to this machine, in both forms that sockets ask for', async () => {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a TCP server that listens.
  for (const autoSelectFamily of [true, false]) {
    const host = 'k3v9q.Localhost';
    const socket = connect({ host, port, lookup: lookupLoopback, autoSelectFamily });
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  }
  server.close();
  await once(server, 'close');
});

test('leaves every other name to the system', async () => {
  const address = await new Promise((resolve, reject) => {
    lookupLoopback('127.0.0.1', {}, (error, found) => (error ? reject(error) : resolve(found)));
  });
  expect(address).toBe('127.0.0.1');
});

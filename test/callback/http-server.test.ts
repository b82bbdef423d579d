import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { lifetime, listen } from '../../src/callback/http-server.ts';
import { silentLogger } from '../../src/core/logger.ts';

test('a connection that cannot be accepted does not end the server', async () => {
  const lines: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (line: string, fields = {}) => lines.push(`${line} ${JSON.stringify(fields)}`),
  };
  const server = createServer((socket) => socket.end('here'));
  const port = await listen(server, '127.0.0.1', 0);
  const http = { server, stopTaking: () => void server.close(), isBusy: () => false, cut() {} };
  const { closed, close } = lifetime(
    http,
    new AbortController(),
    undefined,
    () => undefined,
    logger,
  );
  // What Node does with what accept(2) says: the system has no descriptors, or no memory, left.
  for (const code of ['EMFILE', 'ENFILE', 'ENOBUFS'])
    server.emit('error', Object.assign(new Error(`accept ${code}`), { code, syscall: 'accept' }));
  const socket = connect(port, '127.0.0.1');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  expect(bytes.toString()).toBe('here');
  expect(lines).toEqual(['cannot accept a connection {"error":"EMFILE"}']);
  await close();
  expect(await closed).toEqual({ type: 'closed' });
});

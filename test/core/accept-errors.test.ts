import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createWorkspace, isReady, startProgram } from '../helpers/cli.ts';

const BIN = resolve(import.meta.dirname, '../../bin/wx-dev.js');

/** File descriptors of the server: enough to start, and soon used up. */
const DESCRIPTORS = 256;

test.runIf(process.platform === 'linux').each([
  ['serve', ['serve', '--port', '0', '--json'], 'local', '/elsewhere'],
  ['relay', ['relay', '--port', '0', '--json'], 'listen', '/'],
] as const)(
  '%s goes on after connections that it had no file descriptors for',
  async (_name, args, key, path) => {
    await using workspace = await createWorkspace();
    const { dir: cwd, env } = workspace;
    const command = `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`;
    const run = ['-c', command, process.execPath, BIN, ...args];
    await using server = startProgram('sh', run, { cwd, env });
    const ready = await server.waitFor(isReady);
    const url = String([ready[key]].flat()[0]);
    const port = Number(new URL(url).port);
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    // What cannot be accepted is closed by the system's library: then the limit is reached.
    let isFull = false;
    while (!isFull && sockets.length < 2 * DESCRIPTORS) {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => (isFull = true));
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    }
    while (!isFull) await new Promise((resume) => setTimeout(resume, 5));
    for (const socket of sockets) socket.destroy();
    let status = 0;
    while (status === 0)
      status = await fetch(`${url}${path}`).then(
        (answer) => answer.status,
        (error: unknown) => {
          // Until it has noticed that the others are gone; a server that has ended refuses.
          if (String((error as Error).cause).includes('ECONNREFUSED')) throw error;
          return 0;
        },
      );
    expect(status).toBe(404);
    server.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  },
);

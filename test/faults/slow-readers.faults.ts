import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { sleep } from '../../src/core/abort.ts';
import { sessionLimits, windowBudgetBytes } from '../../src/wire/limits.ts';
import { LINKS } from '../../src/tunnel/limits.ts';
import { Stage, type Actor } from './stage.ts';
import { ask, visit } from './visitor.ts';

const mb = 1024 * 1024;

/**
 * What a process may grow by whatever the readers do: buffers on their way, garbage that is not yet collected, and code that was
 * not needed before. Measured: 20 to 40 MB.
 */
const otherBytes = 80 * mb;

/** What one reader who takes nothing may make each end hold: its window, and what it costs to have a connection. */
const readerBytes = sessionLimits.windowBytes + 32 * 1024;

/** What the windows of one tunnel may grow by together. */
const tunnelBytes = LINKS * windowBudgetBytes;

/** Streams that one link carries at most; more readers need more tunnels. */
const readersPerTunnel = 500;

async function residentBytes(of: Actor): Promise<number> {
  const status = await readFile(`/proc/${of.process.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Asks for an endless answer, waits for its first bytes and takes no more. */
async function readSlowly(port: number, name: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`GET /endless HTTP/1.1\r\nHost: ${name}.localhost\r\n\r\n`);
  await new Promise((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('close', reject);
  });
  return socket.pause();
}

/** Waits until the app can send no more: then everything that may be held is held. */
async function untilStill(port: number): Promise<void> {
  for (let before = -1; ;) {
    const { streamedBytes } = await ask<{ streamedBytes: number }>({
      port,
      name: 'slow0',
      path: '/stats',
    });
    if (streamedBytes === before) return;
    before = streamedBytes;
    await sleep(1_000);
  }
}

test.each([4, 1_000])(
  '%d readers who take nothing make neither end grow beyond their windows',
  async (readers) => {
    await using stage = await Stage.open();
    const [relay, origin] = await Promise.all([stage.relay(), stage.origin()]);
    const tunnels = Math.ceil(readers / readersPerTunnel);
    const clients: Actor[] = [];
    for (let i = 0; i < tunnels; i++)
      clients.push(await stage.client(`slow${i}`, `http://127.0.0.1:${relay.port}`, origin.port));
    const before = await Promise.all([relay, ...clients].map(residentBytes));
    const sockets: Socket[] = [];
    for (let i = 0; i < readers; i += 50)
      sockets.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(50, readers - i) }, (_, k) =>
            readSlowly(relay.port, `slow${(i + k) % tunnels}`),
          ),
        )),
      );
    await untilStill(relay.port);
    const after = await Promise.all([relay, ...clients].map(residentBytes));
    const grown = after.map((bytes, i) => (bytes - (before[i] ?? 0)) / mb);
    console.log(
      `${readers} slow readers: relay +${grown[0]?.toFixed(0)} MB, clients +${grown
        .slice(1)
        .map((each) => each.toFixed(0))
        .join(', +')} MB`,
    );
    expect(grown[0]).toBeLessThan(
      (readers * readerBytes + tunnels * tunnelBytes + otherBytes) / mb,
    );
    for (const each of grown.slice(1))
      expect(each).toBeLessThan(
        ((readers / tunnels) * readerBytes + tunnelBytes + otherBytes) / mb,
      );
    // Others are served meanwhile.
    const quick = await visit({
      port: relay.port,
      name: 'slow0',
      path: '/echo',
      method: 'POST',
      body: Buffer.alloc(300_000),
    });
    expect(quick.status).toBe(200);
    for (const socket of sockets) socket.destroy();
  },
);

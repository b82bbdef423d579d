import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, onTestFinished, test } from 'vitest';

const BODY_BYTES = 1024 ** 3;
const MAX_RESIDENT_KB = 200 * 1024;

/** One process of ours that tells its address on its first line, and its peak memory when asked. */
class Program {
  readonly #child: ChildProcess & { stdin: Writable; stdout: Readable };
  readonly #lines: Interface;

  constructor(module: string, script: string, args: readonly string[]) {
    const url = new URL(`../../dist/${module}`, import.meta.url).href;
    const source = `
      const { startRelay, openTunnel } = await import(${JSON.stringify(url)});
      ${script}
      process.stdin.on('data', () => console.log(process.resourceUsage().maxRSS));`;
    this.#child = spawn(process.execPath, ['--input-type=module', '-e', source, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout);
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  async line(): Promise<string> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    return line;
  }

  /** The largest resident size so far, in KB. */
  async peakResidentKb(): Promise<number> {
    this.#child.stdin.write('memory\n');
    return Number(await this.line());
  }
}

/** A gigabyte that differs from chunk to chunk, so that a lost, doubled or reordered one changes the hash. */
function* gigabyte(): Generator<Buffer> {
  for (let i = 0; i < BODY_BYTES; i += 65_536) {
    const chunk = Buffer.alloc(65_536, i / 65_536);
    chunk.writeUInt32BE(i, 0);
    yield chunk;
  }
}

async function hashOf(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) hash.update(chunk);
  return hash.digest('hex');
}

test('1 GiB up and 1 GiB down arrive equal, with both ends of the tunnel below 200 MB', async () => {
  const app = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST') void hashOf(incoming).then((hash) => outgoing.end(hash));
    else void pipeline(gigabyte, outgoing);
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  onTestFinished(() => {
    app.close();
    app.closeAllConnections();
  });
  const relay = new Program(
    'relay/relay.js',
    'const relay = await startRelay({ httpPort: 0 }); console.log(relay.httpUrl);',
    [],
  );
  const relayUrl = await relay.line();
  const tunnel = new Program(
    'tunnel/tunnel.js',
    `const [relay, target] = process.argv.slice(1);
     const tunnel = await openTunnel({ relay, target, subdomain: 'big', owner: 'o'.repeat(32) });
     console.log(tunnel.url);`,
    [relayUrl, `http://127.0.0.1:${(app.address() as AddressInfo).port}`],
  );
  await tunnel.line();
  const ask = (method: string) =>
    request({
      host: '127.0.0.1',
      port: new URL(relayUrl).port,
      method,
      headers: { host: 'big.localhost' },
    });
  const expected = await hashOf(Readable.from(gigabyte()));

  const down = ask('GET').end();
  const [download] = (await once(down, 'response')) as [IncomingMessage];
  expect(await hashOf(download)).toBe(expected);

  const up = ask('POST');
  const answered = once(up, 'response');
  await pipeline(gigabyte, up);
  const [upload] = (await answered) as [IncomingMessage];
  let hash = '';
  for await (const chunk of upload) hash += String(chunk);
  expect(hash).toBe(expected);

  const [relayKb, tunnelKb] = [await relay.peakResidentKb(), await tunnel.peakResidentKb()];
  expect(relayKb).toBeLessThan(MAX_RESIDENT_KB);
  expect(tunnelKb).toBeLessThan(MAX_RESIDENT_KB);
}, 300_000);

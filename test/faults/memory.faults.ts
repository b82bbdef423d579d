import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

/** `npm run soak -- memory` and `-- churn` in small: what is in use after a collection, which no busy machine changes. */
const relayScript = fileURLToPath(new URL('../soak/relay-process.mjs', import.meta.url));
const clientsScript = fileURLToPath(new URL('../soak/idle-clients.mjs', import.meta.url));

/** A script of the soak, told and heard line by line. */
class Script {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<Record<string, unknown>> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the script has ended');
    const said: Record<string, unknown> = JSON.parse(value);
    return said;
  }

  async ask(): Promise<Record<string, unknown>> {
    this.#child.stdin?.write('\n');
    return this.next();
  }
}

async function startRelay(): Promise<{ relay: Script; url: string }> {
  const relay = new Script(['--expose-gc', relayScript]);
  const { listen } = await relay.next();
  if (!Array.isArray(listen)) throw new Error('the relay does not say where it listens');
  return { relay, url: String(listen[0]) };
}

async function usedKb(relay: Script): Promise<number> {
  const { heapUsed, external } = await relay.ask();
  return (Number(heapUsed) + Number(external)) / 1024;
}

test('an idle tunnel costs the relay no more than 10 KB of heap and buffers', async () => {
  const { relay, url } = await startRelay();
  // What the first ones make it load is not theirs.
  await new Script([clientsScript, url, '50']).next();
  const before = await usedKb(relay);
  await new Script([clientsScript, url, '1000']).next();
  expect(((await usedKb(relay)) - before) / 1_000).toBeLessThan(10);
});

test('tunnels that come and go leave nothing behind', async () => {
  const { relay, url } = await startRelay();
  const clients = new Script([clientsScript, url, '500', '50']);
  await clients.next();
  const before = await usedKb(relay);
  for (let rounds = 0; rounds < 2; rounds++) await clients.ask();
  // It remembers whom newer ones have taken the place of, 0.1 KB each up to some thousand; one that stayed would be 7.
  expect(((await usedKb(relay)) - before) / 1_000).toBeLessThan(3);
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP forwarder in front of a relay. */
export interface Wire {
  readonly url: string;
  /** Cuts every connection, at both ends. */
  cut(): void;
  /** Cuts the client's end only: the relay notices nothing. */
  cutNear(): void;
  /** Refuses new connections. */
  block(): void;
  open(): void;
  /** Swallows everything from now on, and closes nothing: neither end hears anything, also not that the other has left. */
  freeze(): void;
  /** Delivers what was swallowed, as TCP does when a network is back. */
  thaw(): void;
  /** Cuts each connection, whatever it carries, after so many bytes of both directions; undefined: never. */
  limit(bytes: (() => number) | undefined): void;
  /** Carries nothing more on the connection that was made as number `index`, and cuts nothing; or goes on. */
  stall(index: number, isStalled: boolean): void;
  /** Cuts the connection that was made as number `index`. */
  cutOne(index: number): void;
  /** Where new connections go from now on. */
  aim(port: number): void;
  /** What the client sends first is changed by this, from the next connection on. */
  rewrite(change: (bytes: Buffer) => Buffer): void;
  /** How many connections were made. */
  readonly connections: number;
  close(): void;
}

/** As `openWire`, and ends with the test. */
export async function startWire(port: number): Promise<Wire> {
  const wire = await openWire(port);
  onTestFinished(() => wire.close());
  return wire;
}

/** Forwards to `port`, so that links can be cut without either end knowing. */
export async function openWire(port: number): Promise<Wire> {
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let isOpen = true;
  let isFrozen = false;
  let limit: (() => number) | undefined;
  let connections = 0;
  let aimed = port;
  let change: ((bytes: Buffer) => Buffer) | undefined;
  const made: { near: Socket; far: Socket; isStalled: boolean }[] = [];
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (!isOpen) {
      near.destroy();
      return;
    }
    connections += 1;
    const far = connect(aimed, '127.0.0.1');
    const pair = { near, far, isStalled: false };
    made.push(pair);
    let rewrite = change;
    pairs.add(pair);
    far.on('error', () => undefined);
    let left = limit?.() ?? Infinity;
    const forward = (from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        const bytes = from === near && rewrite ? rewrite(chunk) : chunk;
        // The upgrade request comes first, then HELLO.
        if (bytes !== chunk) rewrite = undefined;
        const part = bytes.subarray(0, Math.max(0, left));
        left -= chunk.length;
        if (part.length > 0 && !to.write(part)) from.pause();
        if (left > 0) return;
        // What was written still arrives: the cut is between two bytes, not before those on their way.
        near.destroySoon();
        far.destroySoon();
      });
      to.on('drain', () => {
        if (!isFrozen && !pair.isStalled) from.resume();
      });
    };
    forward(near, far);
    forward(far, near);
    if (isFrozen) for (const socket of [near, far]) socket.pause();
    near.on('close', () => {
      if (pairs.delete(pair)) far.destroy();
    });
    far.on('close', () => {
      if (pairs.delete(pair)) near.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: () => {
      server.close();
      cut();
    },
    cutNear: () => {
      for (const pair of pairs) {
        pairs.delete(pair);
        pair.near.destroy();
      }
    },
    block: () => {
      isOpen = false;
    },
    open: () => {
      isOpen = true;
    },
    freeze: () => {
      isFrozen = true;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.pause();
    },
    thaw: () => {
      isFrozen = false;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.resume();
    },
    stall: (index, isStalled) => {
      const pair = made[index];
      if (!pair) throw new Error(`no connection ${index}`);
      pair.isStalled = isStalled;
      for (const socket of [pair.near, pair.far])
        if (isStalled) socket.pause();
        else socket.resume();
    },
    cutOne: (index) => {
      const pair = made[index];
      if (!pair) throw new Error(`no connection ${index}`);
      pair.near.destroy();
      pair.far.destroy();
    },
    aim: (next) => {
      aimed = next;
    },
    rewrite: (next) => {
      change = next;
    },
    limit: (bytes) => {
      limit = bytes;
    },
    get connections() {
      return connections;
    },
  };
}

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { startRelay, type Relay, type RelayOptions } from '../../src/relay/relay.ts';
import { openTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/tunnel.ts';

/** A local server on a free port that ends with the test. */
export async function startApp(handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  return { server, url: await listenOn(server) };
}

/** Binds any server to a free port, until the test ends. */
export async function listenOn(server: Server | NetServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A relay with one tunnel named `app`, until the test ends. */
export async function startPair(
  target: string,
  options: { relay?: Partial<RelayOptions>; tunnel?: Partial<TunnelOptions> } = {},
): Promise<{ relay: Relay; tunnel: Tunnel; port: number }> {
  const relay = await useRelay(options.relay);
  const tunnel = await useTunnel(relay, { target, subdomain: 'app', ...options.tunnel });
  return { relay, tunnel, port: portOf(relay) };
}

/** A relay on a free port, until the test ends. */
export async function useRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await startRelay({ httpPort: 0, ...options });
  onTestFinished(() => relay.close());
  return relay;
}

/** A tunnel, until the test ends. */
export async function useTunnel(
  relay: Relay,
  options: Partial<TunnelOptions> & { target: string },
): Promise<Tunnel> {
  const tunnel = await openTunnel({
    relay: relay.httpUrl ?? relay.httpsUrl ?? '',
    owner: ownerOf('somebody'),
    ...options,
  });
  onTestFinished(() => tunnel.close());
  return tunnel;
}

/** A secret in the form that relays accept. */
export function ownerOf(who: string): string {
  return who.padEnd(32, '-');
}

export function portOf(relay: Relay): number {
  return Number(new URL(relay.httpUrl ?? relay.httpsUrl ?? '').port);
}

/** A raw connection whose received bytes can be awaited; ends with the test. */
export class RawClient {
  readonly socket: Socket;
  /** Everything received, as latin1. */
  text = '';
  #waiting: (() => void)[] = [];

  constructor(port: number, options: { allowHalfOpen?: boolean } = {}) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      allowHalfOpen: options.allowHalfOpen ?? false,
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => this.#wake());
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    return this;
  }

  /** Waits until `isThere` holds for what was received. */
  async until(isThere: (text: string) => boolean): Promise<string> {
    while (!isThere(this.text)) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.text;
  }

  /** Waits until the other end has closed; gives everything it sent. */
  async untilClosed(): Promise<string> {
    while (!this.socket.destroyed)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.text;
  }

  /** Waits for one response with Content-Length and takes it off what was received. */
  async response(): Promise<{ status: number; head: string; body: string }> {
    await this.until((text) => text.includes('\r\n\r\n'));
    const end = this.text.indexOf('\r\n\r\n') + 4;
    const head = this.text.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    await this.until((text) => text.length >= end + length);
    const body = this.text.slice(end, end + length);
    this.text = this.text.slice(end + length);
    return { status: Number(head.slice(9, 12)), head, body };
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Resolves when `condition` holds, looked at whenever the event loop turns. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Body of a request as text. */
export async function bodyOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { onTestFinished, vi } from 'vitest';
import { createAccount } from '../../src/wechat/account.ts';
import type { Fields } from '../../src/wechat/fields.ts';

export const account = createAccount({
  token: 'simulatorToken1',
  appId: 'wx1234567890abcdef',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});

export function textMessage(overrides: Record<string, string> = {}): Fields {
  return {
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: 'oWxDev_Alice_000000000000001',
    CreateTime: '1767225600',
    MsgType: 'text',
    Content: 'hello 你好',
    MsgId: '25000000000000017',
    ...overrides,
  };
}

/** Starts a callback; the test closes it. Gives its URL with the path `/wx`. */
export async function startHttp(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${await listen(server)}/wx`;
}

/** Starts a server below HTTP; `open` counts the connections that still stand. */
export async function startTcp(
  onConnection: (socket: Socket) => void,
): Promise<{ url: string; open(): number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${await listen(server)}/wx`, open: () => sockets.size };
}

/** Answers every connection with the same bytes as soon as the head of a request is there. */
export function answering(bytes: string | Buffer, { end = true } = {}): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => (end ? socket.end(bytes) : socket.write(bytes)));
  };
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A listener that is called with the whole body. */
export function withBody(
  listener: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => listener(request, response, Buffer.concat(chunks)));
  };
}

/** Waits for something the test cannot be told about; the limit is for hangs only. */
export function until(isSo: () => boolean): Promise<boolean> {
  return vi.waitUntil(isSo, { timeout: 30_000, interval: 10 });
}

import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import {
  startCallback,
  type CallbackOptions,
  type CallbackServer,
} from '../../src/callback/server.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { createAccount, type Format, type Mode } from '../../src/wechat/account.ts';
import { sealPush, signEchostr } from '../../src/wechat/envelope.ts';
import type { Fields } from '../../src/wechat/fields.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';

export const account = createAccount({
  token: 'callbackToken1',
  appId: 'wx1234567890abcdef',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
});

/** A text message; `overrides` adds or replaces fields. */
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

/** A push as WeChat sends it. */
export function sealed(
  fields: Fields,
  mode: Mode = 'plain',
  format: Format = 'xml',
): { query: string; body: string } {
  const { query, body } = sealPush(fields, account, {
    mode,
    format,
    timestamp: '1767225601',
    nonce: '415670741',
    random16: Buffer.from('0123456789abcdef'),
  });
  return { query: formatPushQuery(query), body };
}

/** The query of a verification. */
export function verification(echostr = '5833258814929173841'): string {
  const query = signEchostr(account, { timestamp: '1767225601', nonce: '415670741', echostr });
  return formatPushQuery(query);
}

/** Starts a callback server that the test closes, and what it recorded. */
export async function start(
  options: Partial<CallbackOptions> & Pick<CallbackOptions, 'handler'>,
): Promise<CallbackServer & { readonly exchanges: Exchange[] }> {
  const server = await startCallback({ port: 0, path: '/wx', account, ...options });
  onTestFinished(() => server.close());
  const exchanges: Exchange[] = [];
  server.events.on('exchange', (exchange) => exchanges.push(exchange));
  return Object.assign(server, { exchanges });
}

export async function nextExchange(server: CallbackServer): Promise<Exchange> {
  const [exchange] = await once(server.events, 'exchange');
  return exchange;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly rawHeaders: string[];
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
  readonly text: string;
}

/** One request of its own connection; nothing is added to `headers` but Host and a length. */
export function send(
  url: string,
  { method = 'GET', body = '' as string | Buffer, headers = [] as string[] } = {},
): Promise<Answer> {
  const { port, hostname } = new URL(url);
  const length = body.length > 0 ? ['Content-Length', String(Buffer.byteLength(body))] : [];
  return new Promise((resolve, reject) => {
    const sent = request({
      host: hostname,
      port,
      method,
      path: url.slice(url.indexOf('/', 'http://'.length)),
      agent: false,
      headers: ['Host', 'callback.test', ...headers, ...length],
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          rawHeaders: response.rawHeaders,
          headers: response.headers,
          body: received,
          text: received.toString(),
        });
      });
    });
    sent.end(Buffer.from(body));
  });
}

export function post(
  server: CallbackServer,
  push: { query: string; body: string | Buffer },
): Promise<Answer> {
  return send(`${server.url}/wx?${push.query}`, {
    method: 'POST',
    body: push.body,
    headers: ['Content-Type', 'text/xml'],
  });
}

/** A raw connection: what is written arrives as it is; `received` has everything when the other end closed. */
export function dialRaw(
  port: number,
  { paused = false } = {},
): {
  write(text: string | Buffer): void;
  end(): void;
  destroy(): void;
  soFar(): string;
  readonly received: Promise<Buffer>;
} {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  if (paused) socket.pause();
  else socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const received = new Promise<Buffer>((resolve) => {
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
  onTestFinished(() => void socket.destroy());
  return {
    write: (text) => void socket.write(text),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    soFar: () => Buffer.concat(chunks).toString(),
    received,
  };
}

/** A head and body as one text, with a Content-Length. */
export function rawPost(path: string, body: string | Buffer, headers = ''): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST ${path} HTTP/1.1\r\nHost: callback.test\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

/** Starts an app; the test closes it. */
export async function startApp(
  listener: RequestListener,
): Promise<{ port: number; server: Server }> {
  const server = createServer(listener);
  const port = await listenFree(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, server };
}

export async function listenFree(server: {
  listen(port: number, host: string): unknown;
  address(): unknown;
  once(event: 'listening', listener: () => void): unknown;
}): Promise<number> {
  const listening = new Promise<void>((resolve) => {
    server.once('listening', resolve);
  });
  server.listen(0, '127.0.0.1');
  await listening;
  return (server.address() as AddressInfo).port;
}

/** A promise and its settling, for tests that decide the order of things. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** An app that answers every connection with the same bytes, and keeps what it received. */
export async function startRawApp(
  answer: string | Buffer,
  { close = true } = {},
): Promise<{
  port: number;
  /** What came over each connection that has ended. */
  readonly requests: Buffer[];
  /** How many requests were received completely. */
  arrivals(): number;
}> {
  const requests: Buffer[] = [];
  let arrivals = 0;
  const server = createTcpServer((socket) => {
    const chunks: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('close', () => requests.push(Buffer.concat(chunks)));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const received = Buffer.concat(chunks);
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = /^content-length: *(\d+)/im.exec(received.subarray(0, end).toString('latin1'));
      if (received.length < end + 4 + Number(length?.[1] ?? 0)) return;
      arrivals += 1;
      if (close) socket.end(answer);
      else socket.write(answer);
    });
  });
  const port = await listenFree(server);
  onTestFinished(() => void server.close());
  return { port, requests, arrivals: () => arrivals };
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

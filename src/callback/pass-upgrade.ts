import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, rootCertificates } from 'node:tls';
import { connectionError } from '../core/connection-error.ts';
import type { WxDevError } from '../core/errors.ts';
import { pairHeaders } from '../core/http-message.ts';
import type { ForwardTarget } from './forward-target.ts';
import { lingerMs } from './limits.ts';
import { recordPassed } from './record.ts';
import { splitTarget } from './request-target.ts';
import { isCallback, type RouterOptions } from './router.ts';

/** Where upgraded connections go. */
export type UpgradeOptions = Omit<RouterOptions, 'target'> & { readonly target: ForwardTarget };

/**
 * Passes a request that changes the protocol, such as a page's WebSocket, on to the app, and everything after it both ways. WeChat
 * never upgrades, so at the callback path this is refused: it would be a way round the checks.
 */
export function passUpgrade(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  options: UpgradeOptions,
): void {
  client.on('error', () => undefined); // Seen from `close`.
  const { method = 'GET' } = request;
  const { target, path } = splitTarget(request.url ?? '/');
  if (isCallback(path, options)) {
    refuse(client, options.closing);
    return;
  }
  const started = performance.now();
  const headers = pairHeaders(request.rawHeaders);
  const reception = { startedAt: Date.now(), method, target, headers };
  const empty = { headers: [], body: Buffer.alloc(0), truncated: false };
  const requestHead = Buffer.from(
    [`${method} ${target} HTTP/1.1`, ...headers.map((pair) => pair.join(': ')), '\r\n'].join(
      '\r\n',
    ),
    'latin1',
  );
  join(client, Buffer.concat([requestHead, head]), options, (status, error) => {
    const passed = { status, error, request: { ...empty, headers }, response: empty };
    const numbers = { id: options.nextId(), ms: performance.now() - started };
    options.onExchange(recordPassed(reception, passed, numbers));
  });
}

/** Node has let go of the connection, so nobody else ends it when the peer does not. */
function refuse(client: Duplex, closing: AbortSignal): void {
  const end = (): void => void client.destroy();
  const timer = setTimeout(end, lingerMs);
  closing.addEventListener('abort', end, { once: true });
  client.on('close', () => {
    clearTimeout(timer);
    closing.removeEventListener('abort', end);
  });
  client.resume().end(plainHead(400, 'Bad Request'));
}

/** Connects both ends; `onAnswer` is told the status that the app, or wx-dev in its place, answered with. */
function join(
  client: Duplex,
  opening: Buffer,
  { target, ca, closing }: UpgradeOptions,
  onAnswer: (status: number, error?: WxDevError) => void,
): void {
  let connected = false;
  let answered = false;
  const app = connectApp(target, ca, () => {
    connected = true;
    app.write(opening);
    client.pipe(app).pipe(client);
  });
  const end = (): void => {
    closing.removeEventListener('abort', end);
    app.destroy();
    client.destroy();
  };
  app.once('data', (chunk: Buffer) => {
    answered = true;
    onAnswer(Number(/^HTTP\/1\.\d (\d{3})/.exec(chunk.toString('latin1'))?.[1] ?? 0));
  });
  app.on('error', (cause) => {
    if (answered || client.destroyed) return;
    answered = true;
    client.write(plainHead(502, 'Bad Gateway'));
    onAnswer(502, connectionError(cause, { target: target.label, connected }));
  });
  app.on('close', () => (client.writableEnded ? undefined : client.end()));
  client.on('close', end);
  closing.addEventListener('abort', end, { once: true });
}

function connectApp(
  { secure, host, port, lookup }: ForwardTarget,
  ca: readonly string[] | undefined,
  onConnect: () => void,
): Socket {
  if (!secure) return connectTcp({ host, port, lookup }, onConnect);
  const servername = isIP(host) === 0 ? host : '';
  const trusted = ca && ca.length > 0 ? { ca: [...rootCertificates, ...ca] } : {};
  return connectTls({ host, port, lookup, servername, ...trusted }, onConnect);
}

function plainHead(status: number, reason: string): string {
  return `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}

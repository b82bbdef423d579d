import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connectionError } from '../core/connection-error.ts';
import type { WxDevError } from '../core/errors.ts';
import { pairHeaders, type HeaderList } from '../core/http-message.ts';
import { dial, type DialedHead } from './dial.ts';
import type { UpgradeRequest } from './http-connection.ts';
import type { ForwardTarget } from './forward-target.ts';
import { headerValues, withoutHopByHop } from './headers.ts';
import { lingerMs } from './limits.ts';
import { recordPassed } from './record.ts';
import { splitTarget } from './request-target.ts';
import { isCallback, type RouterOptions } from './router.ts';

/** Where upgraded connections go. */
export type UpgradeOptions = Omit<RouterOptions, 'target'> & { readonly target: ForwardTarget };

/**
 * Passes a request that changes the protocol, such as a page's WebSocket, on to the app. Only when the app agrees is everything after
 * it passed on too, both ways: what follows a declined upgrade would be further requests, which nobody checks. WeChat never upgrades,
 * so at the callback path this is refused.
 */
export function passUpgrade(
  { head, socket: client, early }: UpgradeRequest,
  options: UpgradeOptions,
): void {
  client.on('error', () => undefined); // Seen from `close`.
  const { method } = head;
  const { target, path } = splitTarget(head.target);
  const headers = head.received.map(([name, value]) => [name, value] as const);
  if (isCallback(path, options) || hasBody(headers)) {
    hangUp(client, options.closing);
    client.end(
      formatHead(400, 'Bad Request', [
        ['Connection', 'close'],
        ['Content-Length', '0'],
      ]),
    );
    return;
  }
  const started = performance.now();
  const reception = { startedAt: Date.now(), method, target, headers };
  const empty = { headers: [], body: Buffer.alloc(0), truncated: false };
  join(client, early, { method, path: target, headers }, options, (status, error) => {
    const passed = { status, error, request: { ...empty, headers }, response: empty };
    const numbers = { id: options.nextId(), ms: performance.now() - started };
    options.onExchange(recordPassed(reception, passed, numbers));
  });
}

/** Its bytes could not be told from those of the new protocol. */
function hasBody(headers: HeaderList): boolean {
  const lengths = headerValues(headers, 'content-length');
  return headerValues(headers, 'transfer-encoding').length > 0 || lengths.some((n) => n !== '0');
}

/** Drops what still comes. Node has let go of the connection, so nobody else ends it when the peer does not. */
function hangUp(client: Duplex, closing: AbortSignal): void {
  const end = (): void => void client.destroy();
  let timer: NodeJS.Timeout | undefined;
  client.once('finish', () => {
    timer = setTimeout(end, lingerMs);
  });
  closing.addEventListener('abort', end, { once: true });
  client.on('close', () => {
    clearTimeout(timer);
    closing.removeEventListener('abort', end);
  });
  client.resume();
}

/**
 * Connects both ends. `early` is what the client has sent behind its request; `onAnswer` is told the status that the app, or wx-dev in
 * its place, answered with.
 */
function join(
  client: Duplex,
  early: Buffer,
  head: DialedHead,
  { target, closing }: UpgradeOptions,
  onAnswer: (status: number, error?: WxDevError) => void,
): void {
  let connected = false;
  let answered = false;
  const onConnect = (): void => {
    connected = true;
  };
  const upstream = dial(head, { target, onConnect });
  const end = (): void => {
    closing.removeEventListener('abort', end);
    upstream.destroy();
    client.destroy();
  };
  client.on('close', end);
  closing.addEventListener('abort', end, { once: true });
  upstream.on('upgrade', (answer, app, appEarly) => {
    answered = true;
    onAnswer(101);
    client.write(headOf(answer, pairHeaders(answer.rawHeaders)));
    splice(client, early, app, appEarly);
  });
  upstream.on('response', (answer) => {
    answered = true;
    onAnswer(answer.statusCode ?? 0);
    hangUp(client, closing);
    const headers = withoutHopByHop(pairHeaders(answer.rawHeaders));
    client.write(headOf(answer, [...headers, ['Connection', 'close']]));
    answer.on('error', end);
    answer.pipe(client);
  });
  upstream.on('error', (cause) => {
    if (answered || client.destroyed) return;
    answered = true;
    hangUp(client, closing);
    client.end(
      formatHead(502, 'Bad Gateway', [
        ['Connection', 'close'],
        ['Content-Length', '0'],
      ]),
    );
    onAnswer(502, connectionError(cause, { target: target.label, connected }));
  });
  upstream.end();
}

function splice(client: Duplex, early: Buffer, app: Duplex, appEarly: Buffer): void {
  app.on('error', () => undefined); // Seen from `close`.
  app.on('close', () => (client.writableEnded ? undefined : client.end()));
  client.on('close', () => app.destroy());
  if (appEarly.length > 0) client.write(appEarly);
  if (early.length > 0) app.write(early);
  client.pipe(app).pipe(client);
}

function headOf(answer: IncomingMessage, headers: HeaderList): Buffer {
  return formatHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
}

function formatHead(status: number, reason: string, headers: HeaderList): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, 'latin1');
}

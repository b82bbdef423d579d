import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import type { CloseReason, Service } from '../core/resources.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { parseForwardTarget, type ForwardOptions, type ForwardTarget } from './forward-target.ts';
import type { Handler } from './handler.ts';
import {
  headersTimeoutMs,
  maxConnections,
  maxHeaderBytes,
  requestTimeoutMs,
  timeoutCheckMs,
  wechatDeadlineMs,
} from './limits.ts';
import { createForwardResponder } from './forward-responder.ts';
import { createHandlerResponder } from './handler-responder.ts';
import { passUpgrade } from './pass-upgrade.ts';
import { createRouter, type RouterOptions } from './router.ts';

export type { ForwardOptions } from './forward-target.ts';

export interface CallbackOptions extends AbortableOptions {
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 takes a free port. */
  readonly port: number;
  /** Callback path, for example `/wx`. */
  readonly path: string;
  readonly account: Account;
  /** What the account is configured for; undefined takes every mode that the push itself claims. */
  readonly mode?: Mode | undefined;
  readonly handler: Handler | ForwardOptions;
  /** How long WeChat waits. @default 5000 */
  readonly deadlineMs?: number | undefined;
  /** Certificates (PEM) that are trusted besides the public ones when the app speaks HTTPS. */
  readonly ca?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}

/** A running callback server. */
export interface CallbackServer extends Service {
  /** `http://127.0.0.1:3000`, without the path. */
  readonly url: string;
  readonly port: number;
  readonly path: string;
  readonly events: EventEmitter<{ exchange: [Exchange] }>;
}

/**
 * Starts the local callback server: answers WeChat's verification and pushes with a handler, or passes them on to the app.
 *
 * @throws WXD6001 for a forward target that is neither port nor URL, WXD6003 when the port cannot be listened on.
 */
export async function startCallback(options: CallbackOptions): Promise<CallbackServer> {
  const { host = '127.0.0.1', port, path, signal, logger = silentLogger } = options;
  signal?.throwIfAborted();
  const closing = new AbortController();
  const events = new EventEmitter<{ exchange: [Exchange] }>();
  const routing: RouterOptions = {
    path,
    ...createResponder(options, closing.signal),
    closing: closing.signal,
    logger,
    onExchange: (exchange) => {
      events.emit('exchange', exchange);
    },
  };
  const server = createHttpServer(routing);
  const boundPort = await listen(server, host, port);
  const { closed, close } = lifetime(server, closing, signal);
  return {
    url: urlOf(host, boundPort),
    port: boundPort,
    path,
    events,
    closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The part that answers: a handler, or the app. */
function createResponder(
  options: CallbackOptions,
  closing: AbortSignal,
): Pick<RouterOptions, 'responder' | 'target' | 'ca' | 'deadlineMs' | 'nextId'> {
  const { account, mode, handler, ca, deadlineMs = wechatDeadlineMs } = options;
  let lastId = 0;
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  const shared = { account, mode, ca, deadlineMs, closing, nextId };
  if (typeof handler === 'function')
    return {
      ...shared,
      target: undefined,
      responder: createHandlerResponder({ ...shared, handler }),
    };
  const target = parseForwardTarget(handler.forwardTo);
  refuseLoop(target, options);
  const { strict = false, dedupe = false } = handler;
  const responder = createForwardResponder({ ...shared, target, strict, dedupe });
  return { ...shared, target, responder };
}

/** Forwarding to the callback server itself would go round for ever. */
function refuseLoop(target: ForwardTarget, { port }: CallbackOptions): void {
  if (target.port !== port || !isLoopbackHost(target.host)) return;
  throw new WxDevError('WXD6001', {
    source: { name: '--forward-to' },
    received: target.label,
    expected: {
      en: `the port of the app; ${port} is the port of wx-dev itself`,
      zh: `应用的端口；${port} 是 wx-dev 自己的端口`,
    },
  });
}

function createHttpServer(options: RouterOptions): Server {
  const router = createRouter(options);
  const { target } = options;
  const server = createServer(
    {
      insecureHTTPParser: false,
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: timeoutCheckMs,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      // An error event of either would end the process; what it means is seen from `close`.
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      void router(request, response);
    },
  );
  server.maxConnections = maxConnections;
  if (target) {
    server.on('upgrade', (request, socket, head) => {
      passUpgrade(request, socket, head, { ...options, target });
    });
  }
  return server;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(listenError(cause, host, port));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const { code = '' } = cause;
  if (['EADDRINUSE', 'EACCES'].includes(code))
    return new WxDevError('WXD6003', { host, port, run: 'wx-dev serve --port 0' }, { cause });
  if (!['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) return cause;
  const expected = {
    en: 'an address of this machine, such as 127.0.0.1',
    zh: '本机的地址，如 127.0.0.1',
  };
  return new WxDevError(
    'WXD6001',
    { source: { name: '--host' }, received: host, expected },
    { cause },
  );
}

/** The URL this machine reaches `host` by: listening on every address is not an address. */
function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function lifetime(
  server: Server,
  closing: AbortController,
  signal: AbortSignal | undefined,
): { closed: Promise<CloseReason>; close: () => Promise<void> } {
  let failure: { readonly error: unknown } | undefined;
  const ended = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    if (!closing.signal.aborted) {
      closing.abort();
      server.close();
      // Requests that hang would keep the port's connections open for as long as the app likes.
      server.closeAllConnections();
    }
    return ended;
  };
  const onAbort = (): void => void close();
  server.on('error', (error) => {
    failure ??= { error };
    onAbort();
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const closed = ended.then((): CloseReason =>
    failure ? { type: 'failed', ...failure } : { type: 'closed' },
  );
  return { closed, close };
}

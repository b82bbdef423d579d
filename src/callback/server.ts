import { EventEmitter } from 'node:events';
import { Server as TlsServer } from 'node:https';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import type { Service } from '../core/resources.ts';
import {
  secureContextOf,
  trackClients,
  type RefusesClient,
  type ServerTls,
} from '../core/server-tls.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { parseForwardTarget, type ForwardOptions, type ForwardTarget } from './forward-target.ts';
import type { Handler } from './handler.ts';
import { createForwardResponder } from './forward-responder.ts';
import { createHandlerResponder } from './handler-responder.ts';
import { createHttpServer, lifetime, listen, urlOf } from './http-server.ts';
import { wechatDeadlineMs } from './limits.ts';
import type { RouterOptions } from './router.ts';

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
  /** Absent: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  readonly logger?: Logger | undefined;
  /** Numbers the exchanges. @default counts from 1 */
  readonly nextId?: (() => number) | undefined;
}

/** A running callback server. */
export interface CallbackServer extends Service {
  /** `http://127.0.0.1:3000`, without the path; `https:` with TLS. */
  readonly url: string;
  readonly port: number;
  readonly path: string;
  readonly events: EventEmitter<{ exchange: [Exchange] }>;
  /**
   * Serves another certificate from the next connection on; those that are open go on, but for those of clients that `refuses`
   * names. Does nothing without TLS.
   * @throws Error from OpenSSL when it cannot be used; the old one then stays
   */
  renewTls(tls: ServerTls, refuses?: RefusesClient): void;
}

/**
 * Starts the local callback server: answers WeChat's verification and pushes with a handler, or passes them on to the app.
 *
 * @throws WXD6001 for a forward target that is neither port nor URL, or a host that is not this machine's; WXD6003 when the port
 * cannot be listened on.
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
  const server = createHttpServer(routing, options.tls);
  const cut = server instanceof TlsServer ? trackClients(server) : undefined;
  const boundPort = await listen(server, host, port);
  const { closed, close } = lifetime(server, closing, signal);
  return {
    url: urlOf(options.tls ? 'https' : 'http', host, boundPort),
    port: boundPort,
    path,
    events,
    renewTls: (tls, refuses) => {
      if (!(server instanceof TlsServer)) return;
      server.setSecureContext(secureContextOf(tls));
      if (refuses) cut?.(refuses);
    },
    closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The part that answers: a handler, or the app. */
function createResponder(
  options: CallbackOptions,
  closing: AbortSignal,
): Pick<RouterOptions, 'responder' | 'strict' | 'target' | 'ca' | 'deadlineMs' | 'nextId'> {
  const { account, mode, handler, ca, deadlineMs = wechatDeadlineMs } = options;
  const { nextId = countFromOne() } = options;
  const shared = { account, mode, ca, deadlineMs, closing, nextId };
  if (typeof handler === 'function')
    return {
      ...shared,
      strict: false,
      target: undefined,
      responder: createHandlerResponder({ ...shared, handler }),
    };
  const target = parseForwardTarget(handler.forwardTo);
  refuseLoop(target, options);
  const { strict = false, dedupe = false } = handler;
  const responder = createForwardResponder({ ...shared, target, strict, dedupe });
  return { ...shared, strict, target, responder };
}

function countFromOne(): () => number {
  let lastId = 0;
  return () => {
    lastId += 1;
    return lastId;
  };
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

import { EventEmitter, setMaxListeners } from 'node:events';
import { Server as TlsServer } from 'node:tls';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError, type SettingSource } from '../core/errors.ts';
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
import { isPayAccount, type AnyPayAccount } from '../wechat/pay/account.ts';
import { parseForwardTarget, type ForwardOptions, type ForwardTarget } from './forward-target.ts';
import type { Handler } from './handler.ts';
import { createForwardResponder } from './forward-responder.ts';
import { createHandlerResponder } from './handler-responder.ts';
import { createHttpServer, lifetime, listen, urlOf } from './http-server.ts';
import { LateReplies, type LateReply, type LateReplyOptions } from './late-replies.ts';
import { drainMs, slowShare, wechatDeadlineMs } from './limits.ts';
import { PauseWatch, type PushesState } from './pause-watch.ts';
import { createPayForwardResponder, createPayHandlerResponder } from './pay-responder.ts';
import type { RouterOptions } from './router.ts';
import type { SlowApp } from './wait-for-app.ts';

export type { ForwardOptions } from './forward-target.ts';
export type { LateReply, LateReplyOptions } from './late-replies.ts';
export type { PushesState } from './pause-watch.ts';
export type { SlowApp } from './wait-for-app.ts';

export interface CallbackOptions extends AbortableOptions {
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0 takes a free port. */
  readonly port: number;
  /** Callback path, for example `/wx`. */
  readonly path: string;
  /** Where the path was set, for whoever has to change it. */
  readonly pathSource?: SettingSource | undefined;
  readonly account: Account | AnyPayAccount;
  /** What the account is configured for; undefined takes every mode that the push itself claims. */
  readonly mode?: Mode | undefined;
  readonly handler: Handler | ForwardOptions;
  /** How long WeChat waits, in milliseconds. @default 5000 */
  readonly deadlineMs?: number | undefined;
  /** After how many milliseconds a slow app is announced. @default 70 % of the deadline */
  readonly slowMs?: number | undefined;
  /** Delivers replies that come too late for an answer by message; absent: they are lost, or wait for a retry. */
  readonly lateReply?: LateReplyOptions | undefined;
  /** Absent: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  readonly logger?: Logger | undefined;
  /** Numbers the exchanges. @default counts from 1 */
  readonly nextId?: (() => number) | undefined;
}

/** What a callback server tells while it runs. */
export interface CallbackEvents {
  exchange: [Exchange];
  /** The app still works on a push whose time is nearly over. Its exchange follows. */
  slow: [SlowApp];
  /** A reply that came too late has been delivered, or not. */
  lateReply: [LateReply];
  /** WeChat may have paused its pushes, or they are back. */
  pushes: [PushesState];
}

/** A running callback server. */
export interface CallbackServer extends Service {
  /** `http://127.0.0.1:3000`, without the path; `https:` with TLS. */
  readonly url: string;
  readonly port: number;
  readonly path: string;
  readonly events: EventEmitter<CallbackEvents>;
  /**
   * Serves another certificate from the next connection on; those that are open go on, but for those of clients that `refuses`
   * names. Does nothing without TLS.
   * @throws Error from OpenSSL when it cannot be used; the old one then stays
   */
  renewTls(tls: ServerTls, refuses?: RefusesClient): void;
  /**
   * Takes no new connection, lets pushes that are under way come to their end, and closes all others. Resolves when none is left, or `ms`
   * milliseconds are over; `close` ends the rest. @default 5000
   */
  drain(ms?: number): Promise<void>;
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
  setMaxListeners(0, closing.signal); // Every push under way listens to it.
  const events = new EventEmitter<CallbackEvents>();
  const pauses = new PauseWatch();
  const late =
    options.lateReply &&
    new LateReplies(options.lateReply, {
      closing: closing.signal,
      logger,
      onEnd: (reply) => void events.emit('lateReply', reply),
    });
  const routing: RouterOptions = {
    path,
    pathSource: options.pathSource,
    perAuthorizer: options.account.kind === 'component',
    ...createResponder(options, { closing: closing.signal, late, events }),
    closing: closing.signal,
    logger,
    onExchange: (exchange) => {
      const states = pauses.add(exchange);
      for (const state of states) if (state.type === 'back') events.emit('pushes', state);
      events.emit('exchange', exchange);
      for (const state of states) if (state.type === 'paused') events.emit('pushes', state);
    },
  };
  const http = createHttpServer(routing, options.tls);
  const { server } = http;
  const cut = server instanceof TlsServer ? trackClients(server) : undefined;
  const boundPort = await listen(server, host, port);
  const { closed, close, drain } = lifetime(http, closing, signal, () => late?.settled(), logger);
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
    drain: (ms = drainMs) => drain(ms),
    [Symbol.asyncDispose]: close,
  };
}

/** What a responder shares with the server. */
interface Surroundings {
  readonly closing: AbortSignal;
  readonly late: LateReplies | undefined;
  readonly events: EventEmitter<CallbackEvents>;
}

/** The part that answers: a handler, or the app. */
function createResponder(
  options: CallbackOptions,
  { closing, late, events }: Surroundings,
): Pick<RouterOptions, 'responder' | 'strict' | 'target' | 'deadlineMs' | 'slowMs' | 'nextId'> {
  const { account, mode, handler, deadlineMs = wechatDeadlineMs } = options;
  const { nextId = countFromOne(), slowMs = deadlineMs * slowShare } = options;
  const onSlow = (app: SlowApp): void => void events.emit('slow', app);
  const shared = { mode, deadlineMs, slowMs, closing, late, onSlow, nextId };
  if (typeof handler === 'function') {
    const responder = isPayAccount(account)
      ? createPayHandlerResponder({ ...shared, account, handler })
      : createHandlerResponder({ ...shared, account, handler });
    return { ...shared, strict: false, target: undefined, responder };
  }
  const target = parseForwardTarget(handler.forwardTo, handler);
  refuseLoop(target, options);
  const { strict = false } = handler;
  const dedupe = handler.dedupe === true || late !== undefined;
  const responder = isPayAccount(account)
    ? createPayForwardResponder({ ...shared, account, target, strict, dedupe })
    : createForwardResponder({ ...shared, account, target, strict, dedupe });
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

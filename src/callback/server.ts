import type { EventEmitter } from 'node:events';
import type { AbortableOptions } from '../core/abort.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/resources.ts';
import type { Account, Mode } from '../wechat/account.ts';
import type { Handler } from './handler.ts';

/** Passes the pushes on to the user's app, byte for byte. */
export interface ForwardOptions {
  /** Port on this machine, or `http(s)://host[:port][/path]`; a path there replaces the callback path. */
  readonly forwardTo: string;
  /** Refuses pushes that fail verification instead of passing them on. @default false */
  readonly strict?: boolean | undefined;
  /** Lets the app see each push once; retries of WeChat share its answer. @default false */
  readonly dedupe?: boolean | undefined;
}

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
  throw new Error(options.path);
}

import { createReplyCourier, type ApiAccount } from '../api/reply-courier.ts';
import { noticePath } from '../callback/authorizer-path.ts';
import { echoHandler, type Handler } from '../callback/handler.ts';
import { loadHandler } from '../callback/load-handler.ts';
import {
  startCallback,
  type CallbackServer,
  type ForwardOptions,
  type LateReply,
  type PushesState,
  type SlowApp,
} from '../callback/server.ts';
import type { AbortableOptions } from '../core/abort.ts';
import type { SettingSource, WxDevError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Logger } from '../core/logger.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { Resources, type CloseReason, type Service } from '../core/resources.ts';
import type { ServerTls } from '../core/server-tls.ts';
import { openHistory, type History, type HistoryOptions } from '../inspector/history.ts';
import type { Account, Mode } from '../wechat/account.ts';
import type { AnyPayAccount } from '../wechat/pay/account.ts';
import { startApp, type App, type AppExit, type AppOptions } from './app.ts';
import { answersAnybody, checkHandshake, type CallbackTls } from './callback-tls.ts';
import type { LostLink } from '../tunnel/link-slot.ts';
import type { Proxy } from '../tunnel/proxy.ts';
import type { TunnelAccess } from '../tunnel/tunnel.ts';
import { createRefusalFinder } from './app-refusal.ts';
import { checkPublicUrl } from './check-public-url.ts';
import { openPublicUrl, type PublicChoice, type PublicStep, type PublicUrl } from './public-url.ts';
import { startReminder, type Reminder } from './remind.ts';
import { readAuthorityPem } from './local-tls.ts';
import { selfCheck } from './self-check.ts';
import { readServerTls } from './tls-files.ts';
import { onUsualPort } from './usual-port.ts';
import { watchTls } from './watch-tls.ts';

/** Who answers the pushes. */
export type Answerer =
  | { readonly type: 'echo' }
  | { readonly type: 'module'; readonly path: string }
  | ({ readonly type: 'forward' } & ForwardOptions);

/** What `dev` and `serve` are made of; serve is dev with less switched on. */
export interface DevOptions extends AbortableOptions {
  readonly host: string;
  /** Port of the callback server; 0 takes a free one. @default 4180, or a free one where that is taken */
  readonly port?: number | undefined;
  readonly path: string;
  /** Where the path was set; absent for the default. */
  readonly pathSource?: SettingSource | undefined;
  readonly account: Account | AnyPayAccount;
  readonly mode: Mode;
  readonly answerer: Answerer;
  /** Who sends replies that come too late, as customer-service messages; absent: nobody. */
  readonly lateReply?: ApiAccount | undefined;
  /** The user's app, when wx-dev is to start it. */
  readonly app?: Omit<AppOptions, 'signal' | 'onLine'> | undefined;
  /** Absent: the callback server speaks plain HTTP. */
  readonly tls?: CallbackTls | undefined;
  /** Absent: no exchange is recorded. */
  readonly history?: Omit<HistoryOptions, 'onProblem'> | undefined;
  readonly public: PublicChoice;
  /** After how many milliseconds without a request of WeChat a public URL is worth a word; absent: never. */
  readonly remindAfterMs?: number | undefined;
  /** Who may use the public URL. */
  readonly access?: TunnelAccess | undefined;
  /** Callback path whose POSTs the relay is to keep while this computer is away. */
  readonly spool?: string | undefined;
  readonly subdomain: string;
  readonly owner: string;
  readonly dataFolder: string;
  readonly stateFolder: string;
  readonly user: string;
  readonly hostname: string;
  readonly logger: Logger;
  /** Told of everything that happens, from the first step on. */
  readonly onEvent: (event: DevEvent) => void;
}

/** What happens while dev starts and runs. */
export type DevEvent =
  | PublicStep
  | { readonly type: 'app'; readonly command: string }
  | { readonly type: 'check'; readonly url: string }
  | { readonly type: 'check-failed'; readonly error: WxDevError }
  /** Something that works, but not with WeChat, or that WeChat's API refused. */
  | { readonly type: 'notice'; readonly error: WxDevError }
  /** A public URL is ready, and WeChat has not called it for a while. */
  | { readonly type: 'uncalled'; readonly url: string; readonly error: WxDevError<'WXD3014'> }
  | { readonly type: 'exchange'; readonly exchange: Exchange }
  | { readonly type: 'history-failed'; readonly error: WxDevError }
  /** The app still works on a push, and its time is nearly over. */
  | { readonly type: 'slow'; readonly app: SlowApp }
  /** What became of a reply that was too late for an answer. */
  | { readonly type: 'late-reply'; readonly reply: LateReply }
  /** WeChat may have paused its pushes, or they are back. */
  | { readonly type: 'pushes'; readonly state: PushesState }
  | ({ readonly type: 'reconnecting' } & LostLink)
  | { readonly type: 'reconnected'; readonly downMs: number; readonly url: string }
  | { readonly type: 'app-line'; readonly line: string; readonly stream: 'stdout' | 'stderr' }
  | { readonly type: 'app-exit'; readonly exit: AppExit };

/** A running dev or serve. */
export interface DevServer extends Service {
  /** Origin of the callback server. */
  readonly local: string;
  readonly path: string;
  readonly public: PublicUrl | undefined;
  readonly app: App | undefined;
  /** Milliseconds of the self-check; undefined where the app did not pass it. */
  readonly checkMs: number | undefined;
}

/** The callback server's port when none is asked for: clear of the ports that frameworks take (3000, 5173, 8000, 8080). */
const CALLBACK_PORT = 4180;

/**
 * Starts the app, the callback server and the tunnel, in this order, and checks the announced URL as the console would. What has
 * been started is closed again when a later part fails.
 *
 * @throws WXD4015 when the URL cannot be reached, and whatever the parts throw
 */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const resources = new Resources();
  const { signal } = options;
  // The parts hear of the end only while they start; later each would end at once, under the pushes that the others still carry.
  const starting = new AbortController();
  const onAbort = (): void => starting.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal?.aborted) onAbort();
    return await start({ ...options, signal: starting.signal }, resources, signal);
  } catch (error) {
    await resources.close().catch(() => undefined); // What failed first says more.
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function start(
  options: DevOptions,
  resources: Resources,
  ending: AbortSignal | undefined,
): Promise<DevServer> {
  const { onEvent, path, signal } = options;
  signal?.throwIfAborted();
  const app = await openApp(options, resources);
  const history = await openRecord(options, resources);
  let ready = false;
  let reminder: Reminder | undefined;
  // What the self-check sends is not an exchange that the user wants to see, nor one that takes a number.
  const nextId = (): number => (ready ? history.nextId() : 0);
  const tls = options.tls && (await readServerTls(options.tls.paths));
  const callback = resources.use(await openCallback(options, tls, nextId));
  if (options.tls && tls) {
    const { paths } = options.tls;
    const apply: CallbackServer['renewTls'] = (next, refuses) => callback.renewTls(next, refuses);
    resources.use(watchTls({ paths, tls, apply, logger: options.logger }));
  }
  /** What our own end met with when it asked the app for the self-check. */
  let metWith: WxDevError | undefined;
  callback.events.on('exchange', (exchange) => {
    if (exchange.id === 0) {
      metWith = exchange.error;
      return;
    }
    history.record(exchange);
    // Anybody may ask for a page; only WeChat's requests have another type.
    if (exchange.type !== 'http') reminder?.called();
    onEvent({ type: 'exchange', exchange });
  });
  callback.events.on('lateReply', (reply) => {
    history.recordLate(reply);
    onEvent({ type: 'late-reply', reply });
  });
  tellOfPushes(callback, onEvent);
  const target = callback.url;
  const open = await openPublicUrl(
    {
      ...options,
      choice: options.public,
      target,
      // Its other end is in this very process; the certificate is for the names that others use.
      local: { insecure: true },
      onStep: onEvent,
    },
    resources,
  );
  if (open && mayBePublic(options.public, open.url)) {
    const error = await checkPublicUrl(open.url, { signal });
    if (error !== undefined) onEvent({ type: 'notice', error });
  }
  const { tunnel } = open ?? {};
  tunnel?.events.on('reconnecting', (state) => onEvent({ type: 'reconnecting', ...state }));
  tunnel?.events.on('reconnected', (state) => onEvent({ type: 'reconnected', ...state }));
  const ca = open?.ca ?? options.tls?.ca ?? [];
  const checkMs =
    tls && !open && !answersAnybody(callback, tls, ca)
      ? (await checkHandshake(target, tls, { signal })).ms
      : await check(options, `${open?.url ?? target}${checkedPath(options)}`, {
          ca,
          proxy: open?.proxy,
          metWith: () => metWith,
        });
  ready = true;
  if (open && options.remindAfterMs !== undefined && mayBePublic(options.public, open.url)) {
    const url = `${open.url}${path}`;
    reminder = startReminder(url, options.remindAfterMs, (error) =>
      onEvent({ type: 'uncalled', url, error }),
    );
    resources.defer(reminder.close);
  }
  const close = (): Promise<void> => resources.close();
  const parts = [callback.closed, ...(tunnel ? [tunnel.closed] : [])];
  const closed = untilClosed(parts, ending, { close, finish: () => callback.drain() });
  return {
    local: target,
    path,
    public: open,
    app,
    checkMs,
    closed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Everything about pushes besides what is recorded. */
function tellOfPushes({ events }: CallbackServer, onEvent: DevOptions['onEvent']): void {
  events.on('slow', (app) => {
    if (app.id !== 0) onEvent({ type: 'slow', app });
  });
  events.on('pushes', (state) => onEvent({ type: 'pushes', state }));
}

/** A platform's path may have a placeholder, before which its other URL ends. */
function checkedPath({ account, path }: DevOptions): string {
  return account.kind === 'component' ? noticePath(path) : path;
}

/** A relay on this machine is meant for this machine; what the user announces is meant for WeChat. */
function mayBePublic(choice: PublicChoice, url: string): boolean {
  if (choice.type === 'url') return true;
  return choice.type === 'relay' && !isLoopbackHost(new URL(url).hostname);
}

async function openApp(options: DevOptions, resources: Resources): Promise<App | undefined> {
  const { app: request, onEvent, signal } = options;
  if (!request) return undefined;
  onEvent({ type: 'app', command: request.command.join(' ') });
  const findRefusal = createRefusalFinder();
  const onLine = (line: string, stream: 'stdout' | 'stderr'): void => {
    onEvent({ type: 'app-line', line, stream });
    const error = findRefusal(line);
    if (error !== undefined) onEvent({ type: 'notice', error });
  };
  const app = resources.use(await startApp({ ...request, signal, onLine }));
  let closing = false;
  resources.defer(() => {
    closing = true;
  });
  void app.exited.then((exit) => {
    if (!closing) onEvent({ type: 'app-exit', exit });
  });
  return app;
}

/** The history, or what numbers the exchanges of this run where none is kept. */
async function openRecord(
  { history, onEvent }: DevOptions,
  resources: Resources,
): Promise<Pick<History, 'nextId' | 'record' | 'recordLate'>> {
  if (history) {
    const onProblem = (error: WxDevError): void => onEvent({ type: 'history-failed', error });
    return resources.use(await openHistory({ ...history, onProblem }));
  }
  let lastId = 0;
  return { nextId: () => (lastId += 1), record: () => undefined, recordLate: () => undefined };
}

async function openCallback(
  options: DevOptions,
  tls: ServerTls | undefined,
  nextId: () => number,
): Promise<CallbackServer> {
  const handler = await handlerOf(options);
  const lateReply = options.lateReply && { deliver: createReplyCourier(options.lateReply) };
  return onUsualPort(options.port, CALLBACK_PORT, (port) =>
    startCallback({ ...options, tls, port, handler, nextId, lateReply }),
  );
}

async function handlerOf({ answerer, dataFolder }: DevOptions): Promise<Handler | ForwardOptions> {
  switch (answerer.type) {
    case 'echo':
      return echoHandler;
    case 'module':
      return loadHandler(answerer.path);
    case 'forward': {
      // As for a tunnel: what the local authority made is trusted.
      const authority = await readAuthorityPem(dataFolder);
      return authority === undefined
        ? answerer
        : { ...answerer, ca: [authority, ...(answerer.ca ?? [])] };
    }
    default:
      return answerer satisfies never;
  }
}

interface CheckSurroundings {
  readonly ca: readonly string[];
  readonly proxy: Proxy | undefined;
  readonly metWith: () => WxDevError | undefined;
}

/**
 * Checks `url`. An app that answers wrongly, or not yet, is worth a warning: it can be mended while this runs. A URL that cannot be
 * reached at all is not worth announcing, unless the user runs the tunnel.
 */
async function check(
  options: DevOptions,
  url: string,
  { ca, proxy, metWith }: CheckSurroundings,
): Promise<number | undefined> {
  const { account, answerer, onEvent, signal } = options;
  onEvent({ type: 'check', url });
  const agent = proxy?.agent(signal ?? new AbortController().signal).agent;
  const result = await selfCheck({ url, account, ca, agent, signal });
  if (result.ok) return result.ms;
  const mayContinue =
    options.public.type === 'url' || (answerer.type === 'forward' && result.status !== 0);
  if (!mayContinue) throw result.error;
  const cause = metWith();
  // It was this process that could not reach the app: it knows why, which the answer to the outside does not say.
  const isApp = result.status >= 500 && cause?.code.startsWith('WXD3') === true;
  onEvent({ type: 'check-failed', error: isApp ? cause : result.error });
  return undefined;
}

/**
 * Ends with the first part that ends, or with `signal`, after which pushes that are under way come to their end. The rest is closed before
 * it is told.
 */
async function untilClosed(
  parts: readonly Promise<CloseReason>[],
  signal: AbortSignal | undefined,
  { close, finish }: Readonly<Record<'close' | 'finish', () => Promise<void>>>,
): Promise<CloseReason> {
  const onAbort = (): void =>
    void finish()
      .then(close)
      .catch(() => undefined); // Told below.
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const reason = await Promise.race(parts);
  signal?.removeEventListener('abort', onAbort);
  try {
    await close();
    return reason;
  } catch (error) {
    return { type: 'failed', error };
  }
}

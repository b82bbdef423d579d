import type { Settings } from '../../config/resolve.ts';
import { formatError, type WxDevError } from '../../core/errors.ts';
import type { CloseReason } from '../../core/resources.ts';
import type { DevEvent, DevOptions, DevServer } from '../../dev/dev.ts';
import type { ResolvedRecipient } from '../recipient.ts';
import type { Context } from '../context.ts';
import { renderBanner } from './banner.ts';
import { fitText } from './wrap.ts';
import { renderError } from './error.ts';
import { exchangeJson, renderExchange, type ExchangeView } from './exchange.ts';
import { Explained } from './explained.ts';
import {
  lateReplyJson,
  pushesJson,
  renderLateReply,
  renderPushes,
  renderSlow,
  slowJson,
} from './late.ts';
import { LostTunnel, lostLinkJson } from './lost-tunnel.ts';
import { renderPaste } from './paste.ts';
import { createProgress } from './progress.ts';
import { Summary } from './summary.ts';

/** What the banner is drawn from. */
export interface ReadyView {
  readonly server: DevServer;
  readonly resolved: ResolvedRecipient;
  readonly options: Omit<DevOptions, 'onEvent'>;
  readonly settings: Settings;
}

/** Draws `dev` and `serve` from the first line to the last. */
export interface DevView {
  readonly onEvent: (event: DevEvent) => void;
  /** The start-up has ended, well or not. */
  readonly started: () => void;
  ready(view: ReadyView): void;
  /** Everything is closed, for this reason. */
  ended(reason: CloseReason): void;
}

/** Exchanges go to stdout, because they are the product; all else to stderr. */
export function createDevView(context: Context): DevView {
  const { err, out, messages, quiet, json, version, language, verbose } = context;
  if (!quiet && !json) err.line(`  wx-dev ${version}`);
  const progress = createProgress(context);
  const summary = new Summary(Date.now());
  const explained = new Explained();
  const log = { printsUrlOnly: false };
  const lost = new LostTunnel();
  let shown: ReadyView | undefined;
  let verified = false;
  const onPush = (event: PushEvent): void => {
    if (event.type === 'exchange') summary.add(event.exchange);
    if (json) return out.line(JSON.stringify(pushJson(event)));
    const output = log.printsUrlOnly ? err : out;
    const drawn = renderPush(event, { output, messages, language, verbose, explained });
    for (const line of drawn) output.line(line);
    if (!verified && isVerified(event)) {
      verified = true;
      for (const line of fitText(messages.late.verified, output, 4)) output.line(line);
    }
  };
  return {
    onEvent: (event) => {
      if (isPush(event)) onPush(event);
      else if (json && isState(event)) out.line(JSON.stringify(stateJson(event)));
      else if (event.type === 'uncalled') renderUncalled(event.error, shown, context);
      else onOther(event, context, { step: (text) => progress.step(text), lost });
    },
    started: () => progress.stop(),
    ready: (view) => {
      shown = view;
      log.printsUrlOnly = view.settings.get('printUrl') === true;
      if (quiet || json) return;
      for (const line of renderBanner(view, context)) err.line(line);
    },
    ended: (reason) => {
      const counted = summary.json(Date.now());
      if (json) out.line(JSON.stringify({ event: 'closed', reason: reason.type, ...counted }));
      if (quiet || json) return;
      err.line('');
      for (const line of fitText(summary.render(Date.now(), messages), err)) err.line(line);
    },
  };
}

type PushEvent = Extract<DevEvent, { type: 'exchange' | 'slow' | 'late-reply' | 'pushes' }>;

function isPush(event: DevEvent): event is PushEvent {
  return ['exchange', 'slow', 'late-reply', 'pushes'].includes(event.type);
}

/** The console has been shown the echostr it asked for. */
function isVerified(event: PushEvent): boolean {
  return (
    event.type === 'exchange' && event.exchange.type === 'verify' && event.exchange.verdict === 'ok'
  );
}

function renderPush(event: PushEvent, view: ExchangeView): string[] {
  switch (event.type) {
    case 'exchange':
      return renderExchange(event.exchange, view);
    case 'slow':
      return renderSlow(event.app, view);
    case 'late-reply':
      return renderLateReply(event.reply, view);
    case 'pushes':
      return renderPushes(event.state, view);
    default:
      return event satisfies never;
  }
}

function pushJson(event: PushEvent): object {
  switch (event.type) {
    case 'exchange':
      return exchangeJson(event.exchange);
    case 'slow':
      return slowJson(event.app);
    case 'late-reply':
      return lateReplyJson(event.reply);
    case 'pushes':
      return pushesJson(event.state);
    default:
      return event satisfies never;
  }
}

type StateEvent = Extract<
  DevEvent,
  { type: 'reconnecting' | 'reconnected' | 'app-exit' | 'uncalled' }
>;

function isState(event: DevEvent): event is StateEvent {
  return ['reconnecting', 'reconnected', 'app-exit', 'uncalled'].includes(event.type);
}

function stateJson(event: StateEvent): Record<string, unknown> {
  if (event.type === 'app-exit') return { event: 'app', state: 'exited', ...event.exit };
  if (event.type === 'uncalled') {
    const { type, url, error } = event;
    return { event: 'tunnel', state: type, url, code: error.code };
  }
  if (event.type === 'reconnecting')
    return { event: 'tunnel', state: event.type, ...lostLinkJson(event) };
  const { type, ...rest } = event;
  return { event: 'tunnel', state: type, ...rest };
}

/** Says once that nothing has come, and again what to paste. */
function renderUncalled(error: WxDevError, view: ReadyView | undefined, context: Context): void {
  const { err, quiet, language } = context;
  if (quiet) return;
  for (const line of renderError(formatError(error, language), err)) err.line(line);
  for (const line of view ? renderPaste(view, context) : []) err.line(line);
}

function onOther(
  event: Exclude<DevEvent, PushEvent | { type: 'uncalled' }>,
  context: Context,
  { step, lost }: { step: (text: string) => void; lost: LostTunnel },
): void {
  const { err, messages, language, quiet } = context;
  const { starting, app } = messages;
  switch (event.type) {
    case 'app':
      return step(starting.app(event.command));
    case 'relay':
      return step(starting.relay);
    case 'tunnel':
      return step(starting.tunnel(event.relay));
    case 'check':
      return step(starting.check(event.url));
    case 'check-failed':
    case 'notice':
    case 'history-failed':
      for (const line of renderError(formatError(event.error, language), err)) err.line(line);
      return;
    case 'app-line':
      if (!quiet) err.line(`${err.tone('dim', '|')} ${event.line}`);
      return;
    case 'app-exit':
      return err.line(err.tone('bad', `  ${app.exited(event.exit.exitCode, event.exit.signal)}`));
    case 'reconnecting':
      for (const line of lost.reconnecting(event, performance.now(), context)) err.line(line);
      return;
    case 'reconnected':
      for (const line of lost.reconnected(event.downMs, event.url, context)) err.line(line);
      return;
    default:
      return event satisfies never;
  }
}

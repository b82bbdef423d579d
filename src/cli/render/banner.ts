import { isLoopbackHost } from '../../core/loopback.ts';
import type { Answerer } from '../../dev/dev.ts';
import { isPayAccount } from '../../wechat/pay/account.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages/en.ts';
import type { Tone } from '../terminal.ts';
import type { ReadyView } from './dev-view.ts';
import { fitFields } from './fields.ts';
import { renderPaste, tryCommand } from './paste.ts';
import { cellsOf, fitText } from './wrap.ts';

type Row = readonly [label: string, value: string];

/** What is running, what to paste into the console, and what to try next. */
export function renderBanner(view: ReadyView, context: Context): string[] {
  const { messages, err } = context;
  const { banner } = messages;
  const { server, options } = view;
  const say = (text: string, tone?: Tone): string[] =>
    fitText(text, err).map((line) => (tone === undefined ? line : err.tone(tone, line)));
  const lines = ['', ...fitFields(whereRows(view, context), err)];
  if (!isLoopbackHost(options.host)) {
    lines.push(...say(banner.hostWarning(options.host), 'warn'));
  }
  const { answerer, spool } = options;
  if (answerer.type === 'forward' && showsUnchecked(answerer))
    lines.push(...say(messages.client.insecure(answerer.forwardTo), 'warn'));
  if (options.public.type === 'none') lines.push(...say(banner.noTunnel, 'dim'));
  if (options.public.type === 'embedded') {
    lines.push('', ...say(banner.localOnly), `    ${err.tone('link', banner.localOnlyRun)}`);
  }
  if (spool !== undefined) {
    lines.push('', ...say(messages.client.spool(spool), 'warn'));
    const waiting = server.public?.tunnel?.waiting ?? 0;
    if (waiting > 0) lines.push(...say(messages.client.waiting(waiting), 'good'));
  }
  lines.push('', ...renderPaste(view, context), '');
  if (server.checkMs !== undefined) {
    lines.push(...say(banner.selfCheckOk(Math.round(server.checkMs)), 'good'));
  }
  return [...lines, ...tryLines(tryCommand(view), context), ...say(banner.waiting), ''];
}

/** The command stands behind its words, or below them where the line would be too long: it is to be copied whole. */
function tryLines(command: string, { messages, err }: Context): string[] {
  const { try: words } = messages.banner;
  const shown = err.tone('link', err.typed(command));
  const isWide = !err.isTTY || cellsOf(words) + cellsOf(command) + 4 <= err.columns;
  return isWide ? [`  ${words}  ${shown}`] : [...fitText(words, err), `    ${shown}`];
}

function whereRows({ server, options }: ReadyView, { messages, err }: Context): Row[] {
  const { banner } = messages;
  const { path } = server;
  const rows: Row[] = [[banner.callback, err.tone('link', `${server.local}${path}`)]];
  const open = server.public;
  if (open) rows.push([banner.public, err.tone('link', `${open.url}${path}`)]);
  rows.push(
    isPayAccount(options.account) && options.answerer.type === 'echo'
      ? [banner.handler, messages.account.payEcho]
      : answererRow(options.answerer, messages, server.app?.pid),
  );
  if (options.answerer.type === 'forward' && options.answerer.hostHeader !== undefined)
    rows.push([messages.client.hostHeader, options.answerer.hostHeader]);
  if (open?.local) {
    rows.push([banner.authority, open.local.authority.certPath]);
    if (open.local.authority.created) rows.push(['', banner.authorityCreated]);
  }
  return rows;
}

function showsUnchecked({ insecure, forwardTo }: Extract<Answerer, { type: 'forward' }>): boolean {
  return insecure === true && forwardTo.startsWith('https:');
}

function answererRow(answerer: Answerer, { banner }: Messages, pid: number | undefined): Row {
  switch (answerer.type) {
    case 'echo':
      return [banner.handler, banner.echo];
    case 'module':
      return [banner.handler, answerer.path];
    case 'forward':
      return [
        banner.app,
        pid === undefined ? answerer.forwardTo : `${answerer.forwardTo}  pid ${pid}`,
      ];
    default:
      return answerer satisfies never;
  }
}

import { isLoopbackHost } from '../../core/loopback.ts';
import type { Answerer } from '../../dev/dev.ts';
import { isPayAccount } from '../../wechat/pay/account.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages/en.ts';
import type { ReadyView } from './dev-view.ts';
import { renderFields } from './fields.ts';
import { renderPaste, tryCommand } from './paste.ts';

type Row = readonly [label: string, value: string];

/** What is running, what to paste into the console, and what to try next. */
export function renderBanner(view: ReadyView, context: Context): string[] {
  const { messages, err } = context;
  const { banner } = messages;
  const { server, options } = view;
  const lines = ['', ...renderFields(whereRows(view, context))];
  if (!isLoopbackHost(options.host)) {
    lines.push(`  ${err.tone('warn', banner.hostWarning(options.host))}`);
  }
  if (options.public.type === 'none') lines.push(`  ${err.tone('dim', banner.noTunnel)}`);
  if (options.public.type === 'embedded') {
    lines.push('', `  ${banner.localOnly}`, `    ${err.tone('link', banner.localOnlyRun)}`);
  }
  lines.push('', ...renderPaste(view, context), '');
  if (server.checkMs !== undefined) {
    lines.push(`  ${err.tone('good', banner.selfCheckOk(Math.round(server.checkMs)))}`);
  }
  lines.push(
    `  ${banner.try}  ${err.tone('link', err.typed(tryCommand(view)))}`,
    `  ${banner.waiting}`,
    '',
  );
  return lines;
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
  if (open?.local) {
    rows.push([banner.authority, open.local.authority.certPath]);
    if (open.local.authority.created) rows.push(['', banner.authorityCreated]);
  }
  return rows;
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

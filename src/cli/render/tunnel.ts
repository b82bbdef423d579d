import { formatError } from '../../core/errors.ts';
import type { PublicUrl } from '../../dev/public-url.ts';
import type { LocalOptions } from '../../tunnel/local-target.ts';
import type { Tunnel, TunnelExchange } from '../../tunnel/tunnel.ts';
import type { Context } from '../context.ts';
import type { ClientMessages } from '../messages/client-en.ts';
import type { Output } from '../terminal.ts';
import { clock } from './clock.ts';
import { fit } from './columns.ts';
import { renderError } from './error.ts';
import { fitFields } from './fields.ts';
import { oneLine } from './one-line.ts';
import { paragraph } from './paragraph.ts';
import { fitText } from './wrap.ts';

/** What the banner of `wx-dev tunnel` shows. */
export interface TunnelView {
  readonly open: PublicUrl;
  readonly tunnel: Tunnel;
  readonly target: string;
  readonly local: LocalOptions;
  /** Path whose requests the relay keeps while we are away. */
  readonly spool?: string | undefined;
  /** The public URL for a phone. */
  readonly qr: readonly string[];
  /** Round trip of the check through the public URL. */
  readonly ms: number;
}

/** The public URL and what is behind it. */
export function renderTunnelBanner(view: TunnelView, { messages, err }: Context): string[] {
  const { banner } = messages;
  const { open, tunnel, target, local, spool, qr, ms } = view;
  const rows: [string, string][] = [
    [banner.public, err.tone('strong', tunnel.url)],
    [banner.target, target],
    ...localRows(local, messages.client),
    [banner.relayListening, tunnel.relay],
  ];
  if (open.local) rows.push([banner.authority, open.local.authority.certPath]);
  const lines = ['', ...fitFields(rows, err), ''];
  if (qr.length > 0) lines.push(...qr, '');
  if (local.insecure === true && target.startsWith('https:'))
    lines.push(...paragraph(messages.client.insecure(target), 'warn', err), '');
  if (spool !== undefined) {
    lines.push(...paragraph(messages.client.spool(spool), 'warn', err));
    if (tunnel.waiting > 0)
      lines.push(...paragraph(messages.client.waiting(tunnel.waiting), 'good', err));
    lines.push('');
  }
  if (open.local)
    lines.push(
      ...fitText(banner.localOnly, err),
      `    ${err.tone('link', `wx-dev tunnel ${target} --relay https://relay.example.com`)}`,
      '',
    );
  lines.push(
    ...paragraph(banner.selfCheckOk(Math.round(ms)), 'good', err),
    `  ${banner.running}`,
    '',
  );
  return lines;
}

/** What is changed in each request. Values are not shown: they may be passwords. */
function localRows(local: LocalOptions, texts: ClientMessages): [string, string][] {
  const { hostHeader, headers = [], removeHeaders = [] } = local;
  const changes = [
    ...headers.map((line) => texts.setHeader(line.split(':', 1)[0] ?? '')),
    ...removeHeaders.map((name) => texts.removedHeader(name)),
  ];
  return [
    ...(hostHeader === undefined ? [] : [[texts.hostHeader, hostHeader] as [string, string]]),
    ...(changes.length === 0 ? [] : [[texts.headers, changes.join(', ')] as [string, string]]),
  ];
}

const WIDTH = { id: 5, method: 7, status: 4, ms: 8 };
/** For terminals that are so narrow that the path would have no room. */
const NARROW = { id: 2, method: 4, status: 3, ms: 6 };
const NARROW_COLUMNS = 60;
const TIME_AND_GAPS = 13;

/** One request that came through, as a line; and why it failed, when it did. */
export function renderTunnelExchange(
  exchange: TunnelExchange,
  output: Output,
  { language }: Pick<Context, 'language'>,
): string[] {
  const { id, method, target, status, ms, startedAt, error } = exchange;
  const width = output.columns < NARROW_COLUMNS ? NARROW : WIDTH;
  const number = `#${id}`.padEnd(width.id);
  const taken = Math.round(ms);
  const rest = width.method + width.status + Math.max(width.ms, `${taken} ms`.length);
  const room = output.columns - TIME_AND_GAPS - number.length - rest;
  const tone = status === 0 || status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good';
  const line = [
    output.tone('dim', clock(startedAt)),
    output.tone('dim', number),
    fit(method, width.method),
    fit(oneLine(target), Math.max(room, width.method)),
    output.tone(tone, fit(String(status), width.status)),
    `${taken} ms`.padStart(width.ms),
  ].join(' ');
  if (!error) return [line];
  return [line, ...renderError(formatError(error, language), output, 4)];
}

/** The same as one JSON object. */
export function tunnelExchangeJson(exchange: TunnelExchange): Record<string, unknown> {
  const { id, method, target, status, ms, requestId, traceId, error } = exchange;
  const verdict = status === 0 || status >= 500 ? 'failed' : 'ok';
  const reported = error && { code: error.code, message: error.message };
  return {
    event: 'exchange',
    id,
    type: 'http',
    attempt: 1,
    method,
    target,
    status,
    ms: Math.round(ms),
    verdict,
    requestId,
    traceId,
    error: reported,
  };
}

import type { RelayRequest } from '../../relay/request-log.ts';
import type { Relay } from '../../relay/relay.ts';
import type { Context } from '../context.ts';
import type { Output } from '../terminal.ts';
import { clock } from './clock.ts';
import { fit } from './columns.ts';
import { renderFields } from './fields.ts';
import { oneLine } from './one-line.ts';
import { paragraph } from './paragraph.ts';

/** What the banner of `wx-dev relay` shows. */
export interface RelayView {
  readonly relay: Relay;
  /** Who may open tunnels; nobody: every token was revoked or is over. */
  readonly access: 'everybody' | 'token' | 'nobody';
  /** Where requests are kept for clients that are away. */
  readonly spoolDir?: string | undefined;
}

/** Where the relay listens, and the one command that a developer types to use it. */
export function renderRelayBanner(
  { relay, access, spoolDir }: RelayView,
  { messages, err }: Context,
): string[] {
  const { banner } = messages;
  const urls = [relay.httpUrl, relay.httpsUrl].filter((url) => url !== undefined);
  const rows: [string, string][] = urls.map((url, index) => [
    index === 0 ? banner.relayListening : '',
    err.tone('link', url),
  ]);
  rows.push([banner.tunnels, relay.urlOf('<subdomain>')]);
  const token = access === 'everybody' ? '' : ' --relay-token-file token.txt';
  const dial = `wx-dev dev --relay ${relay.httpsUrl ?? relay.httpUrl ?? ''}${token}`;
  return [
    '',
    ...renderFields(rows),
    ...(spoolDir === undefined
      ? []
      : ['', ...paragraph(messages.client.spoolDir(spoolDir), 'warn', err)]),
    ...(access === 'nobody' ? ['', ...paragraph(messages.relayToken.nobody, 'warn', err)] : []),
    '',
    `  ${banner.relayClient}`,
    `    ${err.tone('link', dial)}`,
    '',
    `  ${banner.running}`,
    '',
  ];
}

/** Time, status, duration and gaps of a request's line. */
const FIXED_CELLS = 28;

/** One request of the public side: the id is the one that the app got as X-Request-Id. */
export function renderRelayRequest(request: RelayRequest, output: Output): string {
  const { name, method, path, status, ms, requestId } = request;
  const tone = status === 0 || status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good';
  const what = oneLine(`${name} ${method} ${path}`);
  return [
    output.tone('dim', clock(Date.now())),
    fit(what, Math.max(output.columns - FIXED_CELLS - requestId.length, 12)),
    output.tone(tone, fit(String(status), 4)),
    fit(`${Math.round(ms)} ms`, 8, 'right'),
    output.tone('dim', requestId),
  ].join(' ');
}

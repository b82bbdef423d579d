import type { Relay } from '../../relay/relay.ts';
import type { Context } from '../context.ts';
import { renderFields } from './fields.ts';

/** What the banner of `wx-dev relay` shows. */
export interface RelayView {
  readonly relay: Relay;
  readonly needsToken: boolean;
}

/** Where the relay listens, and the one command that a developer types to use it. */
export function renderRelayBanner(
  { relay, needsToken }: RelayView,
  { messages, err }: Context,
): string[] {
  const { banner } = messages;
  const urls = [relay.httpUrl, relay.httpsUrl].filter((url) => url !== undefined);
  const rows: [string, string][] = urls.map((url, index) => [
    index === 0 ? banner.relayListening : '',
    err.tone('link', url),
  ]);
  rows.push([banner.tunnels, relay.urlOf('<subdomain>')]);
  const token = needsToken ? ' --relay-token-file token.txt' : '';
  const dial = `wx-dev dev --relay ${relay.httpsUrl ?? relay.httpUrl ?? ''}${token}`;
  return [
    '',
    ...renderFields(rows),
    '',
    `  ${banner.relayClient}`,
    `    ${err.tone('link', dial)}`,
    '',
    `  ${banner.running}`,
    '',
  ];
}

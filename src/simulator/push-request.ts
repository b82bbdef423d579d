import type { Account, Format, Mode } from '../wechat/account.ts';
import { sealPush, signEchostr, type SealedPush } from '../wechat/seal.ts';
import type { Fields } from '../wechat/fields.ts';
import { formatPushQuery, type PushQuery } from '../wechat/query.ts';
import { newNonce, type Entropy } from './entropy.ts';
import type { SentRequest } from './outcome.ts';
import { tamperPush, tamperQuery, type Tamper } from './tamper.ts';

/** What makes one request differ from another of the same push. */
export interface Freshness {
  readonly entropy: Entropy;
  /** Seconds since the epoch. @default now */
  readonly timestamp?: string | undefined;
  /** @default random digits */
  readonly nonce?: string | undefined;
  readonly tamper?: Tamper | undefined;
}

/** The signed GET that WeChat sends when the server settings are saved. */
export function verifyRequest(
  url: URL,
  account: Account,
  { echostr, ...fresh }: Freshness & { readonly echostr: string },
): SentRequest {
  const random16 = fresh.entropy.bytes(16);
  const query = signEchostr(account, { ...stamp(fresh), echostr, random16 });
  const { tamper } = fresh;
  const sent =
    tamper === 'signature' || tamper === 'timestamp' ? tamperQuery(query, tamper) : query;
  return getRequest(url, sent);
}

/** A GET as WeChat sends it. */
export function getRequest(url: URL, query: PushQuery): SentRequest {
  return {
    method: 'GET',
    url: withQuery(url, query),
    headers: wechatHeaders(url),
    body: Buffer.alloc(0),
  };
}

/** What one push says and how it is sealed. */
export interface PushContent {
  readonly account: Account;
  readonly mode: Mode;
  readonly format: Format;
  /** Fields, or a text that is sent exactly as it is. */
  readonly message: Fields | string;
}

/** A request with what its encryption needed. */
export interface SealedRequest {
  readonly request: SentRequest;
  /** The padding byte of the encrypted body, 1 to 32. */
  readonly padding: number | undefined;
}

/**
 * One POST with a push, signed and encrypted.
 *
 * @throws WXD1105 without the key that `mode` needs, WXD1209 for a field that XML cannot name, WXD6048 for what cannot be tampered with
 */
export function pushRequest(url: URL, content: PushContent, fresh: Freshness): SealedRequest {
  const { account, mode, format, message } = content;
  const random16 = fresh.entropy.bytes(16);
  const sealed = sealPush(message, account, { mode, format, ...stamp(fresh), random16 });
  const sent = fresh.tamper === undefined ? sealed : tamperPush(sealed, account, fresh.tamper);
  return { request: postRequest(url, sent, format), padding: sent.padding };
}

/** A POST as WeChat sends it. */
export function postRequest(
  url: URL,
  { query, body: text }: Pick<SealedPush, 'query' | 'body'>,
  format: Format,
): SentRequest {
  const body = Buffer.from(text);
  return {
    method: 'POST',
    url: withQuery(url, query),
    headers: [
      ...wechatHeaders(url),
      ['Content-Type', format === 'json' ? 'application/json' : 'text/xml'],
      ['Content-Length', String(body.length)],
    ],
    body,
  };
}

/** What captures of WeChat's requests show, from 2013 to 2026. */
function wechatHeaders(url: URL): SentRequest['headers'] {
  return [
    ['User-Agent', 'Mozilla/4.0'],
    ['Accept', '*/*'],
    ['Host', url.host],
    ['Pragma', 'no-cache'],
  ];
}

function stamp({ entropy, timestamp, nonce }: Freshness): { timestamp: string; nonce: string } {
  return {
    timestamp: timestamp ?? String(Math.floor(Date.now() / 1000)),
    nonce: nonce ?? newNonce(entropy),
  };
}

/** Adds WeChat's parameters after those that the URL has. */
function withQuery(url: URL, query: PushQuery): string {
  const own = url.search === '' ? '?' : `${url.search}&`;
  return `${url.origin}${url.pathname}${own}${formatPushQuery(query)}`;
}

import type { Agent } from 'node:http';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import type { RequestOptions } from './request.ts';

/** How long WeChat waits: 接口报警和排查指引 lists 5 s for each of DNS, connection and request. Milliseconds. */
export const wechatTimeoutMs = 5000;

/** Where to send to, and how to get there. */
export interface TargetOptions extends AbortableOptions {
  /** The callback, with its path. */
  readonly url: string;
  /** How long WeChat waits for each of name resolution, connection and answer. @default 5000 */
  readonly timeoutMs?: number | undefined;
  /** Certificates (PEM) that are trusted besides the public ones. */
  readonly ca?: readonly string[] | undefined;
  /** Certificate chain (PEM) to show a server that asks clients for one. */
  readonly clientCert?: string | undefined;
  /** Its private key (PEM). */
  readonly clientKey?: string | undefined;
  /** The way out to a callback that is not reached directly. */
  readonly agent?: Agent | undefined;
}

/** @throws WXD6001 for a URL that is not http(s) */
export function parseTargetUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new WxDevError('WXD6001', {
    source: { name: '--forward-to' },
    received: JSON.stringify(text),
    expected: {
      en: 'a URL such as http://127.0.0.1:3000/wx',
      zh: 'URL，如 http://127.0.0.1:3000/wx',
    },
  });
}

/** The part of the options that one request needs. */
export function requestOptionsOf(options: TargetOptions): RequestOptions {
  const { timeoutMs = wechatTimeoutMs, ca, clientCert, clientKey, agent, signal } = options;
  return { timeoutMs, ca, clientCert, clientKey, agent, signal };
}

import type { LookupFunction } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { WxDevError } from '../core/errors.ts';
import { lookupLoopback } from '../core/loopback.ts';
import { upstreamTls, type UpstreamOptions } from '../core/upstream-tls.ts';

/** Passes the pushes on to the user's app, byte for byte, but for Host where another one is asked for. */
export interface ForwardOptions extends UpstreamOptions {
  /** Port on this machine, or `http(s)://host[:port][/path]`; a path there replaces the callback path. */
  readonly forwardTo: string;
  /** Refuses pushes that fail verification instead of passing them on. @default false */
  readonly strict?: boolean | undefined;
  /** Lets the app see each push once; retries of WeChat share its answer. @default false */
  readonly dedupe?: boolean | undefined;
}

/** Where the app listens. */
export interface ForwardTarget {
  /** For an app that speaks HTTPS. */
  readonly tls?: (() => ConnectionOptions) | undefined;
  readonly host: string;
  readonly port: number;
  /** Host that the app gets instead of the one that was sent. */
  readonly hostHeader?: string | undefined;
  /** Path, with query if any, that replaces the callback path; undefined when the app uses the same path. */
  readonly path?: string | undefined;
  /** The target as errors name it. */
  readonly label: string;
  readonly lookup: LookupFunction;
}

/**
 * Reads `3000`, `localhost:3000` or `http(s)://host[:port][/path]`.
 *
 * @throws WXD6001 for anything else.
 */
export function parseForwardTarget(text: string, how: UpstreamOptions = {}): ForwardTarget {
  const url = toUrl(text.trim());
  if (!url) {
    throw new WxDevError('WXD6001', {
      source: { name: '--forward-to' },
      received: JSON.stringify(text),
      expected: {
        en: 'a port such as 3000, or a URL such as http://127.0.0.1:3000',
        zh: '端口（如 3000）或 URL（如 http://127.0.0.1:3000）',
      },
    });
  }
  const secure = url.protocol === 'https:';
  const ownPath = url.pathname + url.search;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    tls: secure ? upstreamTls(host, how) : undefined,
    host,
    hostHeader: how.hostHeader === 'rewrite' ? url.host : how.hostHeader,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: ownPath === '/' ? undefined : ownPath,
    label: url.origin + (url.pathname === '/' ? '' : url.pathname),
    lookup: url.hostname === 'localhost' ? lookupBothLoopbacks : lookupLoopback,
  };
}

function toUrl(text: string): URL | undefined {
  const full = /^\d+$/.test(text)
    ? `http://localhost:${text}`
    : /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
      ? text
      : `http://${text}`;
  if (text === '' || !URL.canParse(full)) return undefined;
  const url = new URL(full);
  const usable =
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.port !== '0';
  return usable ? url : undefined;
}

// Node listens on ::1 only when told `localhost`, most others on 127.0.0.1; Node's connect tries one after the other.
const lookupBothLoopbacks: LookupFunction = (_hostname, options, callback) => {
  const both = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all) callback(null, both);
  else callback(null, '127.0.0.1', 4);
};

import { lookup as systemLookup } from 'node:dns';
import { connect as connectPlain, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WxDevError } from '../core/errors.ts';
import { lookupLoopback } from '../core/loopback.ts';
import { upstreamTls, type UpstreamOptions } from '../core/upstream-tls.ts';
import type { HeaderField } from '../wire/head.ts';
import { HeaderRules, type HeaderRulesOptions } from './header-rules.ts';
import { ADDRESS_ATTEMPT_MS } from './limits.ts';

/** How the local server is spoken to. */
export interface LocalOptions extends UpstreamOptions, HeaderRulesOptions {}

/** The local server that requests go to. */
export interface LocalTarget {
  /** Its origin, as errors show it. */
  readonly origin: string;
  /** Whether it gets the fields of every request as they are. */
  readonly keepsFields: boolean;
  /** The fields of a request as it is to get them. */
  rewrite(fields: readonly HeaderField[]): HeaderField[];
  /** Starts a connection; the socket emits `connect` or, with TLS, `secureConnect`. */
  connect(): Socket;
  /** Name of the event after which the connection can be used. */
  readonly readyEvent: 'connect' | 'secureConnect';
}

/** @throws WXD6001 when `target` is not an http or https origin, or `local` names a field that cannot be set */
export function parseTarget(target: string, local: LocalOptions = {}): LocalTarget {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  const isSecure = url?.protocol === 'https:';
  if (!url || !(isSecure || url.protocol === 'http:') || url.pathname + url.search !== '/')
    throw new WxDevError('WXD6001', {
      source: { name: 'target' },
      received: target,
      expected: 'the origin of a local server, such as http://127.0.0.1:3000',
    });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (isSecure ? 443 : 80);
  // Half-open: an upgraded connection may end one way first.
  const options = {
    host,
    port,
    noDelay: true,
    allowHalfOpen: true,
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
  };
  const rules = new HeaderRules(local, url.host);
  const { keepsAll: keepsFields } = rules;
  const rest = { origin: url.origin, keepsFields, rewrite: rules.apply.bind(rules) };
  if (!isSecure) return { ...rest, readyEvent: 'connect', connect: () => connectPlain(options) };
  const secure = upstreamTls(host, local);
  return {
    ...rest,
    readyEvent: 'secureConnect',
    connect: () => connectTls({ ...options, ...secure() }),
  };
}

/**
 * `localhost` is both ::1 and 127.0.0.1: development servers listen on either, and the hosts file often names only one.
 */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname.toLowerCase() === 'localhost' && options.all) {
    callback(null, [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]);
  } else if (hostname.toLowerCase().endsWith('.localhost'))
    lookupLoopback(hostname, options, callback);
  else systemLookup(hostname, options, callback);
};

import { Buffer } from 'node:buffer';
import {
  formatFields,
  isHopByHop,
  malformed,
  parseFields,
  type FoundFields,
  type HeaderField,
} from './header-fields.ts';

export type { HeaderField } from './header-fields.ts';
export { fieldValue, parseFieldLine } from './header-fields.ts';

/** How the end of a body is found (RFC 9112 §6.3). */
export type BodyFraming =
  | { readonly type: 'none' }
  | { readonly type: 'length'; readonly bytes: number }
  | { readonly type: 'chunked' }
  | { readonly type: 'until-close' };

/** A request head that has only one reading. */
export interface RequestHead {
  readonly method: string;
  /** Origin-form or `*`, byte for byte as sent; an absolute-form target is reduced to its path and query. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** In order, duplicates kept. Hop-by-hop fields and those that Connection names are left out. */
  readonly fields: readonly HeaderField[];
  /** The lines of `fields` as `formatHead` would write them, where they came so. */
  readonly lines: string | undefined;
  /** All fields as they came, those that are left out of `fields` too. */
  readonly received: readonly HeaderField[];
  /** The one Host value, port included; empty where the source allows none. */
  readonly host: string;
  readonly framing: BodyFraming;
  /** Whether the sender allows another request on this connection. */
  readonly keepAlive: boolean;
  /** Protocol of a real upgrade request; its Upgrade field is then among `fields`. */
  readonly upgrade: string | undefined;
}

/** A response head that has only one reading. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly version: '1.0' | '1.1';
  /** In order, duplicates kept. Hop-by-hop fields and those that Connection names are left out. */
  readonly fields: readonly HeaderField[];
  /** The lines of `fields` as `formatHead` would write them, where they came so. */
  readonly lines: string | undefined;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly keepAlive: boolean;
  /** Seconds for which the sender keeps a quiet connection, when it says so (RFC 2068 §19.7.1.1). */
  readonly keepAliveS: number | undefined;
  /** Upgrade field of a 101; it is then among `fields`. */
  readonly upgrade: string | undefined;
}

/**
 * Where a head comes from: between two hops of HTTP; through a tunnel, which takes Connection off, so that an Upgrade field that is
 * still there was a real one; or at the last hop, where nothing is routed by Host, so that HTTP/1.0 need not have one.
 */
export type HeadSource = 'socket' | 'tunnel' | 'last-hop';

/** Largest head in bytes, start line included; the default of Node's and most other servers. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** Most fields in one head; more is an attack or a broken loop. A relay adds a few of its own. */
const MAX_FIELDS = { socket: 100, tunnel: 110, 'last-hop': 120 } as const;

const HEAD_END = Buffer.from('\r\n\r\n');
const METHOD = /^[A-Z][A-Z-]{0,31}$/;
// No space and no control: both would let the request line be cut elsewhere. No '#': a fragment is never sent.
const TARGET = /^[\x21\x22\x24-\x7e]+$/;
// What no URL may hold unencoded, some clients send all the same; where nobody reads it after us, it is passed on as it is.
const LAST_HOP_TARGET = /^[\x21-\x7e\x80-\xff]+$/;
const HOST = /^(?:[0-9A-Za-z_-][0-9A-Za-z._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/**
 * Where the head that starts at 0 ends: the index after its CRLFCRLF, or -1 when more bytes are needed. Searches from `from`,
 * so that a head that arrives in pieces is not searched again and again.
 *
 * @throws WXD4012 (431) over `limitBytes`; (400) when lines end in a bare LF, which would never complete
 */
export function findHeadEnd(bytes: Buffer, from = 0, limitBytes: number = MAX_HEAD_BYTES): number {
  const at = bytes.indexOf(HEAD_END, Math.max(0, from - 3));
  if (at >= 0 && at + 4 <= limitBytes) return at + 4;
  if (at >= 0 || bytes.length > limitBytes) throw malformed(`a head over ${limitBytes} bytes`, 431);
  for (let i = bytes.indexOf(10, from); i >= 0; i = bytes.indexOf(10, i + 1)) {
    if (i === 0 || bytes[i - 1] !== 13) throw malformed('a line that ends in LF without CR');
  }
  return -1;
}

/**
 * Parses one complete request head, CRLFCRLF included. Refuses whatever two parsers could read differently (RFC 9112 §11.2).
 *
 * @throws WXD4012 with the status to answer
 */
export function parseRequestHead(bytes: Buffer, source: HeadSource = 'socket'): RequestHead {
  const text = bytes.toString('latin1', 0, bytes.length - 2);
  const lineEnd = text.indexOf('\r\n');
  const { method, target, version } = parseRequestLine(text.slice(0, lineEnd), source);
  const found = parseFields(text, lineEnd + 2, 400, MAX_FIELDS[source]);
  const mayLackHost = source === 'last-hop' && version === '1.0' && found.hosts === 0;
  if (found.hosts !== 1 && !mayLackHost)
    throw malformed(`${found.hosts} Host fields instead of one`);
  const host = found.host ?? '';
  if (!mayLackHost && !isHost(host))
    throw malformed('a Host that is neither a name nor an address');
  const framing = requestFraming(found, version);
  const upgrade =
    version === '1.1' && framing.type === 'none' ? upgradeOf(found, source) : undefined;
  return {
    method,
    target: originForm(method, target, source === 'last-hop' ? undefined : host),
    version,
    ...endToEnd(found, upgrade !== undefined),
    received: found.fields,
    host,
    framing,
    // RFC 9112 §9.3: persistent by default since 1.1. What 1.0 clients call keep-alive is ambiguous through proxies.
    keepAlive: version === '1.1' && found.connection?.has('close') !== true,
    upgrade,
  };
}

/**
 * Parses one complete response head, CRLFCRLF included.
 *
 * @throws WXD4012 (502: the peer that answers is behind us)
 */
export function parseResponseHead(bytes: Buffer, source: HeadSource = 'socket'): ResponseHead {
  const text = bytes.toString('latin1', 0, bytes.length - 2);
  const lineEnd = text.indexOf('\r\n');
  const line = STATUS_LINE.exec(text.slice(0, lineEnd));
  if (!line) throw malformed('no HTTP/1.x status line', 502);
  const version = line[1] === '1' ? '1.1' : '1.0';
  const status = Number(line[2]);
  const found = parseFields(text, lineEnd + 2, 502, MAX_FIELDS[source]);
  const upgrade = status === 101 ? upgradeOf(found, source) : undefined;
  if (status === 101 && upgrade === undefined) throw malformed('a 101 without Upgrade', 502);
  return {
    status,
    reason: line[3] ?? '',
    version,
    ...endToEnd(found, upgrade !== undefined),
    contentLength: found.contentLength,
    isChunked: found.isChunked,
    keepAlive:
      found.connection?.has('close') !== true &&
      (version === '1.1' || found.connection?.has('keep-alive') === true),
    keepAliveS: found.keepAliveS,
    upgrade,
  };
}

/** How the body of `response` to a request with `method` is delimited when it comes from a socket (RFC 9112 §6.3). */
export function responseFraming(response: ResponseHead, method: string): BodyFraming {
  if (hasNoBody(response.status, method)) return { type: 'none' };
  if (response.isChunked) return { type: 'chunked' };
  if (response.contentLength !== undefined)
    return { type: 'length', bytes: response.contentLength };
  return { type: 'until-close' };
}

/** Whether a response has no body whatever its fields say (RFC 9110 §6.4.1). */
export function hasNoBody(status: number, method: string): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304;
}

/** Head bytes: `startLine`, `fields` as they are, the empty line. */
export function formatHead(startLine: string, fields: readonly HeaderField[]): Buffer {
  return Buffer.from(`${startLine}\r\n${formatFields(fields)}\r\n`, 'latin1');
}

/**
 * Head bytes with the fields of `head`, and `more` lines after them, each with its CRLF: copied rather than made anew where the head came
 * as it would be made.
 */
export function passHead(
  startLine: string,
  { fields, lines = formatFields(fields) }: Pick<RequestHead, 'fields' | 'lines'>,
  more = '',
): string {
  return `${startLine}\r\n${lines}${more}\r\n`;
}

/** Trailer fields as END frames carry them: lines each ended by CRLF, without the empty line. `parseTrailers` reads them. */
export function formatTrailers(fields: readonly HeaderField[]): Buffer {
  return Buffer.from(formatFields(fields), 'latin1');
}

/** Makes a field out of a name and a value that the caller knows to be valid. */
export function headerField(name: string, value: string): HeaderField {
  return [name, value, name.toLowerCase()];
}

/** Whether `value` may stand in a Host field: a name or an address, with or without a port. */
export function isHost(value: string): boolean {
  return HOST.test(value);
}

/** Whether the field with the lower-case name `key` says how messages are carried, or speaks for us: nobody else may set it. */
export function isManagedField(key: string): boolean {
  // CGI and WSGI apps read both spellings as one.
  const name = key.replaceAll('_', '-');
  return isHopByHop(name) || MANAGED.has(name) || name.startsWith('x-wx-dev-');
}

/**
 * Parses trailer fields: lines each ended by CRLF, without the empty line. Gives them back without those that may not be
 * trailers because they would change framing, routing or authentication (RFC 9110 §6.5.1).
 *
 * @throws WXD4012 (400)
 */
export function parseTrailers(bytes: Buffer): readonly HeaderField[] {
  const { fields } = parseFields(bytes.toString('latin1'), 0, 400, MAX_FIELDS.socket);
  return fields.filter(([, , key]) => !NOT_A_TRAILER.has(key) && !isHopByHop(key));
}

/** What frames a message or routes it, besides the hop-by-hop fields. */
const MANAGED: ReadonlySet<string> = new Set(['host', 'content-length', 'trailer', 'expect']);

// A Connection field that names one of these tries to change who is asked or how long the body is.
const NEVER_NOMINATED: ReadonlySet<string> = new Set(['host', 'content-length']);

const NOT_A_TRAILER: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'trailer',
  'expect',
  'authorization',
  'cookie',
  'set-cookie',
]);

function parseRequestLine(
  line: string,
  source: HeadSource,
): Pick<RequestHead, 'method' | 'target' | 'version'> {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, first);
  const target = line.slice(first + 1, last);
  const protocol = line.slice(last + 1);
  if (first < 0 || !METHOD.test(method)) throw malformed('no method at the start');
  const allowed = source === 'last-hop' ? LAST_HOP_TARGET : TARGET;
  if (first === last || !allowed.test(target)) throw malformed('a target with a forbidden byte');
  if (protocol === 'HTTP/1.1') return { method, target, version: '1.1' };
  if (protocol === 'HTTP/1.0') return { method, target, version: '1.0' };
  if (/^HTTP\/[0-9]\.[0-9]$/.test(protocol)) throw malformed(`the version ${protocol}`, 505);
  throw malformed('no HTTP version at the end of the request line');
}

function requestFraming(found: FoundFields, version: '1.0' | '1.1'): BodyFraming {
  if (found.isChunked) {
    // RFC 9112 §6.1: a 1.0 recipient in between would not have understood it.
    if (version === '1.0') throw malformed('Transfer-Encoding in HTTP/1.0');
    return { type: 'chunked' };
  }
  if (found.contentLength === undefined || found.contentLength === 0) return { type: 'none' };
  return { type: 'length', bytes: found.contentLength };
}

function upgradeOf(found: FoundFields, source: HeadSource): string | undefined {
  const { upgrade, upgrades, connection } = found;
  const isMeant = source === 'tunnel' || connection?.has('upgrade') === true;
  if (upgrades !== 1 || !isMeant) return undefined;
  // h2c would carry requests past the parser.
  return upgrade === undefined || /^h2c\b/i.test(upgrade) ? undefined : upgrade;
}

function endToEnd(
  { fields, lines, hopByHop, connection }: FoundFields,
  withUpgrade: boolean,
): Pick<RequestHead, 'fields' | 'lines'> {
  if (hopByHop === 0) return { fields, lines };
  const kept = fields.filter((field) => {
    const key = field[2];
    if (key === 'upgrade') return withUpgrade;
    if (isHopByHop(key)) return false;
    return connection?.has(key) !== true || NEVER_NOMINATED.has(key);
  });
  // Others are left out too, or one of these stays.
  const isOther = withUpgrade || kept.length !== fields.length - hopByHop;
  return { fields: kept, lines: isOther ? undefined : lines };
}

/** `host` is the one the request is routed by, if it is. */
function originForm(method: string, target: string, host: string | undefined): string {
  if (method === 'CONNECT') throw malformed('CONNECT, which is for proxies', 405);
  if (target.startsWith('/')) return target;
  if (target === '*' && method === 'OPTIONS') return target;
  const absolute = /^https?:\/\/([^/?]+)(.*)$/i.exec(target);
  if (!absolute) throw malformed('a target that is no path');
  // The path must never choose another host than the one the request was routed by.
  if (host !== undefined && absolute[1]?.toLowerCase() !== host.toLowerCase())
    throw malformed('a target for another host than Host names');
  const path = absolute[2] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

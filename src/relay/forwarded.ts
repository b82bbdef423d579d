import { isIP } from 'node:net';
import { plainAddress, type AddressList } from '../core/addresses.ts';
import {
  fieldValue,
  formatHead,
  isHost,
  passHead,
  type HeaderField,
  type RequestHead,
} from '../wire/head.ts';
import { formatFields } from '../wire/header-fields.ts';
import { traceIdOf } from '../wire/trace-context.ts';
import type { TraceIds } from './trace.ts';

/** What the relay knows about a connection before it reads a request. */
export interface Arrival {
  /** Address of whoever connected. */
  readonly peer: string;
  /** Whether the peer is a proxy that may speak for its visitors. */
  readonly isTrusted: boolean;
  /** How the peer reached us, or what is in front of us. */
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

/** Where a request came from, as the app is told. */
export interface Origin {
  /** Address of the visitor. */
  readonly remote: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly requestId: string;
  readonly traceId: string;
  /** What to send as traceparent; undefined: the visitor's own is valid and stays. */
  readonly traceparent: string | undefined;
}

/** What names a request in logs. */
export interface RequestIds {
  readonly newRequestId: () => string;
  readonly traceIds: TraceIds;
}

/** Where `request` came from: as its connection shows, and as a trusted proxy says. */
export function originOf(
  request: RequestHead,
  { peer, isTrusted, scheme, port }: Arrival,
  ids: RequestIds,
  proxies?: AddressList,
): Origin {
  const { fields, host, received } = request;
  const known = traceIdOf(fields);
  const { traceId, traceparent } =
    known === undefined ? ids.traceIds.next() : { traceId: known, traceparent: undefined };
  if (!isTrusted || !proxies) {
    const requestId = ids.newRequestId();
    return { remote: peer, scheme, host, port, requestId, traceId, traceparent };
  }
  // As received: a visitor's `Connection: X-Forwarded-For`, passed on, must not take away what the proxy says (CVE-2022-31813).
  const said = (name: string, form: RegExp): string | undefined => {
    const value = fieldValue(received, name);
    return value !== undefined && form.test(value) ? value : undefined;
  };
  const saidHost = fieldValue(received, 'x-forwarded-host');
  return {
    remote: visitorOf(received, peer, proxies),
    scheme: schemeOf(said('x-forwarded-proto', /^https?$/i)) ?? scheme,
    host: saidHost !== undefined && isHost(saidHost) ? saidHost : host,
    port: Number(said('x-forwarded-port', /^[1-9][0-9]{0,4}$/) ?? port),
    requestId: said('x-request-id', /^[\w.:/+=-]{1,128}$/) ?? ids.newRequestId(),
    traceId,
    traceparent,
  };
}

/**
 * The head to send through the tunnel: what the client claims about its address or about us is taken away and replaced by what
 * is known; everything else stays in its order and case.
 */
export function forwardedHead(request: RequestHead, origin: Origin): Buffer {
  const startLine = `${request.method} ${request.target} HTTP/1.1`;
  if (request.fields.some((field) => isReplaced(field[2], origin)))
    return formatHead(startLine, forwardedFields(request, origin));
  return Buffer.from(passHead(startLine, request, formatFields(knownFields(origin))), 'latin1');
}

/** The fields of that head. */
export function forwardedFields(request: RequestHead, origin: Origin): HeaderField[] {
  const kept = request.fields.filter((field) => !isReplaced(field[2], origin));
  return [...kept, ...knownFields(origin)];
}

/** Whether the field with the lower-case name `key` is taken away. */
function isReplaced(key: string, { traceparent }: Origin): boolean {
  // A trace that is begun anew must not carry on what belonged to another one.
  if (traceparent !== undefined && (key === 'traceparent' || key === 'tracestate')) return true;
  return isClaim(key);
}

/** What is known about a request, in the words of proxies. */
function knownFields({
  remote,
  scheme,
  host,
  port,
  requestId,
  traceparent,
}: Origin): readonly HeaderField[] {
  const fields: HeaderField[] = [
    ['X-Forwarded-For', remote, 'x-forwarded-for'],
    ['X-Forwarded-Proto', scheme, 'x-forwarded-proto'],
    ['X-Forwarded-Host', host, 'x-forwarded-host'],
    ['X-Forwarded-Port', String(port), 'x-forwarded-port'],
    ['X-Request-Id', requestId, 'x-request-id'],
  ];
  if (traceparent !== undefined) fields.push(['traceparent', traceparent, 'traceparent']);
  return fields;
}

/** The fields without those by which a client would speak for a proxy or for us. */
export function withoutClaims(fields: readonly HeaderField[]): HeaderField[] {
  return fields.filter(([, , key]) => !isClaim(key));
}

const CLAIMS: ReadonlySet<string> = new Set(['forwarded', 'x-real-ip', 'x-request-id']);

function isClaim(key: string): boolean {
  if (!key.startsWith('x') && !key.startsWith('f')) return false;
  // CGI and WSGI apps read `X_Forwarded_For` as if it were `X-Forwarded-For`.
  const name = key.replaceAll('_', '-');
  return CLAIMS.has(name) || name.startsWith('x-forwarded-') || name.startsWith('x-wx-dev-');
}

function schemeOf(proto: string | undefined): 'http' | 'https' | undefined {
  const name = proto?.toLowerCase();
  return name === 'http' || name === 'https' ? name : undefined;
}

/** Most hops of a chain that are looked at. */
const MAX_HOPS = 32;

/**
 * The last address of the chain that no trusted proxy has: each proxy appends the one it saw, so that what stands further left may
 * be the visitor's own invention.
 */
function visitorOf(fields: readonly HeaderField[], peer: string, proxies: AddressList): string {
  const chain = fields.filter(([, , key]) => key === 'x-forwarded-for').map(([, value]) => value);
  const hops = chain.length > 0 ? chain.join(',').split(',') : [fieldValue(fields, 'x-real-ip')];
  let visitor = peer;
  for (const hop of hops.slice(-MAX_HOPS).toReversed()) {
    const address = addressOf(hop ?? '');
    // What is no address was not put there by a proxy.
    if (address === undefined) return visitor;
    visitor = address;
    if (!proxies.has(address)) return visitor;
  }
  return visitor;
}

/** Some proxies add the port. */
function addressOf(hop: string): string | undefined {
  const text = hop.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');
  const address = plainAddress(bare);
  return isIP(address) === 0 ? undefined : address;
}

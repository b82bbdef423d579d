import { request as requestHttp, type ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HeaderList } from '../core/http-message.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import type { ForwardTarget } from './forward-target.ts';
import { maxHeaderBytes } from './limits.ts';

/** The head of a request to the app, as it goes on the wire. */
export interface DialedHead {
  readonly method: string;
  /** Path and query, not re-encoded. */
  readonly path: string;
  readonly headers: HeaderList;
}

/** How the app is reached. */
export interface DialOptions {
  readonly target: ForwardTarget;
  readonly signal?: AbortSignal | undefined;
  /** The connection stands, TLS included. */
  readonly onConnect: () => void;
}

/**
 * How long one address of this machine is tried before the other, in milliseconds. Where nothing listens it is refused at once, so only
 * a busy machine takes long; Node's own 250 ms then gave up on apps that were there (ETIMEDOUT, seen with 500 pushes at once).
 */
const loopbackAttemptMs = 5000;

/**
 * Opens a request to the app with exactly the given header lines, but for Host where the target has one of its own. Each gets a connection of its own: reusing one can meet an app
 * that just closed it, which would look like a failure of the app, and costs only some 0.1 ms on this machine.
 */
export function dial(head: DialedHead, { target, signal, onConnect }: DialOptions): ClientRequest {
  const options = {
    method: head.method,
    path: head.path,
    host: target.host,
    port: target.port,
    lookup: target.lookup,
    ...(isLoopbackHost(target.host) && { autoSelectFamilyAttemptTimeout: loopbackAttemptMs }),
    // A flat list is the only form Node writes as given: order, case and duplicates.
    headers: withHost(head.headers, target.hostHeader).flat(),
    agent: false,
    maxHeaderSize: maxHeaderBytes,
    ...(signal && { signal }),
  } as const;
  const request = target.tls ? requestHttps({ ...options, ...target.tls() }) : requestHttp(options);
  request.once('socket', (socket) => {
    socket.once(target.tls ? 'secureConnect' : 'connect', onConnect);
  });
  return request;
}

function withHost(headers: HeaderList, host: string | undefined): HeaderList {
  if (host === undefined) return headers;
  const at = headers.findIndex(([name]) => name.toLowerCase() === 'host');
  if (at < 0) return [['Host', host], ...headers];
  return headers.map(([name, value], index) => [name, index === at ? host : value] as const);
}

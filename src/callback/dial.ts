import { request as requestHttp, type ClientRequest } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
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
  /** Certificates (PEM) that are trusted besides the public ones. */
  readonly ca?: readonly string[] | undefined;
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
 * Opens a request to the app with exactly the given header lines. Each gets a connection of its own: reusing one can meet an app
 * that just closed it, which would look like a failure of the app, and costs only some 0.1 ms on this machine.
 */
export function dial(
  head: DialedHead,
  { target, ca, signal, onConnect }: DialOptions,
): ClientRequest {
  const options = {
    method: head.method,
    path: head.path,
    host: target.host,
    port: target.port,
    lookup: target.lookup,
    ...(isLoopbackHost(target.host) && { autoSelectFamilyAttemptTimeout: loopbackAttemptMs }),
    // A flat list is the only form Node writes as given: order, case and duplicates.
    headers: head.headers.flat(),
    agent: false,
    maxHeaderSize: maxHeaderBytes,
    ...(signal && { signal }),
  } as const;
  const request = target.secure
    ? requestHttps({
        ...options,
        // Without it Node takes the name from the Host header, which is the public one.
        servername: isIP(target.host) === 0 ? target.host : '',
        ...(ca && ca.length > 0 && { ca: [...rootCertificates, ...ca] }),
      })
    : requestHttp(options);
  request.once('socket', (socket) => {
    socket.once(target.secure ? 'secureConnect' : 'connect', onConnect);
  });
  return request;
}

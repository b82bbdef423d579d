import type { Socket } from 'node:net';
import type { AddressList } from '../core/addresses.ts';
import type { Admission } from './admission.ts';
import type { RequestIds } from './forwarded.ts';
import type { RelayMemory } from './memory.ts';
import type { RelayRequest } from './request-log.ts';
import type { Router } from './routing.ts';
import type { Spool } from './spool.ts';

/** What the public connections of one listener share; `Connection` is what is told when it is gone. */
export interface PublicContext<Connection = unknown> {
  readonly router: Router;
  readonly admission: Admission;
  readonly memory: RelayMemory;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  readonly ids: RequestIds;
  /** Proxies that may speak for their visitors. */
  readonly proxies: AddressList | undefined;
  readonly now: () => number;
  /** Told about each request that was answered; undefined while nobody listens. */
  readonly onRequest: ((request: RelayRequest) => void) | undefined;
  /** Takes over a connection on which a client dials from `remote`; `bytes` have been read from it. */
  handOver(socket: Socket, bytes: Buffer, remote: string): void;
  /** Keeps requests for clients that are away, where the relay does. */
  readonly spool: () => Spool | undefined;
  /** The connection is gone or was handed over. */
  forget(connection: Connection): void;
}

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { outliveAcceptErrors } from '../core/accept-errors.ts';
import { WxDevError } from '../core/errors.ts';
import { silentLogger, type Logger } from '../core/logger.ts';

/** What tells a supervisor or a load balancer how the relay is. */
export interface Health {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/** It answers from memory: whoever takes longer to ask is no supervisor. */
const ASK_MS = 5_000;

/** More than any machine has supervisors. */
const MAX_ASKING = 64;

/**
 * Serves `/healthz` (200 while the process works) and `/readyz` (503 until the relay listens and once it ends) on this machine only:
 * apart from the public port, so that no visitor asks and no quota of visitors is in the way.
 *
 * @throws WXD6003 when the port is taken
 */
export async function startHealth(
  port: number,
  isReady: () => boolean,
  logger: Logger = silentLogger,
): Promise<Health> {
  const server = createServer(
    { requestTimeout: ASK_MS, headersTimeout: ASK_MS, keepAliveTimeout: ASK_MS },
    (request, response) => {
      request.resume();
      const path = (request.url ?? '').split('?', 1)[0];
      if (request.method !== 'GET' && request.method !== 'HEAD') say(response, 405, 'use GET');
      else if (path === '/healthz') say(response, 200, 'ok');
      else if (path === '/readyz')
        say(response, isReady() ? 200 : 503, isReady() ? 'ready' : 'not ready');
      else say(response, 404, 'only /healthz and /readyz');
    },
  );
  server.maxConnections = MAX_ASKING;
  const listening = once(server, 'listening');
  server.listen({ port, host: '127.0.0.1' });
  try {
    await listening;
  } catch (cause) {
    const details = { host: '127.0.0.1', port, run: 'wx-dev relay --health-port 0' };
    throw new WxDevError('WXD6003', details, { cause });
  }
  outliveAcceptErrors(server, logger);
  // `listen` on a TCP port gives an AddressInfo; only pipes give a string.
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(`${text}\n`);
}

import type { Server } from 'node:net';
import type { Logger } from './logger.ts';

/** Milliseconds between two lines about it: with no descriptors left every connection that comes fails. */
const QUIET_MS = 10_000;

/**
 * Lets `server`, which listens, live through connections that cannot be accepted. After `listen` nothing else is an `error` event of it,
 * and most often the process has no file descriptors left (EMFILE): that passes, and without a listener it would end the process.
 */
export function outliveAcceptErrors(server: Server, logger: Logger): void {
  let quietUntil = 0;
  server.on('error', (error: NodeJS.ErrnoException) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + QUIET_MS;
    logger.warn('cannot accept a connection', { error: error.code ?? error.message });
  });
}

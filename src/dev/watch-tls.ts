import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from '../core/logger.ts';
import type { RefusesClient, ServerTls } from '../core/server-tls.ts';
import { refusedBy } from './client-check.ts';
import { readServerTls, type TlsPaths } from './tls-files.ts';

/** Asking for four files a second costs nothing, and unlike events it sees files replaced, behind links and on network disks. */
const pollMs = 1000;

/** Certificate and key are written one after the other. */
const settleMs = 300;

/** What is done with certificates that have changed. */
export interface WatchTlsOptions {
  readonly paths: TlsPaths;
  /** What is served now. */
  readonly tls: ServerTls;
  /** `refuses` tells which clients have to be cut. */
  readonly apply: (tls: ServerTls, refuses: RefusesClient) => void;
  readonly logger: Logger;
}

/**
 * Watches the files of a running server's TLS and hands on what changed. Files that cannot be used, such as a certificate whose
 * key has not been written yet, change nothing and are tried again when one of them changes. Keeps no process alive.
 */
export function watchTls(options: WatchTlsOptions): { close(): void } {
  const { paths, apply, logger } = options;
  const files = Object.values(paths).filter((path) => typeof path === 'string');
  let current = options.tls;
  const isSame = (tls: ServerTls): boolean => JSON.stringify(tls) === JSON.stringify(current);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const reload = async (): Promise<void> => {
    try {
      const tls = await readServerTls(paths);
      if (closed || isSame(tls)) return;
      apply(tls, refusedBy(tls, current));
      current = tls;
      logger.info('certificate renewed', { path: paths.cert });
    } catch (error) {
      if (closed) return;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn('certificate not renewed, the old one stays', { path: paths.cert, reason });
    }
  };
  const onChange = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), settleMs).unref();
  };
  for (const file of files) watchFile(file, { interval: pollMs, persistent: false }, onChange);
  onChange(); // For what changed between reading and now.
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      for (const file of files) unwatchFile(file, onChange);
    },
  };
}

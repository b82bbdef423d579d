import { isLoopbackHost } from '../core/loopback.ts';
import type { UrlProblem } from '../core/errors/diagnosis.ts';

/** Names and addresses of local networks: RFC 1918, RFC 3927, RFC 4193, RFC 6762 and what routers use. */
const privateHosts: readonly RegExp[] = [
  /^10\./u,
  /^192\.168\./u,
  /^172\.(?:1[6-9]|2\d|3[01])\./u,
  /^169\.254\./u,
  /^\[f[cd][\da-f]{2}:/iu,
  /\.(?:local|lan|home|internal|test)$/iu,
];

/**
 * Why WeChat cannot connect to `url`, as far as the URL itself tells.
 *
 * @see 接入指南: http:// or https://, ports 80 and 443
 */
export function findUrlProblem(url: string): UrlProblem | undefined {
  const { hostname, port } = new URL(url);
  const isPrivate = isLoopbackHost(hostname) || privateHosts.some((host) => host.test(hostname));
  if (isPrivate) return 'private';
  if (port !== '') return 'port';
  return /^https?:\/\/[^/]*:\d+(?:\/|$)/iu.test(url) ? 'usual-port' : undefined;
}

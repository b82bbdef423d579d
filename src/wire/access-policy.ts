import { createHash } from 'node:crypto';

/** The feature under which a client says who may use its public URL, and the relay enforces it. */
export const accessFeature = 'access';

/** Who may use a public URL. Empty lists ask for nothing. */
export interface AccessPolicy {
  /** Logins, each as `hashLogin` gives it: the password itself is in no handshake. */
  readonly basicAuth: readonly string[];
  /** Addresses and ranges from which requests may come. */
  readonly allowIp: readonly string[];
  /** Paths that are open to everybody; `*` at the end stands for all that begin so. */
  readonly openPaths: readonly string[];
}

/** `salt:hash` of `user:password`, both in hex. @param salt 16 random bytes in hex */
export function hashLogin(login: string | Uint8Array, salt: string): string {
  return `${salt}:${createHash('sha256').update(salt).update(login).digest('hex')}`;
}

/** Whether `path`, without its query, is open to everybody. */
export function isOpenPath(path: string, openPaths: readonly string[]): boolean {
  return openPaths.some((open) => {
    if (!open.endsWith('*')) return path === open;
    return path.startsWith(open.slice(0, -1)) && PLAIN_PATH.test(path);
  });
}

// What a server could take for another path than it seems (`/open/../secret`, `/open/%2e%2e/secret`, `/open/..;/secret`, `//`) is
// not covered by what it begins with.
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~!$&'()*+,=:@-]+)*\/?$/;

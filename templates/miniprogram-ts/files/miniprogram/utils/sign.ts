import { hmacSha256, sha256 } from './sha256';

/**
 * Header of a signed request. The key comes with each login and is good for this session: one that is built into a mini program is
 * public, whoever downloads it can read it.
 */
export function signHeader(
  key: string,
  method: string,
  path: string,
  body: string,
  { now = Date.now(), nonce = newNonce() }: { now?: number; nonce?: string } = {},
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const text = [method, path, timestamp, nonce, sha256(body)].join('\n');
  return { 'X-Timestamp': timestamp, 'X-Nonce': nonce, 'X-Signature': hmacSha256(key, text) };
}

/** Need not be secret, only new: the backend takes each one once. */
function newNonce(): string {
  const random = (): string => Math.floor(Math.random() * 2 ** 32).toString(36);
  return `${Date.now().toString(36)}-${random()}${random()}`;
}

import { WxDevError } from '../core/errors.ts';
import type { Account } from './account.ts';
import { formatPushQuery, type ParameterName, type PushQuery } from './query.ts';
import { spacesIn } from './spaces.ts';
import { diagnoseSignature, sign, signaturesEqual } from './signature.ts';

/**
 * Checks `signature`, which covers token, timestamp and nonce.
 *
 * @throws WXD1001 WXD1002
 */
export function verifySignature(query: PushQuery, { token, sources }: Account): void {
  const received = requireParameter(query, 'signature', query.signature);
  const timestamp = requireParameter(query, 'timestamp', query.timestamp);
  const nonce = requireParameter(query, 'nonce', query.nonce);
  const computed = sign(token, timestamp, nonce);
  if (signaturesEqual(received, computed)) return;
  const kind = 'signature';
  const hint = diagnoseSignature({ kind, received, values: { token, timestamp, nonce } });
  throw new WxDevError('WXD1001', { kind, received, computed, hint, source: sources?.token });
}

/**
 * Checks `msg_signature`, which covers the encrypted text too.
 *
 * @throws WXD1001 WXD1002
 */
export function verifyMsgSignature(
  query: PushQuery,
  { token, sources }: Account,
  encrypted: string,
): void {
  const received = requireParameter(query, 'msg_signature', query.msgSignature);
  const timestamp = requireParameter(query, 'timestamp', query.timestamp);
  const nonce = requireParameter(query, 'nonce', query.nonce);
  const computed = sign(token, timestamp, nonce, encrypted);
  if (signaturesEqual(received, computed)) return;
  const kind = 'msg_signature';
  const values = { token, timestamp, nonce, encrypt: encrypted };
  const hint = diagnoseSignature({ kind, received, values, plainSignature: query.signature });
  const name = encrypted === query.echostr ? 'echostr' : 'Encrypt';
  const spaces =
    hint === 'plus-became-space' ? ({ name, at: spacesIn(encrypted) } as const) : undefined;
  const source = sources?.token;
  throw new WxDevError('WXD1001', { kind, received, computed, hint, source, spaces });
}

/**
 * Gives the value of a parameter that must be there.
 *
 * @throws WXD1002 when it is absent or empty.
 */
export function requireParameter(
  query: PushQuery,
  parameter: ParameterName,
  value: string | undefined,
): string {
  if (value !== undefined) return value;
  const present = formatPushQuery(query)
    .split('&')
    .flatMap((pair) => (pair === '' ? [] : [pair.slice(0, pair.indexOf('='))]));
  throw new WxDevError('WXD1002', { parameter, present });
}

import { WxDevError } from '../core/errors.ts';
import type { Account } from './account.ts';
import { formatPushQuery, type ParameterName, type PushQuery } from './query.ts';
import { spacesIn } from './spaces.ts';
import { diagnoseSignature, sign, signaturesEqual } from './signature.ts';

/**
 * Checks `signature`, which covers token, timestamp and nonce.
 *
 * @throws WXD1001 WXD1002 WXD1152
 */
export function verifySignature(query: PushQuery, { token, sources }: Account): void {
  const received = requireParameter(query, 'signature', query.signature);
  const timestamp = requireShort(query, 'timestamp', query.timestamp);
  const nonce = requireShort(query, 'nonce', query.nonce);
  const computed = sign(token, timestamp, nonce);
  if (signaturesEqual(received, computed)) return;
  const kind = 'signature';
  const hint = diagnoseSignature({ kind, received, values: { token, timestamp, nonce } });
  throw new WxDevError('WXD1001', { kind, received, computed, hint, source: sources?.token });
}

/**
 * Checks `msg_signature`, which covers the encrypted text too.
 *
 * @throws WXD1001 WXD1002 WXD1152
 */
export function verifyMsgSignature(
  query: PushQuery,
  { token, sources }: Account,
  encrypted: string,
): void {
  const received = requireParameter(query, 'msg_signature', query.msgSignature);
  const timestamp = requireShort(query, 'timestamp', query.timestamp);
  const nonce = requireShort(query, 'nonce', query.nonce);
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
 * Longest timestamp or nonce, in characters; WeChat's have ten. Signatures join their values without separators, so that what is signed stays
 * the same when the beginning of `Encrypt` moves into its neighbour. 64 characters of base64 are the least that are whole blocks.
 */
const maxParameterLength = 63;

function requireShort(
  query: PushQuery,
  parameter: 'timestamp' | 'nonce',
  value: string | undefined,
): string {
  const text = requireParameter(query, parameter, value);
  if (text.length <= maxParameterLength) return text;
  const details = { parameter, length: text.length, limit: maxParameterLength };
  throw new WxDevError('WXD1152', details);
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

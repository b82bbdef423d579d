import { hash, timingSafeEqual } from 'node:crypto';
import type { SignatureHint } from '../core/errors/hints.ts';

/**
 * WeChat's signature: sha1 over the values, sorted by their bytes and joined without separators, as lower-case hex.
 *
 * `signature` covers token, timestamp and nonce (and says nothing about the body); `msg_signature` covers `Encrypt` too.
 *
 * @see https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.html 消息加解密说明
 */
export function sign(...values: string[]): string {
  sortUnits(values);
  let joined = '';
  for (const value of values) joined += value;
  // Bytes, not numbers: "486452656" sorts after "1714037059". But for surrogates UTF-16 units are in the order of UTF-8 bytes.
  if (!surrogate.test(joined)) return sha1(joined);
  const bytes = values.map((value) => Buffer.from(value)).sort((a, b) => Buffer.compare(a, b));
  return sha1(Buffer.concat(bytes));
}

/** Sorts by insertion: for three or four values `Array.sort` takes as long as their SHA-1. */
function sortUnits(values: string[]): void {
  for (let end = 1; end < values.length; end += 1) {
    const value = values[end] ?? '';
    let at = end;
    for (; at > 0 && (values[at - 1] ?? '') > value; at -= 1) values[at] = values[at - 1] ?? '';
    values[at] = value;
  }
}

/** Compares two signatures in a time that depends on their lengths only. Upper-case hex is not equal: WeChat sends lower case. */
export function signaturesEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The values behind a signature. */
export interface SignedValues {
  readonly token: string;
  readonly timestamp: string;
  readonly nonce: string;
  /** Covered by `msg_signature` and `MsgSignature`, not by `signature`. */
  readonly encrypt?: string | undefined;
}

/** What is known about a signature that does not match. */
export interface Mismatch {
  readonly kind: 'signature' | 'msg_signature';
  readonly received: string;
  readonly values: SignedValues;
  /** The `signature` that came along with a `msg_signature`. */
  readonly plainSignature?: string | undefined;
}

/** Finds out which mistake gives the received signature; `undefined` when none does, so that the Token is the likeliest cause. */
export function diagnoseSignature({
  kind,
  received,
  values: { token, timestamp, nonce, encrypt },
  plainSignature,
}: Mismatch): SignatureHint | undefined {
  const three = [token, timestamp, nonce];
  const four = encrypt === undefined ? undefined : [...three, encrypt];
  const expected = kind === 'signature' ? three : (four ?? three);
  const isSignatureOf = (values: string[] | undefined): boolean =>
    values !== undefined && signaturesEqual(received, sign(...values));

  if (signaturesEqual(received.toLowerCase(), sign(...expected))) return 'upper-case';
  if (kind === 'msg_signature' && isSignatureOf(three)) return 'three-values';
  if (kind === 'signature' && isSignatureOf(four)) return 'four-values';
  if (isSignatureOf(expected.map((value) => value.replaceAll(' ', '+'))))
    return 'plus-became-space';
  if (signaturesEqual(received, signSortedAsNumbers(expected))) return 'sorted-as-numbers';
  if (signaturesEqual(received, sha1(expected.join('')))) return 'unsorted';
  const others = expected.slice(1);
  if (
    [token.toLowerCase(), token.toUpperCase()].some((other) => isSignatureOf([other, ...others]))
  ) {
    return 'token-capitals';
  }
  if (plainSignature !== undefined && signaturesEqual(plainSignature, sign(...three))) {
    return 'token-right';
  }
  return undefined;
}

/** What PHP's `sort()` without SORT_STRING and JavaScript's `(a, b) => a - b` make of the values. */
function signSortedAsNumbers(values: readonly string[]): string {
  const sorted = [...values].sort((a, b) => {
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) ? Number(a > b) - Number(a < b) : difference;
  });
  return sha1(sorted.join(''));
}

const surrogate = /[\uD800-\uDFFF]/;

function sha1(data: string | Buffer): string {
  return hash('sha1', data, 'hex');
}

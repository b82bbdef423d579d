import { createHash, createHmac } from 'node:crypto';
import type { PayV2SignHint } from '../../core/errors/pay.ts';
import { WxDevError } from '../../core/errors.ts';
import { textOf, type Fields } from '../fields.ts';
import { signaturesEqual } from '../signature.ts';

/** How v2 signs; `sign_type` says which, MD5 where it is missing. */
export type PayV2SignType = 'MD5' | 'HMAC-SHA256';

/**
 * Signs the fields of a v2 message: all but `sign` and empty ones, sorted by name, `k=v&…&key=<key>`, hashed, in upper-case hex.
 *
 * @throws WXD1221 when a field is there twice or holds fields: what is signed would not be what is read.
 * @see https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=4_3 签名算法
 */
export function signV2(fields: Fields, key: string, type: PayV2SignType = 'MD5'): string {
  const pairs = Object.entries(fields)
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .map(([name, value]) => {
      if (typeof value === 'string') return [name, value] as const;
      throw new WxDevError('WXD1221', { field: name, problem: 'repeated' });
    })
    // By their bytes; names are ASCII, where UTF-16 units sort alike.
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const text = [...pairs, `key=${key}`].join('&');
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  return hash.update(text).digest('hex').toUpperCase();
}

/**
 * Checks `sign` of a v2 message by the type that its `sign_type` names.
 *
 * @throws WXD1221 when there is no `sign`, an unknown `sign_type`, or a field twice; WXD1130 when it does not match.
 */
export function verifyV2(fields: Fields, key: string): void {
  const received = textOf(fields, 'sign');
  if (received === undefined || received === '') {
    throw new WxDevError('WXD1221', { field: 'sign', problem: 'missing' });
  }
  const named = textOf(fields, 'sign_type');
  const type = named === undefined || named === '' ? 'MD5' : named;
  if (type !== 'MD5' && type !== 'HMAC-SHA256') {
    throw new WxDevError('WXD1221', { field: 'sign_type', problem: 'unknown', received: type });
  }
  if (signaturesEqual(received, signV2(fields, key, type))) return;
  throw new WxDevError('WXD1130', { received, type, hint: diagnose(received, fields, key, type) });
}

function diagnose(
  received: string,
  fields: Fields,
  key: string,
  type: PayV2SignType,
): PayV2SignHint | undefined {
  if (signaturesEqual(received.toUpperCase(), signV2(fields, key, type))) return 'lower-case';
  const other = type === 'MD5' ? 'HMAC-SHA256' : 'MD5';
  return signaturesEqual(received, signV2(fields, key, other)) ? 'other-type' : undefined;
}

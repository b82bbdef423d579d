import { createPrivateKey, createSign, createVerify, type KeyObject } from 'node:crypto';
import type { PaySignatureHint } from '../../core/errors/pay.ts';
import { WxDevError } from '../../core/errors.ts';
import { decodeUtf8 } from '../utf8.ts';
import {
  readSignatureHeaders,
  rsaSignatureType,
  type PayHeaders,
  type SignatureHeaders,
} from './headers.ts';
import { normalizeSerial, type PlatformKey } from './platform-key.ts';

/** How far the clock of a notification may be off, in seconds: the rule of WeChat Pay's own SDKs. */
const clockWindowSeconds = 300;

/** What a deliberately wrong signature begins with (签名探测): whoever answers it with success does not verify. */
export const signatureProbePrefix = 'WECHATPAY/SIGNTEST/';

/** A notification as it came over HTTP. */
export interface RawNotification {
  readonly headers: PayHeaders;
  /** Not decoded, not parsed: the signature covers these very bytes. */
  readonly body: Uint8Array;
}

/** What a notification is verified with. */
export interface VerifyNotificationOptions {
  readonly keys: readonly PlatformKey[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Checks that WeChat Pay sent a notification: SHA-256 with RSA over `timestamp\nnonce\nbody\n`, by the key that `Wechatpay-Serial` names,
 * not longer ago than five minutes.
 *
 * @throws WXD1120 WXD1125 for the headers; WXD1123 for a serial that none of the keys has; WXD1122 for WeChat Pay's own probe; WXD1121
 * for a signature that does not match; WXD1124 when it was signed at another time.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013053249 如何使用微信支付公钥验签
 */
export function verifyNotification(
  { headers, body }: RawNotification,
  { keys, now }: VerifyNotificationOptions,
): void {
  const signed = readSignatureHeaders(headers);
  const key = findKey(signed.serial, keys);
  if (!isSignatureOf(signed, body, key.publicKey)) throw refusal(signed, body, key, keys);
  const skewSeconds = Math.round(now / 1000) - Number(signed.timestamp);
  if (Math.abs(skewSeconds) > clockWindowSeconds) {
    throw new WxDevError('WXD1124', { skewSeconds, limitSeconds: clockWindowSeconds });
  }
}

/** What a notification is signed with. */
export interface SignNotificationOptions {
  /** Seconds since the epoch, as text. */
  readonly timestamp: string;
  /** 32 letters and digits at WeChat Pay. */
  readonly nonce: string;
  readonly serial: string;
  /** RSA, as key object or PEM. */
  readonly privateKey: KeyObject | string;
}

/** Makes the headers by which WeChat Pay signs a notification with this body. */
export function signNotification(
  body: Uint8Array | string,
  { timestamp, nonce, serial, privateKey }: SignNotificationOptions,
): PayHeaders {
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
  const signer = createSign('sha256').update(`${timestamp}\n${nonce}\n`).update(body).update('\n');
  return [
    ['Wechatpay-Timestamp', timestamp],
    ['Wechatpay-Nonce', nonce],
    ['Wechatpay-Signature', signer.sign(key, 'base64')],
    ['Wechatpay-Serial', serial],
    ['Wechatpay-Signature-Type', rsaSignatureType],
  ];
}

function findKey(serial: string, keys: readonly PlatformKey[]): PlatformKey {
  const wanted = normalizeSerial(serial);
  const key = keys.find((known) => normalizeSerial(known.serial) === wanted);
  if (key) return key;
  const known = keys.map((each) => each.serial);
  throw new WxDevError('WXD1123', { received: serial, known });
}

function isSignatureOf(
  { timestamp, nonce, signature }: SignatureHeaders,
  body: Uint8Array | string,
  publicKey: KeyObject,
): boolean {
  // Node's decoder skips what is no base64 and the bits left over at the end, so that many texts would be one signature.
  if (Buffer.from(signature, 'base64').toString('base64') !== signature) return false;
  return createVerify('sha256')
    .update(`${timestamp}\n${nonce}\n`)
    .update(body)
    .update('\n')
    .verify(publicKey, signature, 'base64');
}

function refusal(
  signed: SignatureHeaders,
  body: Uint8Array,
  key: PlatformKey,
  keys: readonly PlatformKey[],
): WxDevError {
  if (signed.signature.startsWith(signatureProbePrefix)) return new WxDevError('WXD1122', {});
  const hint = diagnose(signed, body, key, keys);
  return new WxDevError('WXD1121', { received: signed.signature, serial: key.serial, hint });
}

/** Finds out which mistake on the way gives the received signature. */
function diagnose(
  signed: SignatureHeaders,
  body: Uint8Array,
  { publicKey }: PlatformKey,
  keys: readonly PlatformKey[],
): PaySignatureHint | undefined {
  const text = decodeUtf8(body).text;
  if (text === undefined) return undefined;
  if (text === '') return 'empty-body';
  const fits = (changed: string): boolean =>
    changed !== text && isSignatureOf(signed, changed, publicKey);
  if (fits(text.trim().replace(/^\uFEFF/u, ''))) return 'space-added';
  const compact = compactJson(text);
  if (compact !== undefined && fits(compact)) return 'reserialised';
  const isOther = keys.some(
    (other) => other.publicKey !== publicKey && isSignatureOf(signed, body, other.publicKey),
  );
  return isOther ? 'other-key' : undefined;
}

/** JSON as WeChat Pay writes it: without white space, nothing escaped that need not be. */
function compactJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined; // No JSON: then this was not the mistake.
  }
}

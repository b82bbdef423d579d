import { WxDevError } from '../../core/errors.ts';

/** Field lines as they came over HTTP: names in any case, duplicates kept. */
export type PayHeaders = readonly (readonly [name: string, value: string])[];

/** What WeChat Pay says about a notification in its headers. */
export interface SignatureHeaders {
  /** Seconds since the epoch, as text: it is signed as it came. */
  readonly timestamp: string;
  readonly nonce: string;
  /** Base64. */
  readonly signature: string;
  /** Which key signed. */
  readonly serial: string;
}

/** SHA-256 with RSA PKCS#1 v1.5. The other type WeChat Pay has is `WECHATPAY2-SM2-WITH-SM3`. */
export const rsaSignatureType = 'WECHATPAY2-SHA256-RSA2048';

/**
 * Reads the headers of a notification.
 *
 * @throws WXD1120 when one is missing, is there twice with two values, or cannot be what WeChat Pay sends; WXD1125 for another signature
 * type than RSA.
 */
export function readSignatureHeaders(headers: PayHeaders): SignatureHeaders {
  const type = valueOf(headers, 'Wechatpay-Signature-Type') ?? rsaSignatureType; // Older ones do not say.
  if (type !== rsaSignatureType) throw new WxDevError('WXD1125', { received: type });
  return {
    timestamp: requireHeader(headers, 'Wechatpay-Timestamp', /^\d{1,12}$/u),
    nonce: requireHeader(headers, 'Wechatpay-Nonce', /^[!-~]+$/u),
    signature: requireHeader(headers, 'Wechatpay-Signature', /^[!-~]+$/u),
    serial: requireHeader(headers, 'Wechatpay-Serial', /^[!-~]+$/u),
  };
}

function requireHeader(headers: PayHeaders, header: string, shape: RegExp): string {
  const value = valueOf(headers, header);
  if (value === undefined || value === '') {
    const present = headers.map(([name]) => name).filter((name) => /^wechatpay-/iu.test(name));
    throw new WxDevError('WXD1120', { header, problem: 'missing', present });
  }
  if (!shape.test(value)) {
    throw new WxDevError('WXD1120', { header, problem: 'malformed', received: value });
  }
  return value;
}

/** The value of a header that may come once. A proxy that doubles a line is harmless, two values are not. */
function valueOf(headers: PayHeaders, header: string): string | undefined {
  const name = header.toLowerCase();
  const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  if (new Set(values).size > 1) throw new WxDevError('WXD1120', { header, problem: 'twice' });
  return values[0];
}

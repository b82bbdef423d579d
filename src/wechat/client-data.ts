import { createDecipheriv, createHash } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import { attempt } from './attempt.ts';
import { fieldsOf, textOf } from './fields.ts';
import { parseJson } from './json.ts';
import { sign, signaturesEqual } from './signature.ts';
import { decodeUtf8 } from './utf8.ts';

/** What a page signs to use the JS-SDK. */
export interface JsApiValues {
  readonly ticket: string;
  readonly nonce: string;
  /** Seconds since the epoch, as text. */
  readonly timestamp: string;
  /** As the page sees it, tunnel domain included; what follows `#` does not count. */
  readonly url: string;
}

/**
 * Signs for `wx.config`: sha1 of `jsapi_ticket=…&noncestr=…&timestamp=…&url=…`, as lower-case hex.
 *
 * @see https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html 附录1
 */
export function signJsApi({ ticket, nonce, timestamp, url }: JsApiValues): string {
  const page = url.replace(/#.*$/su, '');
  const text = `jsapi_ticket=${ticket}&noncestr=${nonce}&timestamp=${timestamp}&url=${page}`;
  return createHash('sha1').update(text).digest('hex');
}

/** Signs for `wx.addCard`: sha1 of the sorted values, as lower-case hex. */
export function signCard(...values: string[]): string {
  return sign(...values);
}

/** Whether `signature` of `wx.getUserInfo` is sha1 of its `rawData` and the session key. */
export function isRawDataSigned(rawData: string, sessionKey: string, signature: string): boolean {
  const expected = createHash('sha1').update(rawData).update(sessionKey).digest('hex');
  return signaturesEqual(signature, expected);
}

/** `encryptedData` of a mini program, with what opens it. */
export interface SealedUserData {
  /** Base64. */
  readonly encryptedData: string;
  /** Base64 of 16 bytes. */
  readonly iv: string;
  /** `session_key`, base64 of 16 bytes. */
  readonly sessionKey: string;
  /** The mini program's; compared with the watermark inside. */
  readonly appId: string;
}

/**
 * Decrypts `encryptedData` of a mini program (AES-128-CBC) into its JSON text.
 *
 * @throws WXD1134 when the session key does not open it, most likely because the user has logged in again since; WXD1135 when it was made
 * for another mini program.
 * @see https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html 开放数据校验与解密
 */
export function decryptUserData({ encryptedData, iv, sessionKey, appId }: SealedUserData): string {
  const key = decodeBlock(sessionKey, 'session_key');
  const vector = decodeBlock(iv, 'iv');
  const decipher = createDecipheriv('aes-128-cbc', key, vector);
  let opened: Buffer;
  try {
    opened = Buffer.concat([decipher.update(encryptedData, 'base64'), decipher.final()]);
  } catch (cause) {
    throw new WxDevError('WXD1134', { problem: 'cipher' }, { cause });
  }
  const { text = '' } = decodeUtf8(opened);
  const { value: fields } = attempt(() => parseJson(text));
  if (fields === undefined) throw new WxDevError('WXD1134', { problem: 'text' });
  const received = textOf(fieldsOf(fields, 'watermark') ?? {}, 'appid') ?? '';
  if (received !== appId) throw new WxDevError('WXD1135', { received, configured: appId });
  return text;
}

function decodeBlock(text: string, problem: 'session_key' | 'iv'): Buffer {
  // 16 bytes are 22 digits and two signs of filling; Node's decoder would take much else.
  if (/^[A-Za-z0-9+/]{22}==$/u.test(text)) return Buffer.from(text, 'base64');
  throw new WxDevError('WXD1134', { problem });
}

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { WxDevError, type SettingSource } from '../../core/errors.ts';
import { decodeUtf8 } from '../utf8.ts';

/** AES-256 in ECB mode, which has no initialisation vector. */
const cipherName = 'aes-256-ecb';

/**
 * Encrypts the text of a v2 refund notice into `req_info`.
 *
 * @param key the API key of v2.
 */
export function encryptReqInfo(text: string, key: string): string {
  const cipher = createCipheriv(cipherName, cipherKey(key), null);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
}

/**
 * Decrypts `req_info` of a v2 refund notice: base64 of AES-256-ECB, the key is the lower-case hex MD5 of the API key.
 *
 * @throws WXD1132 when it is not base64 of whole blocks, or does not decrypt to text: most likely the API key is another one.
 */
export function decryptReqInfo(reqInfo: string, key: string, source?: SettingSource): string {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/u.test(reqInfo);
  if (!isBase64) throw new WxDevError('WXD1132', { problem: 'base64', source });
  const decipher = createDecipheriv(cipherName, cipherKey(key), null);
  let opened: Buffer;
  try {
    opened = Buffer.concat([decipher.update(reqInfo, 'base64'), decipher.final()]);
  } catch (cause) {
    throw new WxDevError('WXD1132', { problem: 'padding', source }, { cause });
  }
  const { text } = decodeUtf8(opened);
  if (text === undefined) throw new WxDevError('WXD1132', { problem: 'utf8', source });
  return text;
}

/** 32 hex digits, used as 32 ASCII bytes. */
function cipherKey(key: string): Buffer {
  return Buffer.from(createHash('md5').update(key).digest('hex'));
}

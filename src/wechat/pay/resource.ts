import { createCipheriv, createDecipheriv } from 'node:crypto';
import { WxDevError } from '../../core/errors.ts';
import { decodeUtf8 } from '../utf8.ts';
import type { ApiV3Key } from './api-v3-key.ts';

/** The only algorithm of the RSA signature family. */
const gcmAlgorithm = 'AEAD_AES_256_GCM';

/** Length of the tag at the end of the cipher text, in bytes. */
const tagBytes = 16;

/** Length of the nonce, which is used as it is written, in bytes. */
const nonceBytes = 12;

/** `resource` of a notification, with WeChat Pay's names. */
export interface EncryptedResource {
  readonly algorithm: string;
  /** Base64 of the cipher text and its 16-byte tag. */
  readonly ciphertext: string;
  /** 12 characters. */
  readonly nonce: string;
  /** May be empty or missing. */
  readonly associated_data?: string | undefined;
  /** What is inside: `transaction`, `refund` … */
  readonly original_type?: string | undefined;
}

/** What a resource is encrypted with. */
export interface EncryptResourceOptions {
  /** 12 ASCII characters; never twice with one key. */
  readonly nonce: string;
  /** @default '' */
  readonly associatedData?: string | undefined;
  readonly originalType?: string | undefined;
}

/**
 * Encrypts a text into the `resource` of a notification.
 *
 * @throws WXD1128 when the nonce is not 12 bytes.
 */
export function encryptResource(
  text: string,
  { bytes }: ApiV3Key,
  { nonce, associatedData = '', originalType }: EncryptResourceOptions,
): EncryptedResource {
  checkNonce(nonce);
  const cipher = createCipheriv('aes-256-gcm', bytes, Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associatedData));
  const parts = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return {
    ...(originalType === undefined ? {} : { original_type: originalType }),
    algorithm: gcmAlgorithm,
    ciphertext: Buffer.concat(parts).toString('base64'),
    associated_data: associatedData,
    nonce,
  };
}

/**
 * Decrypts the `resource` of a notification, or of a platform certificate.
 *
 * @throws WXD1128 when it is not what WeChat Pay sends; WXD1127 when the key, the nonce, the associated data and the cipher text do not
 * belong together, most likely because the APIv3 key is another one.
 */
export function decryptResource(resource: EncryptedResource, { bytes, source }: ApiV3Key): string {
  const { algorithm, ciphertext, nonce, associated_data: associatedData = '' } = resource;
  if (algorithm !== gcmAlgorithm) {
    throw new WxDevError('WXD1128', { problem: 'algorithm', received: algorithm });
  }
  checkNonce(nonce);
  const sealed = decodeCipherText(ciphertext);
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', bytes, Buffer.from(nonce));
  decipher.setAAD(Buffer.from(associatedData)).setAuthTag(sealed.subarray(end));
  let opened: Buffer;
  try {
    opened = Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch (cause) {
    throw new WxDevError('WXD1127', { problem: 'tag', source }, { cause });
  }
  const { text } = decodeUtf8(opened);
  if (text === undefined) throw new WxDevError('WXD1127', { problem: 'utf8', source });
  return text;
}

function checkNonce(nonce: string): void {
  const length = Buffer.byteLength(nonce);
  if (length === nonceBytes) return;
  throw new WxDevError('WXD1128', { problem: 'nonce', received: String(length) });
}

function decodeCipherText(ciphertext: string): Buffer {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/u.test(ciphertext) && ciphertext.length % 4 === 0;
  if (!isBase64) throw new WxDevError('WXD1128', { problem: 'base64', received: ciphertext });
  const sealed = Buffer.from(ciphertext, 'base64');
  if (sealed.length >= tagBytes) return sealed;
  throw new WxDevError('WXD1128', { problem: 'length', received: String(sealed.length) });
}

// https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** WeChat pads to blocks of 32 bytes, not AES's 16: padding is done here, never by OpenSSL. */
const BLOCK = 32;

/** Reads an EncodingAESKey: base64 of 32 bytes without its last `=`. */
export function parseAesKey(text: string): Buffer {
  if (!/^[A-Za-z0-9]{43}$/.test(text)) {
    throw new Error(
      `an EncodingAESKey has 43 letters and digits, this has ${text.length} characters`,
    );
  }
  return Buffer.from(`${text}=`, 'base64');
}

export function encrypt(text: string, key: Buffer, appId: string, random = randomBytes(16)) {
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const content = Buffer.concat([random, length, message, Buffer.from(appId)]);
  const padding = BLOCK - (content.length % BLOCK);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([content, Buffer.alloc(padding, padding)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

export function decrypt(encrypted: string, key: Buffer): { text: string; appId: string } {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length < BLOCK || bytes.length % 16 > 0) throw new Refusal(400, 'Encrypt is not whole');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  const end = 20 + padded.readUInt32BE(16);
  const contentEnd = padded.length - padding;
  if (padding < 1 || padding > BLOCK || end > contentEnd) {
    throw new Refusal(400, 'decryption failed: WX_AES_KEY is not the key of this account');
  }
  return {
    text: padded.toString('utf8', 20, end),
    appId: padded.toString('utf8', end, contentEnd),
  };
}

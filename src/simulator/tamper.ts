import { createCipheriv, createDecipheriv } from 'node:crypto';
import { WxDevError } from '../core/errors.ts';
import type { Account } from '../wechat/account.ts';
import { decrypt, encrypt } from '../wechat/cipher.ts';
import type { SealedPush } from '../wechat/seal.ts';
import type { PushQuery } from '../wechat/query.ts';
import { sign } from '../wechat/signature.ts';

/** What can be made wrong about a push. */
export const tampers = ['signature', 'timestamp', 'cipher', 'appid', 'padding'] as const;

/**
 * `signature`: one digit of it · `timestamp`: another one than was signed · `cipher`: one bit of the encrypted text, not signed again ·
 * `appid`: encrypted for another account, signed rightly · `padding`: impossible padding, signed rightly.
 */
export type Tamper = (typeof tampers)[number];

/** Another account than any a user has. */
const strangerAppId = 'wx0000000000000000';

/** Beyond WeChat's largest padding byte, 32. */
const impossiblePadding = 33;

/** @throws WXD6048 when what is to be broken is not there, because the push is not encrypted. */
export function tamperPush(push: SealedPush, account: Account, tamper: Tamper): SealedPush {
  if (tamper === 'signature' || tamper === 'timestamp') {
    return { ...push, query: tamperQuery(push.query, tamper) };
  }
  const cipherText = findCipherText(push.body);
  const key = account.aesKey;
  if (cipherText === undefined || key === undefined) {
    throw new WxDevError('WXD6048', { tamper, mode: 'plain' });
  }
  switch (tamper) {
    case 'cipher':
      return { ...push, body: push.body.replace(cipherText, flipped(cipherText)) };
    case 'appid': {
      const { text } = decrypt(cipherText, key);
      // The 16 random bytes are the first block, as they were: the same seed gives the same push.
      const random16 = rawDecrypt(cipherText, key).subarray(0, 16);
      return resign(push, account, cipherText, encrypt(text, key, strangerAppId, random16));
    }
    case 'padding': {
      const padded = rawDecrypt(cipherText, key);
      padded[padded.length - 1] = impossiblePadding;
      const cipher = createCipheriv('aes-256-cbc', key.bytes, key.iv).setAutoPadding(false);
      const broken = Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
      return resign(push, account, cipherText, broken);
    }
    default:
      return tamper satisfies never;
  }
}

/** Breaks what a verification has too. */
export function tamperQuery(query: PushQuery, tamper: 'signature' | 'timestamp'): PushQuery {
  const { signature, msgSignature, timestamp } = query;
  if (tamper === 'timestamp') return { ...query, timestamp: String(Number(timestamp) - 1) };
  return {
    ...query,
    ...(signature === undefined ? {} : { signature: otherDigit(signature) }),
    ...(msgSignature === undefined ? {} : { msgSignature: otherDigit(msgSignature) }),
  };
}

function resign(push: SealedPush, account: Account, before: string, after: string): SealedPush {
  const { timestamp = '', nonce = '' } = push.query;
  return {
    ...push,
    query: { ...push.query, msgSignature: sign(account.token, timestamp, nonce, after) },
    body: push.body.replace(before, after),
  };
}

/** In any of the envelopes: `<Encrypt><![CDATA[…]]>`, `"Encrypt":"…"`, `"encrypt":"…"`. */
function findCipherText(body: string): string | undefined {
  return /(?:<Encrypt><!\[CDATA\[|"[Ee]ncrypt":")([A-Za-z0-9+/=]+)/u.exec(body)?.[1];
}

function rawDecrypt(
  cipherText: string,
  key: { readonly bytes: Buffer; readonly iv: Buffer },
): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key.bytes, key.iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(cipherText, 'base64'), decipher.final()]);
}

function flipped(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('base64');
}

function otherDigit(hex: string): string {
  return hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0');
}

import { isWxDevError, WxDevError } from '../core/errors.ts';
import { receiveIdsOf, type Account, type AesKey } from './account.ts';
import { attempt } from './attempt.ts';
import { aesBlock, Cbc } from './cbc.ts';
import { spacesIn } from './spaces.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * What is encrypted, before padding (WXBizMsgCrypt):
 *
 * ```
 * | 16 random bytes | length of text, uint32 big endian | text, UTF-8 | receiveId, UTF-8 |
 * ```
 */
const randomBytes = 16;
const lengthBytes = 4;
const headBytes = randomBytes + lengthBytes;

/** WeChat pads to 32 bytes although an AES block has 16, so padding bytes run from 1 to 32. */
const paddingBlock = 32;

/** UTF-8 takes three bytes at most for a UTF-16 unit. */
const maxBytesPerUnit = 3;

/** What was inside `Encrypt`. */
export interface Decrypted {
  readonly text: string;
  /** AppId, component AppId, CorpId or SuiteId of the receiver; empty for WeCom's bots. */
  readonly receiveId: string;
  /** Size with padding, in bytes: a multiple of 32 when the sender pads as WeChat does. */
  readonly paddedBytes: number;
  /** The padding byte, which is also how many there are: 1 to 32. */
  readonly padding: number;
}

/**
 * Encrypts a text into the base64 of `Encrypt`.
 *
 * @param random16 16 bytes that make equal texts differ.
 * @see https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.html 消息加解密说明
 */
export function encrypt(
  text: string,
  key: AesKey,
  receiveId: string,
  random16: Uint8Array,
): string {
  if (random16.length !== randomBytes) throw new RangeError('random16 has to have 16 bytes');
  // With room for the worst, so that the texts are gone through once and not twice.
  const most = headBytes + (text.length + receiveId.length) * maxBytesPerUnit + paddingBlock;
  const full = Buffer.allocUnsafe(most);
  full.set(random16);
  const textBytes = full.write(text, headBytes);
  full.writeUInt32BE(textBytes, randomBytes);
  const unpadded = headBytes + textBytes + full.write(receiveId, headBytes + textBytes);
  const padding = paddingBlock - (unpadded % paddingBlock);
  full.fill(padding, unpadded, unpadded + padding);
  return Cbc.of(key)
    .encrypt(full.subarray(0, unpadded + padding))
    .toString('base64');
}

/** The padding byte that `encrypt` gives such a text, 1 to 32. */
export function paddingOf(text: string, receiveId: string): number {
  const size = headBytes + Buffer.byteLength(text) + Buffer.byteLength(receiveId);
  return paddingBlock - (size % paddingBlock);
}

/**
 * Decrypts the base64 of `Encrypt`. Check `msg_signature` first.
 *
 * @throws WXD1103 when it is not base64 of whole AES blocks.
 * @throws WXD1104 when what comes out has no valid padding, length or UTF-8, most likely because the key is another one.
 */
export function decrypt(cipherText: string, key: AesKey): Decrypted {
  const bytes = decodeBase64(cipherText);
  if (bytes.length === 0 || bytes.length % aesBlock !== 0) {
    throw new WxDevError('WXD1103', { problem: 'length', length: bytes.length });
  }
  const padded = Cbc.of(key).decrypt(bytes);
  const paddedFrom = startOfPadding(padded);
  const declared = paddedFrom < headBytes ? 0 : padded.readUInt32BE(randomBytes);
  const available = paddedFrom - headBytes;
  if (available < 0 || declared > available) {
    throw new WxDevError('WXD1104', {
      problem: 'length',
      declared,
      available: Math.max(available, 0),
    });
  }
  const end = headBytes + declared;
  return {
    text: decodePart(padded.subarray(headBytes, end)),
    receiveId: decodePart(padded.subarray(end, paddedFrom)),
    paddedBytes: padded.length,
    padding: padded.length - paddedFrom,
  };
}

function wrongRecipient(
  received: string,
  ids: readonly string[],
  { sources }: Account,
): WxDevError {
  const configured = ids.join('", "');
  const source = sources?.suiteId ?? sources?.corpId ?? sources?.appId;
  return new WxDevError('WXD1102', { received, configured, source });
}

/** What one of the account's keys decrypted. */
interface Opened extends Decrypted {
  readonly key: AesKey;
}

/**
 * Decrypts with the current key, then with the previous one, and checks whom it is for where that is configured. Check the signature first.
 *
 * @throws WXD1105 without any key; WXD1102 when a key fits but the id does not; else WXD1103 WXD1104, about the current key.
 */
export function decryptWithAny(cipherText: string, account: Account): Opened {
  const ids = receiveIdsOf(account);
  let failure: WxDevError | undefined;
  for (const key of [account.aesKey, account.previousAesKey]) {
    if (key === undefined) continue;
    const { value: opened, error } = attempt(() => decrypt(cipherText, key));
    if (opened === undefined) {
      failure ??= named(error, account);
      continue;
    }
    const { text, receiveId, paddedBytes, padding } = opened;
    if (ids === undefined || ids.includes(receiveId)) {
      return { key, text, receiveId, paddedBytes, padding };
    }
    // Decrypted, so the key is right: this says more than the failure of the other key.
    failure = wrongRecipient(receiveId, ids, account);
  }
  throw failure ?? new WxDevError('WXD1105', {});
}

/** Bytes that make no sense are the fault of the key: the error names where it comes from. */
function named(error: WxDevError, { sources }: Account): WxDevError {
  if (!isWxDevError(error, 'WXD1104') || sources?.aesKey === undefined) return error;
  return new WxDevError('WXD1104', { ...error.details, source: sources.aesKey });
}

/** Node ignores what is not base64, so that a form-decoded text would become another ciphertext without notice. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes;
  const bad = /[^A-Za-z0-9+/=]|=(?=[^=])/u.exec(text);
  if (bad !== null || text.length % 4 !== 0) {
    const at = bad === null ? undefined : bad.index + 1;
    const spacesAt = bad?.[0] === ' ' ? spacesIn(text) : undefined;
    throw new WxDevError('WXD1103', { problem: 'base64', length: text.length, at, spacesAt });
  }
  return bytes; // The last character has bits that count for nothing.
}

function startOfPadding(padded: Buffer): number {
  const padByte = padded.readUInt8(padded.length - 1);
  const end = padded.length - padByte;
  let isValid = padByte >= 1 && padByte <= paddingBlock && end >= 0;
  for (let at = end; isValid && at < padded.length; at += 1) isValid = padded[at] === padByte;
  if (!isValid) throw new WxDevError('WXD1104', { problem: 'padding', padByte });
  return end;
}

function decodePart(bytes: Uint8Array): string {
  const { text } = decodeUtf8(bytes);
  if (text === undefined) throw new WxDevError('WXD1104', { problem: 'utf8' });
  return text;
}

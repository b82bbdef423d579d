import { WxDevError } from '../core/errors.ts';
import {
  isAlwaysEncrypted,
  isWork,
  type Account,
  type AesKey,
  type Format,
  type Mode,
} from './account.ts';
import { parseBody, readBody, type ParsedBody } from './body.ts';
import { decryptWithAny } from './cipher.ts';
import { isList, textOf, type Fields } from './fields.ts';
import type { PushQuery } from './query.ts';
import { requireParameter, verifyMsgSignature, verifySignature } from './verify.ts';

export { maxBodyBytes } from './body.ts';
export { decryptWithAny } from './cipher.ts';
export {
  seal,
  sealPush,
  signEchostr,
  type SealedPush,
  type SealPushOptions,
  type SealReplyOptions,
  type SignEchostrOptions,
} from './seal.ts';

/** One push as it came over HTTP. */
export interface RawPush {
  readonly query: PushQuery;
  readonly body: Uint8Array;
}

/** A push that is verified and decrypted. */
export interface Unsealed {
  /** How this push came, whatever the account is configured for. */
  readonly mode: Mode;
  /** Format of the body, and so of an encrypted reply. */
  readonly format: Format;
  /** The message as text, decrypted. */
  readonly text: string;
  readonly fields: Fields;
  /** The key that decrypted: the reply is encrypted with the same one. */
  readonly key?: AesKey | undefined;
  /** The id inside the encrypted body: the reply carries the same one. */
  readonly receiveId?: string | undefined;
  /** The envelope spells its names in lower case, as 企业微信's bots do; so must that of the reply. */
  readonly lowerCase?: boolean | undefined;
  /** The padding byte of the encrypted body, 1 to 32. */
  readonly padding?: number | undefined;
}

/** Options of `unseal`. */
export interface UnsealOptions {
  /** What the account is configured for. `safe` refuses plaintext; without it the push alone decides. */
  readonly mode?: Mode | undefined;
}

/**
 * Verifies a push and decrypts it. Whether it is encrypted is decided by `encrypt_type` of the query, never by the configuration, except
 * that an account in safe mode, or of a kind that is always encrypted, takes no plaintext: `signature` does not cover the body, so plaintext can be forged by whoever saw one push.
 *
 * In compat mode the clear fields are ignored and the decrypted text counts, because only that is covered by `msg_signature`; without an
 * EncodingAESKey the clear fields are used, verified by `signature` as in plain mode.
 *
 * @throws WXD1001 WXD1002 for the signature; WXD1150 for two Encrypt; WXD1102 WXD1103 WXD1104 WXD1105 WXD1107 for the encryption; WXD1106 for plaintext in safe
 * mode; WXD1108 for an unknown `encrypt_type`; WXD1201 to WXD1206 and WXD1208 for the body.
 */
export function unseal(push: RawPush, account: Account, options: UnsealOptions = {}): Unsealed {
  return isEncrypted(push.query)
    ? unsealEncrypted(push, account, options)
    : unsealPlain(push, account, options);
}

/**
 * Checks the GET by which WeChat verifies the URL, and gives what to answer, byte for byte. Official Accounts and mini programs send a
 * plain `echostr` in every mode; WeCom sends `msg_signature` and an encrypted one, and takes nothing else.
 *
 * @throws WXD1001 WXD1002; for WeCom also WXD1102 to WXD1105, and WXD1206 when the echostr is an encrypted message.
 */
export function verifyEchostr(query: PushQuery, account: Account): string {
  const echostr = requireParameter(query, 'echostr', query.echostr);
  if (isWork(account) || (query.signature === undefined && query.msgSignature !== undefined)) {
    verifyMsgSignature(query, account, echostr);
    const { text } = decryptWithAny(echostr, account);
    refuseMessage(text);
    return text;
  }
  verifySignature(query, account);
  return echostr;
}

/** Whoever saw an encrypted push could send its signature and Encrypt as a verification, and would read the message in the answer. */
function refuseMessage(text: string): void {
  if (!/^\s*[<{]/u.test(text)) return;
  throw new WxDevError('WXD1206', { problem: 'an encrypted message came as echostr', start: '' });
}

function isEncrypted({ encryptType, signature, msgSignature }: PushQuery): boolean {
  if (encryptType === 'aes') return true;
  if (encryptType !== undefined && encryptType !== 'raw') {
    throw new WxDevError('WXD1108', { received: encryptType });
  }
  // WeCom encrypts always, and sends neither encrypt_type nor signature.
  return encryptType === undefined && signature === undefined && msgSignature !== undefined;
}

function unsealPlain(push: RawPush, account: Account, { mode }: UnsealOptions): Unsealed {
  verifySignature(push.query, account);
  if (mode === 'safe' || isAlwaysEncrypted(account))
    throw new WxDevError('WXD1106', { mode: 'safe' });
  return { mode: 'plain', ...parseBody(readBody(push.body)) };
}

function unsealEncrypted(push: RawPush, account: Account, { mode }: UnsealOptions): Unsealed {
  requireParameter(push.query, 'msg_signature', push.query.msgSignature);
  const outer = parseBody(readBody(push.body));
  const lowerCase = isLowerCase(outer);
  const cipherText = textOf(outer.fields, lowerCase ? 'encrypt' : 'Encrypt');
  if (cipherText === undefined || cipherText === '') {
    throw new WxDevError('WXD1107', { fields: Object.keys(outer.fields) });
  }
  // The app's parser may take the last of two, which no signature covers.
  if (isList(outer.fields['Encrypt'])) {
    throw new WxDevError('WXD1150', { parameter: 'Encrypt', seen: ['Encrypt', 'Encrypt'] });
  }
  verifyMsgSignature(push.query, account, cipherText);
  const hasClearFields = textOf(outer.fields, 'MsgType') !== undefined;
  const hasKey = account.aesKey !== undefined || account.previousAesKey !== undefined;
  if (hasClearFields && (!hasKey || push.query.signature !== undefined)) {
    verifySignature(push.query, account);
  }
  if (hasClearFields && !hasKey && mode !== 'safe') return { mode: 'compat', ...outer };
  const { text, receiveId, key, padding } = decryptWithAny(cipherText, account);
  return {
    mode: hasClearFields ? 'compat' : 'safe',
    format: outer.format,
    text,
    fields: parseBody(text).fields,
    key,
    receiveId,
    padding,
    lowerCase,
  };
}

/** 智能机器人 pushes `{"encrypt":"…"}`: 企业微信 101033. */
function isLowerCase({ format, fields }: ParsedBody): boolean {
  return format === 'json' && !('Encrypt' in fields) && 'encrypt' in fields;
}

import { WxDevError } from '../core/errors.ts';
import type { Account, AesKey, Format, Mode } from './account.ts';
import { decryptWithAny, encrypt } from './cipher.ts';
import { createFields, textOf, type Fields } from './fields.ts';
import { attempt } from './attempt.ts';
import { formatFields, parseBody, readBody } from './body.ts';
import type { PushQuery } from './query.ts';
import { sign } from './signature.ts';
import { requireParameter, verifyMsgSignature, verifySignature } from './verify.ts';

export { maxBodyBytes } from './body.ts';
export { decryptWithAny } from './cipher.ts';

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
}

/** Options of `unseal`. */
export interface UnsealOptions {
  /** What the account is configured for. `safe` refuses plaintext; without it the push alone decides. */
  readonly mode?: Mode | undefined;
}

/**
 * Verifies a push and decrypts it. Whether it is encrypted is decided by `encrypt_type` of the query, never by the configuration, except
 * that an account in safe mode takes no plaintext: `signature` does not cover the body, so plaintext can be forged by whoever saw one push.
 *
 * In compat mode the clear fields are ignored and the decrypted text counts, because only that is covered by `msg_signature`; without an
 * EncodingAESKey the clear fields are used, verified by `signature` as in plain mode.
 *
 * @throws WXD1001 WXD1002 for the signature; WXD1102 WXD1103 WXD1104 WXD1105 WXD1107 for the encryption; WXD1106 for plaintext in safe
 * mode; WXD1108 for an unknown `encrypt_type`; WXD1201 to WXD1206 and WXD1208 for the body.
 */
export function unseal(push: RawPush, account: Account, options: UnsealOptions = {}): Unsealed {
  return isEncrypted(push.query)
    ? unsealEncrypted(push, account, options)
    : unsealPlain(push, account, options);
}

/**
 * Checks the GET by which WeChat verifies the URL, and gives what to answer, byte for byte. Official Accounts and mini programs send a
 * plain `echostr` in every mode; WeCom sends `msg_signature` and an encrypted one.
 *
 * @throws WXD1001 WXD1002; for WeCom also WXD1102 to WXD1105, and WXD1206 when the echostr is an encrypted message.
 */
export function verifyEchostr(query: PushQuery, account: Account): string {
  const echostr = requireParameter(query, 'echostr', query.echostr);
  if (query.signature === undefined && query.msgSignature !== undefined) {
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
  if (mode === 'safe') throw new WxDevError('WXD1106', { mode });
  return { mode: 'plain', ...parseBody(readBody(push.body)) };
}

function unsealEncrypted(push: RawPush, account: Account, { mode }: UnsealOptions): Unsealed {
  requireParameter(push.query, 'msg_signature', push.query.msgSignature);
  const outer = parseBody(readBody(push.body));
  const cipherText = textOf(outer.fields, 'Encrypt');
  if (cipherText === undefined || cipherText === '') {
    throw new WxDevError('WXD1107', { fields: Object.keys(outer.fields) });
  }
  verifyMsgSignature(push.query, account, cipherText);
  const hasClearFields = textOf(outer.fields, 'MsgType') !== undefined;
  const hasKey = account.aesKey !== undefined || account.previousAesKey !== undefined;
  if (hasClearFields && (!hasKey || push.query.signature !== undefined)) {
    verifySignature(push.query, account);
  }
  if (hasClearFields && !hasKey && mode !== 'safe') return { mode: 'compat', ...outer };
  const { text, receiveId, key } = decryptWithAny(cipherText, account);
  return {
    mode: hasClearFields ? 'compat' : 'safe',
    format: outer.format,
    text,
    fields: parseBody(text).fields,
    key,
    receiveId,
  };
}

/** What a sealed body is made with. */
interface SealOptions {
  readonly format: Format;
  /** Seconds since the epoch, as text. */
  readonly timestamp: string;
  readonly nonce: string;
  /** 16 random bytes. */
  readonly random16: Uint8Array;
}

/** What a sealed reply is made with. */
export interface SealReplyOptions extends SealOptions {
  /** The key that decrypted the push. @default the account's current key */
  readonly key?: AesKey | undefined;
  /** The id that came with the push. @default the account's AppId */
  readonly receiveId?: string | undefined;
}

/**
 * Encrypts and signs a reply into the body to answer with.
 *
 * @throws WXD1105 when neither the options nor the account have a key.
 */
export function seal(text: string, account: Account, options: SealReplyOptions): string {
  const { format, timestamp, nonce, random16 } = options;
  const key = options.key ?? currentKey(account);
  const cipherText = encrypt(text, key, options.receiveId ?? account.appId ?? '', random16);
  const fields = createFields([
    ['Encrypt', cipherText],
    ['MsgSignature', sign(account.token, timestamp, nonce, cipherText)],
    ['TimeStamp', timestamp],
    ['Nonce', nonce],
  ]);
  return formatFields(fields, format);
}

/** What a sealed push is made with. */
export interface SealPushOptions extends SealOptions {
  readonly mode: Mode;
}

/** A push as WeChat sends it. */
export interface SealedPush {
  readonly query: PushQuery;
  readonly body: string;
}

/**
 * Makes the query and body WeChat would send for a message: fields, or a text that is sent exactly as it is.
 *
 * @throws WXD1105 in compat and safe mode when the account has no key; what parsing throws when a text is sealed in compat mode.
 */
export function sealPush(
  message: Fields | string,
  account: Account,
  options: SealPushOptions,
): SealedPush {
  const { mode, format, timestamp, nonce } = options;
  const text = typeof message === 'string' ? message : formatFields(message, format);
  // A text may be malformed on purpose; then it just has no addresses.
  const fields =
    typeof message === 'string'
      ? (attempt(() => parseBody(message)).value?.fields ?? createFields())
      : message;
  const openid = textOf(fields, 'FromUserName');
  const query: PushQuery = {
    signature: sign(account.token, timestamp, nonce),
    timestamp,
    nonce,
    ...(openid ? { openid } : {}),
  };
  if (mode === 'plain') return { query, body: text };
  const cipherText = encrypt(text, currentKey(account), account.appId ?? '', options.random16);
  const clear =
    mode === 'compat'
      ? Object.entries(typeof message === 'string' ? parseBody(message).fields : message)
      : [['ToUserName', textOf(fields, 'ToUserName') ?? ''] as const];
  return {
    query: {
      ...query,
      encryptType: 'aes',
      msgSignature: sign(account.token, timestamp, nonce, cipherText),
    },
    body: formatFields(createFields([...clear, ['Encrypt', cipherText]]), format),
  };
}

/** Makes the query of the GET by which WeChat verifies the URL. */
export function signEchostr(
  { token }: Account,
  { timestamp, nonce, echostr }: { timestamp: string; nonce: string; echostr: string },
): PushQuery {
  return { signature: sign(token, timestamp, nonce), echostr, timestamp, nonce };
}

function currentKey({ aesKey }: Account): AesKey {
  if (aesKey === undefined) throw new WxDevError('WXD1105', {});
  return aesKey;
}

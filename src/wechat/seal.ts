import { WxDevError } from '../core/errors.ts';
import {
  isAlwaysEncrypted,
  isWork,
  receiveIdsOf,
  type Account,
  type AesKey,
  type Format,
  type Mode,
} from './account.ts';
import { attempt } from './attempt.ts';
import { formatFields, parseBody } from './body.ts';
import { encrypt, paddingOf } from './cipher.ts';
import { createFields, textOf, type Fields } from './fields.ts';
import { formatJson } from './json.ts';
import type { PushQuery } from './query.ts';
import { sign } from './signature.ts';

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
  /** The id that came with the push. @default the account's own */
  readonly receiveId?: string | undefined;
  /** As the push spelled its envelope. @default whether the account is a bot's */
  readonly lowerCase?: boolean | undefined;
}

/**
 * Encrypts and signs a reply into the body to answer with.
 *
 * @throws WXD1105 when neither the options nor the account have a key.
 */
export function seal(text: string, account: Account, options: SealReplyOptions): string {
  const { format, timestamp, nonce, random16, lowerCase = account.kind === 'work-bot' } = options;
  const key = options.key ?? currentKey(account);
  const cipherText = encrypt(text, key, options.receiveId ?? ownReceiveId(account), random16);
  const signature = sign(account.token, timestamp, nonce, cipherText);
  if (lowerCase) {
    // `timestamp` is a number here too: 企业微信 101033.
    const fields = { encrypt: cipherText, msgsignature: signature, timestamp, nonce };
    return formatJson(fields, { isNumber: (path) => path === 'timestamp' });
  }
  // Base64, hex, digits: what needs no escaping is written as `formatFields` would, which takes ten times as long.
  if (format === 'xml' && /^\d+$/.test(timestamp) && /^\w*$/.test(nonce)) {
    return (
      `<xml><Encrypt><![CDATA[${cipherText}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
      `<TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`
    );
  }
  const fields = createFields([
    ['Encrypt', cipherText],
    ['MsgSignature', signature],
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
  /** The padding byte of the encrypted body, 1 to 32. */
  readonly padding?: number | undefined;
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
  if (mode === 'plain' && !isAlwaysEncrypted(account)) {
    return { query: plainQuery(fields, account, options), body: text };
  }
  const cipherText = encrypt(text, currentKey(account), ownReceiveId(account), options.random16);
  const clear =
    mode === 'compat' && !isAlwaysEncrypted(account)
      ? Object.entries(typeof message === 'string' ? parseBody(message).fields : message)
      : envelopeFields(fields, account);
  const msgSignature = sign(account.token, timestamp, nonce, cipherText);
  return {
    query: isWork(account)
      ? { msgSignature, timestamp, nonce }
      : { ...plainQuery(fields, account, options), encryptType: 'aes', msgSignature },
    body:
      account.kind === 'work-bot'
        ? formatJson({ encrypt: cipherText })
        : formatFields(createFields([...clear, ['Encrypt', cipherText]]), format),
    padding: paddingOf(text, ownReceiveId(account)),
  };
}

function plainQuery(
  fields: Fields,
  { token }: Account,
  { timestamp, nonce }: SealPushOptions,
): PushQuery {
  const openid = textOf(fields, 'FromUserName');
  const signature = sign(token, timestamp, nonce);
  return { signature, timestamp, nonce, ...(openid ? { openid } : {}) };
}

/** What stands in clear beside `Encrypt`: whom it is for. */
function envelopeFields(fields: Fields, account: Account): [string, string][] {
  const toUserName = textOf(fields, 'ToUserName') ?? '';
  if (!isWork(account) && textOf(fields, 'InfoType') !== undefined) {
    return [['AppId', textOf(fields, 'AppId') ?? ownReceiveId(account)]];
  }
  if (!isWork(account)) return [['ToUserName', toUserName]];
  const agentId = textOf(fields, 'AgentID');
  return [
    ['ToUserName', ownReceiveId(account) || toUserName],
    ...(agentId === undefined ? [] : ([['AgentID', agentId]] satisfies [string, string][])),
  ];
}

/** What the GET by which WeChat verifies the URL is made with. */
export interface SignEchostrOptions {
  readonly timestamp: string;
  readonly nonce: string;
  /** What is to be answered. */
  readonly echostr: string;
  /** 16 random bytes; needed where the echostr is encrypted (WeCom). */
  readonly random16?: Uint8Array | undefined;
}

/**
 * Makes the query of the GET by which WeChat verifies the URL; for WeCom with an encrypted echostr.
 *
 * @throws WXD1105 when the account's kind encrypts and there is no key.
 */
export function signEchostr(account: Account, options: SignEchostrOptions): PushQuery {
  const { timestamp, nonce, echostr, random16 = new Uint8Array(16) } = options;
  const { token } = account;
  if (!isWork(account)) {
    return { signature: sign(token, timestamp, nonce), echostr, timestamp, nonce };
  }
  // A suite verifies with its CorpId, which is the last of its ids.
  const receiveId = receiveIdsOf(account)?.at(-1) ?? '';
  const sealed = encrypt(echostr, currentKey(account), receiveId, random16);
  return { msgSignature: sign(token, timestamp, nonce, sealed), echostr: sealed, timestamp, nonce };
}

function ownReceiveId(account: Account): string {
  return receiveIdsOf(account)?.[0] ?? '';
}

function currentKey({ aesKey }: Account): AesKey {
  if (aesKey === undefined) throw new WxDevError('WXD1105', {});
  return aesKey;
}

import { WxDevError, type SettingSource } from '../core/errors.ts';

/** How WeChat and the app talk: 明文 (plain), 兼容 (compat), 安全 (safe). */
export type Mode = 'plain' | 'compat' | 'safe';

/** The data format chosen in the console. Official Accounts use XML; mini programs choose. */
export type Format = 'xml' | 'json';

/** An EncodingAESKey, ready to use. */
export interface AesKey {
  /** 32 bytes. */
  readonly bytes: Buffer;
  /** The first 16 of them: WeChat uses no other initialisation vector. */
  readonly iv: Buffer;
  /** The 43 characters as the console shows them. */
  readonly text: string;
}

/**
 * Whose callbacks they are: 公众号 and 服务号 (official), 小程序 (miniprogram), 企业微信's own app (work), third-party suite (work-suite) and
 * AI bot (work-bot, 智能机器人), 第三方平台 (component).
 */
export type AccountKind =
  | 'official'
  | 'miniprogram'
  | 'work'
  | 'work-suite'
  | 'work-bot'
  | 'component';

/** What is configured in WeChat's console for one callback URL. */
export interface Account {
  /** @default 'official' */
  readonly kind?: AccountKind | undefined;
  /** 3 to 32 letters and digits, shared with the console. */
  readonly token: string;
  /** AppId; of a third-party platform the component AppId. */
  readonly appId?: string | undefined;
  /**
   * The ids that an encrypted body may carry, the first of them in what wx-dev encrypts itself. Empty text is an id: a bot's. Absent: the
   * AppId, and no check without one.
   */
  readonly receiveIds?: readonly string[] | undefined;
  readonly aesKey?: AesKey | undefined;
  /** The key before the last change: messages on their way may still use it. */
  readonly previousAesKey?: AesKey | undefined;
  /** Where the values came from, for errors that name the line to change. */
  readonly sources?: AccountSources | undefined;
}

/** Where each value of an account came from. */
export interface AccountSources {
  readonly token?: SettingSource | undefined;
  readonly appId?: SettingSource | undefined;
  readonly corpId?: SettingSource | undefined;
  readonly suiteId?: SettingSource | undefined;
  readonly aesKey?: SettingSource | undefined;
  readonly previousAesKey?: SettingSource | undefined;
}

/** The values of an account as the user wrote them. An empty text counts as not given. */
export interface AccountTexts {
  /** @default 'official' */
  readonly kind?: AccountKind | undefined;
  readonly token: string;
  /** AppId; of a third-party platform the component AppId. */
  readonly appId?: string | undefined;
  /** 企业ID, of `work` and `work-suite`. */
  readonly corpId?: string | undefined;
  /** Of `work-suite`. */
  readonly suiteId?: string | undefined;
  readonly aesKey?: string | undefined;
  readonly previousAesKey?: string | undefined;
}

/** The console's form allows this length and no other characters than letters and digits. */
const tokenLength = { min: 3, max: 32 };

/** 43 characters of base64 are 258 bits: 32 bytes and two bits that count for nothing. */
const aesKeyLength = 43;

/** Length of an AES block and of WeChat's initialisation vector, in bytes. */
const ivBytes = 16;

/**
 * Checks the values of an account.
 *
 * @throws WXD1003 when the Token, WXD1101 when an EncodingAESKey is not what the console accepts.
 */
export function createAccount(texts: AccountTexts, sources?: AccountSources): Account {
  const { kind, token, appId, aesKey, previousAesKey } = texts;
  checkText('WXD1003', token, tokenLength, sources?.token);
  const receiveIds = receiveIdsIn(texts);
  return {
    ...(kind === undefined ? {} : { kind }),
    token,
    ...(appId ? { appId } : {}),
    ...(receiveIds === undefined ? {} : { receiveIds }),
    ...(aesKey ? { aesKey: parseAesKey(aesKey, sources?.aesKey) } : {}),
    ...(previousAesKey
      ? { previousAesKey: parseAesKey(previousAesKey, sources?.previousAesKey) }
      : {}),
    ...(sources === undefined ? {} : { sources }),
  };
}

/** The ids that an encrypted body for `account` may carry; undefined when any may. */
export function receiveIdsOf({ appId, receiveIds }: Account): readonly string[] | undefined {
  return receiveIds ?? (appId === undefined ? undefined : [appId]);
}

/** Whether callbacks of this kind are 企业微信's: always encrypted, also the echostr, without `signature` and `encrypt_type`. */
export function isWork({ kind }: Pick<Account, 'kind'>): boolean {
  return kind === 'work' || kind === 'work-suite' || kind === 'work-bot';
}

/** Whether this kind knows no plaintext, whatever the mode. */
export function isAlwaysEncrypted(account: Pick<Account, 'kind'>): boolean {
  return isWork(account) || account.kind === 'component';
}

/** 指令回调 of a suite verifies its URL with the CorpId and pushes with the SuiteId: 企业微信 90968, ReceiveId. */
function receiveIdsIn({ kind, corpId, suiteId }: AccountTexts): readonly string[] | undefined {
  if (kind === 'work-bot') return [''];
  const ids = [...(kind === 'work-suite' ? [suiteId] : []), ...(isWork({ kind }) ? [corpId] : [])];
  const given = ids.filter((id): id is string => id !== undefined && id !== '');
  return given.length === 0 ? undefined : given;
}

/**
 * Reads an EncodingAESKey: base64 of 32 bytes without the final `=`.
 *
 * @throws WXD1101 when it is not exactly 43 letters and digits.
 */
export function parseAesKey(text: string, source?: SettingSource): AesKey {
  checkText('WXD1101', text, { min: aesKeyLength, max: aesKeyLength }, source);
  const bytes = Buffer.from(`${text}=`, 'base64');
  return { bytes, iv: bytes.subarray(0, ivBytes), text };
}

/** Refuses a secret without showing it: by the first character that does not belong, else by its length. */
function checkText(
  code: 'WXD1003' | 'WXD1101',
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
  source: SettingSource | undefined,
): void {
  const bad = /[^A-Za-z0-9]/u.exec(text);
  if (bad !== null) {
    const problem = { type: 'character', at: bad.index + 1, character: bad[0] } as const;
    throw new WxDevError(code, { problem, source });
  }
  if (text.length < min || text.length > max) {
    throw new WxDevError(code, { problem: { type: 'length', length: text.length }, source });
  }
}

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

/** What is configured in WeChat's console for one callback URL. */
export interface Account {
  /** 3 to 32 letters and digits, shared with the console. */
  readonly token: string;
  /** Compared with the id inside encrypted bodies; without it that check is skipped. */
  readonly appId?: string | undefined;
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
  readonly aesKey?: SettingSource | undefined;
  readonly previousAesKey?: SettingSource | undefined;
}

/** The values of an account as the user wrote them. An empty text counts as not given. */
export interface AccountTexts {
  readonly token: string;
  readonly appId?: string | undefined;
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
  const { token, appId, aesKey, previousAesKey } = texts;
  checkText('WXD1003', token, tokenLength, sources?.token);
  return {
    token,
    ...(appId ? { appId } : {}),
    ...(aesKey ? { aesKey: parseAesKey(aesKey, sources?.aesKey) } : {}),
    ...(previousAesKey
      ? { previousAesKey: parseAesKey(previousAesKey, sources?.previousAesKey) }
      : {}),
    ...(sources === undefined ? {} : { sources }),
  };
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

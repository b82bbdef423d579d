import { createAccount, type Account, type AccountTexts, type Mode } from '../wechat/account.ts';

/** A callback, and what the console and the app share. */
export interface CallbackOptions extends AccountTexts {
  /** The callback, with its path. */
  readonly url: string;
  /** @default safe with an `aesKey`, else plain */
  readonly mode?: Mode | undefined;
  /** How long an answer may take, in milliseconds. @default 5000, as WeChat */
  readonly timeoutMs?: number | undefined;
  /** Certificates (PEM) that are trusted besides the public ones. */
  readonly ca?: readonly string[] | undefined;
  /** Ends what waits; promises reject with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The account behind the texts.
 *
 * @throws WXD1003 when the Token, WXD1101 when an EncodingAESKey is not what the console accepts
 */
export function accountOf(options: CallbackOptions): Account {
  return createAccount(options);
}

import type { Account, Format, Mode } from '../../wechat/account.ts';
import type { TargetOptions } from '../target.ts';
import type { WechatApi } from '../wechat-api.ts';

/** The process of the app, for the rules about its end. */
export interface AppProcess {
  /** Sends SIGTERM. */
  terminate(): void;
  isRunning(): boolean;
}

/** The callback under test, and what is known of the app behind it. What is not known makes rules skipped, never passed. */
export interface ConformTarget extends TargetOptions {
  readonly account: Account;
  /** The only mode the app talks. @default plain, and compat and safe too where the account has a key */
  readonly mode?: Mode | undefined;
  /** The data format of the account. @default xml */
  readonly format?: Format | undefined;
  /** Text that makes the app work for longer than WeChat waits. */
  readonly slowText?: string | undefined;
  /** Text, and key of a menu click, to which the app answers how often this follower has sent it. */
  readonly countText?: string | undefined;
  /** Stand-in for WeChat's API; the app runs with its URL as `WX_API_BASE`. */
  readonly api?: WechatApi | undefined;
  /** Where the app's own API for its mini program is: `…/api` for `…/api/login` and `…/api/me`. */
  readonly apiUrl?: string | undefined;
  /** HS256 secret of the app's tokens, to make one that has expired. */
  readonly jwtSecret?: string | undefined;
  readonly app?: AppProcess | undefined;
  /** Where the app writes its log. What is in it already does not count. */
  readonly logFile?: string | undefined;
  /** AppSecret, and whatever else must not be in the log. */
  readonly secrets?: readonly string[] | undefined;
}

/** How long WeChat waits for an answer, in milliseconds (接口报警和排查指引). */
export const wechatTimeoutMs = 5000;

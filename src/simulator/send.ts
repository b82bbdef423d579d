import type { AbortableOptions } from '../core/abort.ts';
import type { Account, Format, Mode } from '../wechat/account.ts';
import type { Fields } from '../wechat/xml.ts';
import type { Attempt, SendOutcome } from './outcome.ts';

export interface SendOptions extends AbortableOptions {
  /** The callback, with its path. */
  readonly url: string;
  readonly account: Account;
  /** How long WeChat waits for each of name resolution, connection and answer. @default 5000 */
  readonly timeoutMs?: number | undefined;
  /** Certificates (PEM) that are trusted besides the public ones. */
  readonly ca?: readonly string[] | undefined;
}

export interface SendPushOptions extends SendOptions {
  readonly mode: Mode;
  /** @default xml */
  readonly format?: Format | undefined;
  /** The message or event, by WeChat's own field names. */
  readonly fields: Fields;
  /** How often the push is sent when no acceptable HTTP answer comes. @default 3 */
  readonly attempts?: number | undefined;
  /** Told about each attempt as it ends. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
}

/** Sends the signed GET that WeChat sends when the server settings are saved, and judges the echostr byte for byte. */
export async function sendVerify(options: SendOptions): Promise<SendOutcome> {
  throw new Error(options.url);
}

/** Sends one push as WeChat does, up to three times, and judges the answer. */
export async function sendPush(options: SendPushOptions): Promise<SendOutcome> {
  throw new Error(options.url);
}

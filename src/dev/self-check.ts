import type { AbortableOptions } from '../core/abort.ts';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { sendVerify } from '../simulator/send-verify.ts';
import type { Account } from '../wechat/account.ts';

/** What to check. */
export interface SelfCheckOptions extends AbortableOptions {
  /** The URL as it will be pasted into the console, with the path. */
  readonly url: string;
  readonly account: Account;
  /** PEM certificates trusted besides the public roots. */
  readonly ca?: readonly string[] | undefined;
}

/**
 * Does what the console does on 提交: a signed GET with an echostr to the public URL. So a wrong path, Token, relay or
 * certificate is known before anybody clicks.
 *
 * @returns the milliseconds it took
 * @throws WXD4015 with what was wrong as its cause
 */
export async function selfCheck(options: SelfCheckOptions): Promise<{ ms: number }> {
  const { url } = options;
  const outcome = await sendVerify(options);
  if (outcome.accepted) return { ms: outcome.ms };
  const fault = outcome.faults.find((error) => isWxDevError(error));
  const reason = fault ? `${fault.message} (${fault.code})` : `HTTP ${outcome.status}`;
  throw new WxDevError('WXD4015', { url, reason }, { cause: fault });
}

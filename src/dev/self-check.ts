import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { sendVerify } from '../simulator/send.ts';
import type { Account } from '../wechat/account.ts';

/** What to check. */
export interface SelfCheckOptions extends AbortableOptions {
  /** The URL as it will be pasted into the console, with the path. */
  readonly url: string;
  readonly account: Account;
  /** PEM certificates trusted besides the public roots. */
  readonly ca?: readonly string[] | undefined;
}

/** Passed, or what was wrong with it. */
export type SelfCheckResult =
  | { readonly ok: true; readonly ms: number }
  | {
      readonly ok: false;
      /** HTTP status; 0 when no answer came. */
      readonly status: number;
      readonly error: WxDevError<'WXD4015'>;
    };

/**
 * Does what the console does on 提交: a signed GET with an echostr to the public URL. So a wrong path, Token, relay or
 * certificate is known before anybody clicks.
 */
export async function selfCheck(options: SelfCheckOptions): Promise<SelfCheckResult> {
  const { url } = options;
  const { accepted, ms, status, faults } = await sendVerify(options);
  if (accepted) return { ok: true, ms };
  const [fault] = faults;
  const reason = fault ? `${fault.message} (${fault.code})` : `HTTP ${status}`;
  const error = new WxDevError('WXD4015', { url, reason }, { cause: fault });
  return { ok: false, status, error };
}

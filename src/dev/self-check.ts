import type { Agent } from 'node:http';
import type { AbortableOptions } from '../core/abort.ts';
import {
  formatError,
  isWxDevError,
  WxDevError,
  type Language,
  type Words,
} from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { withLikelyPath } from '../simulator/find-callback.ts';
import { sendPayProbe } from '../simulator/pay-probe.ts';
import { sendVerify } from '../simulator/send.ts';
import type { Account } from '../wechat/account.ts';
import { isPayAccount, type AnyPayAccount } from '../wechat/pay/account.ts';

/** What to check. */
export interface SelfCheckOptions extends AbortableOptions {
  /** The URL as it will be pasted into the console, with the path. */
  readonly url: string;
  readonly account: Account | AnyPayAccount;
  /** PEM certificates trusted besides the public roots. */
  readonly ca?: readonly string[] | undefined;
  /** The way out to the URL. */
  readonly agent?: Agent | undefined;
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

/** Answers of a proxy, wx-dev's own included, that did not reach the app. */
const gatewayStatuses = [502, 503, 504];

/**
 * Does what the console does on 提交: a signed GET with an echostr to the public URL. So a wrong path, Token, relay or
 * certificate is known before anybody clicks. A merchant's URL gets the signature probe of WeChat Pay, which it must refuse; that of a
 * third-party platform, which no console verifies, must answer anything.
 */
export async function selfCheck(options: SelfCheckOptions): Promise<SelfCheckResult> {
  const { account, url } = options;
  if (isPayAccount(account)) return checkNotifyUrl({ ...options, account });
  const { accepted, ms, status, faults } = await sendVerify({ ...options, account });
  const isReached = status !== 0 && !gatewayStatuses.includes(status);
  if (accepted || (account.kind === 'component' && isReached)) return { ok: true, ms };
  const [fault] = await withLikelyPath(faults, { ...options, account });
  return failed(url, status, fault ? titleOf(fault) : `HTTP ${status}`, fault);
}

async function checkNotifyUrl(
  options: SelfCheckOptions & { readonly account: AnyPayAccount },
): Promise<SelfCheckResult> {
  const { url } = options;
  const { status, ms, accepted, error } = await sendPayProbe(options);
  if (error) return failed(url, status, titleOf(error), error);
  if (accepted)
    return failed(url, status, {
      en: `HTTP ${status} to a wrong signature: it is not checked`,
      zh: `对错误的签名应答 HTTP ${status}：没有验签`,
    });
  const isReached = status !== 404 && !gatewayStatuses.includes(status);
  return isReached ? { ok: true, ms } : failed(url, status, `HTTP ${status}`);
}

function failed(url: string, status: number, reason: Words, cause?: unknown): SelfCheckResult {
  const because = status === 0 ? unreached(url) : isWxDevError(cause) ? bodyOf(cause) : undefined;
  const error = new WxDevError('WXD4015', { url, reason, because }, { cause });
  return { ok: false, status, error };
}

function titleOf(fault: WxDevError): Words {
  const titleIn = (language: Language): string =>
    `${formatError(fault, language).title} (${fault.code})`;
  return { en: titleIn('en'), zh: titleIn('zh') };
}

/** What the fault says, without its title. */
function bodyOf(fault: WxDevError): Because {
  return { en: formatError(fault, 'en').body, zh: formatError(fault, 'zh').body };
}

/** Nothing came back: for WeChat that is 请求URL超时, and nothing in the log. */
function unreached(url: string): Because | undefined {
  if (isLoopbackHost(new URL(url).hostname)) return undefined;
  return {
    en: [
      'no request reaches the callback through this URL; WeChat would say 请求URL超时',
      'check A record (IPv4), port 80/443, ICP filing and IP allowlist, in this order',
    ],
    zh: [
      '请求没有经由这个地址到达回调；微信会提示「请求URL超时」',
      '请依次检查 A 记录（IPv4）、80/443 端口、备案、IP 白名单',
    ],
  };
}

type Because = Readonly<Record<Language, readonly string[]>>;

import { wechatApiBase, type ApiAccount } from '../api/reply-courier.ts';
import type { Settings } from '../config/resolve.ts';
import { formatSource, WxDevError } from '../core/errors.ts';

/**
 * Whose customer-service API delivers late replies; undefined where nobody asked for them. What is wrong shows at the start, not at
 * the first late reply.
 *
 * @throws WXD2014 for a kind of account without this API; WXD6002 when the AppID or the AppSecret is not set
 */
export function lateReplyAccount(
  settings: Settings,
  { kind = 'official' }: { readonly kind?: string | undefined },
): ApiAccount | undefined {
  if (settings.get('lateReply') !== 'customer') return undefined;
  if (kind !== 'official' && kind !== 'miniprogram') {
    const source = settings.source('lateReply') ?? { name: '--late-reply' };
    throw new WxDevError('WXD2014', { kind, source: formatSource(source) });
  }
  return {
    base: settings.get('apiBase') ?? wechatApiBase,
    appId: need('WX_APPID', settings.get('appId')),
    secret: need('WX_SECRET', settings.get('appSecret')),
  };
}

function need(name: 'WX_APPID' | 'WX_SECRET', value: string | undefined): string {
  if (value !== undefined) return value;
  throw new WxDevError('WXD6002', {
    name,
    need: '--late-reply customer: AppID + AppSecret (access_token)',
    run: `echo ${name}=... >> .env`,
  });
}

import type { Settings } from '../config/resolve.ts';
import { proxyUrl } from '../config/values.ts';
import { say, WxDevError, type SettingSource } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';

/**
 * The proxy through which `relay` is reached: the setting, else what the environment says as for curl (HTTPS_PROXY, HTTP_PROXY,
 * ALL_PROXY, NO_PROXY). This machine is never behind a proxy, unless the setting says so.
 *
 * @throws WXD6001 for a variable that is no proxy's address, and for a password in the flag, where every user of the machine sees it
 */
export async function proxyFor(relay: string, settings: Settings): Promise<string | undefined> {
  const own = settings.get('proxy');
  if (own === 'none') return undefined;
  if (own !== undefined) return withoutSecretInFlag(own, settings.source('proxy'));
  if (isLoopbackHost(new URL(relay).hostname)) return undefined;
  const { getProxyForUrl } = await import('proxy-from-env');
  const found = getProxyForUrl(relay);
  if (found === '') return undefined;
  const proxy = proxyUrl.parse(found, '');
  if (proxy !== undefined && proxy !== 'none') return proxy;
  const source = { name: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY' };
  // It may hold a password: what is wrong with it is not shown.
  const received = { en: 'something else', zh: '其他内容' };
  throw new WxDevError('WXD6001', { source, received, expected: proxyUrl.expected });
}

function withoutSecretInFlag(proxy: string, source: SettingSource | undefined): string {
  const { username, password } = new URL(proxy);
  if (source?.name !== '--proxy' || (username === '' && password === '')) return proxy;
  throw new WxDevError('WXD6001', {
    source,
    received: { en: 'a user name or password', zh: '用户名或密码' },
    expected: {
      en: `${say(proxyUrl.expected, 'en')}; with a password: WX_DEV_PROXY in .env.local`,
      zh: `${say(proxyUrl.expected, 'zh')}；含密码时写入 .env.local 的 WX_DEV_PROXY`,
    },
  });
}

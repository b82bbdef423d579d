import { openPlatformKey, type LocalPlatformKey } from '../config/platform-key.ts';
import type { Settings } from '../config/resolve.ts';
import type { ProjectState } from '../config/state.ts';
import { openPlatformCertificate } from '../dev/platform-certificate.ts';
import type { AnyPayAccount } from '../wechat/pay/account.ts';
import { accountKind, isPayKind, resolveAccount, type ResolvedAccount } from './account.ts';
import { resolvePayAccount } from './pay-account.ts';

/** A merchant of WeChat Pay, and the key pair by which this project's notifications are signed. */
export interface ResolvedMerchant {
  readonly account: AnyPayAccount;
  readonly platformKey: LocalPlatformKey;
}

/** Whoever gets pushes or notifications, as configured. */
export type ResolvedRecipient = ResolvedAccount | ResolvedMerchant;

/**
 * Resolves the chosen account, of whatever kind.
 *
 * @throws what `resolveAccount` and `resolvePayAccount` throw; WXD6008 when the project's platform key cannot be kept
 */
export async function resolveRecipient(
  settings: Settings,
  state: ProjectState,
): Promise<ResolvedRecipient> {
  if (!isPayKind(accountKind(settings))) return resolveAccount(settings, state);
  const platformKey = await openPlatformKey(state.dir);
  // Made now, so that a test may sign with it while this runs.
  const certificate = await openPlatformCertificate(state.dir, platformKey);
  return { account: await resolvePayAccount(settings, platformKey, certificate), platformKey };
}

/** Whether it is a merchant. */
export function isMerchant(resolved: ResolvedRecipient): resolved is ResolvedMerchant {
  return 'platformKey' in resolved;
}

/** The variables of the app that say who it is: those of the chosen account, without its name behind. */
export function accountEnvironment(
  settings: Settings,
  resolved: ResolvedRecipient,
): Readonly<Record<string, string | undefined>> {
  if (!isMerchant(resolved)) {
    return {
      WX_TOKEN: resolved.token,
      WX_AES_KEY: resolved.aesKey,
      WX_APPID: settings.get('appId'),
      WX_SECRET: settings.get('appSecret'),
      WX_CORP_ID: settings.get('corpId'),
      WX_SUITE_ID: settings.get('suiteId'),
    };
  }
  const configured = settings.get('platformKey')?.join(',');
  return {
    WX_APPID: settings.get('appId'),
    WX_PAY_MCH_ID: settings.get('mchId'),
    WX_PAY_API_V3_KEY: settings.get('apiV3Key'),
    WX_PAY_V2_KEY: settings.get('payV2Key'),
    WX_PAY_PLATFORM_KEY: configured ?? resolved.platformKey.publicPath,
    WX_PAY_PLATFORM_KEY_ID:
      configured === undefined ? resolved.platformKey.serial : settings.get('platformKeyId'),
  };
}

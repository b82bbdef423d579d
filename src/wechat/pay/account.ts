import { WxDevError, type SettingSource } from '../../core/errors.ts';
import type { ApiV3Key } from './api-v3-key.ts';
import type { PlatformKey } from './platform-key.ts';

/** A merchant as WeChat Pay v3 notifies it. */
export interface PayAccount {
  readonly kind: 'pay';
  readonly apiV3Key: ApiV3Key;
  /** Platform certificates and WeChat Pay public keys; a change of keys has two of them for a while. */
  readonly platformKeys: readonly PlatformKey[];
  /** Merchant id (商户号); compared with the one in a notification where both are known. */
  readonly mchId?: string | undefined;
  readonly mchIdSource?: SettingSource | undefined;
}

/** A merchant as WeChat Pay v2 notifies it. */
export interface PayV2Account {
  readonly kind: 'pay-v2';
  /** The API key (API密钥, 32 characters). */
  readonly key: string;
  readonly keySource?: SettingSource | undefined;
  readonly mchId?: string | undefined;
  readonly mchIdSource?: SettingSource | undefined;
}

/** A merchant, of either version. */
export type AnyPayAccount = PayAccount | PayV2Account;

/** Whether WeChat Pay notifies this account, rather than WeChat pushing to it. */
export function isPayAccount<Other extends { readonly kind?: string | undefined }>(
  account: Other | AnyPayAccount,
): account is AnyPayAccount {
  return account.kind === 'pay' || account.kind === 'pay-v2';
}

/** Length the merchant platform asks of an API key, in characters. */
const v2KeyLength = 32;

/**
 * Checks the API key of v2.
 *
 * @throws WXD1131 when it is not 32 letters and digits.
 */
export function parseV2Key(text: string, source?: SettingSource): string {
  const bad = /[^A-Za-z0-9]/u.exec(text);
  if (bad !== null) {
    const problem = { type: 'character', at: bad.index + 1, character: bad[0] } as const;
    throw new WxDevError('WXD1131', { problem, source });
  }
  if (text.length === v2KeyLength) return text;
  throw new WxDevError('WXD1131', { problem: { type: 'length', length: text.length }, source });
}

/**
 * Refuses what was sent for another merchant.
 *
 * @param received every merchant id the notification names: own, service provider's, sub-merchant's.
 * @throws WXD1133
 */
export function checkMerchant(
  received: readonly (string | undefined)[],
  { mchId, mchIdSource: source }: Pick<PayAccount, 'mchId' | 'mchIdSource'>,
): void {
  const named = received.filter((id) => id !== undefined && id !== '');
  if (mchId === undefined || named.length === 0 || named.includes(mchId)) return;
  throw new WxDevError('WXD1133', { received: named.join(', '), configured: mchId, source });
}

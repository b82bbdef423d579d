import { openPlatformKey, type LocalPlatformKey } from '../config/platform-key.ts';
import type { Settings } from '../config/resolve.ts';
import { openProjectState } from '../config/state.ts';
import { openPlatformCertificate } from '../dev/platform-certificate.ts';
import type { PaySender } from '../simulator/pay/pay-request.ts';
import { parseV2Key } from '../wechat/pay/account.ts';
import { parseApiV3Key } from '../wechat/pay/api-v3-key.ts';
import { requireSetting } from './account.ts';
import type { Invocation } from './command.ts';
import { loadCommandSettings } from './settings.ts';

/** WeChat Pay before and after its third version. */
export type PayVersion = 'v2' | 'v3';

/** The setting that a merchant cannot do without. */
const keys = { v2: 'payV2Key', v3: 'apiV3Key' } as const;

/** In whose name a notification is signed: by the bare key, or by the certificate of that serial. */
export type SignedBy = 'key' | 'certificate' | { readonly serial: string };

/**
 * The settings of the merchant that `name` means, else of the one that was chosen. Where nobody chose one, and one account alone has the
 * key, it is that: a project has many followers and one cash desk.
 *
 * @throws what `loadCommandSettings` throws
 */
export async function merchantSettings(
  invocation: Invocation,
  version: PayVersion,
  name?: string,
): Promise<Settings> {
  const load = (account: string | undefined): Promise<Settings> => {
    const quiet = { ...invocation.context, quiet: true };
    const { options } = invocation;
    return loadCommandSettings({ ...invocation, context: quiet, options: { ...options, account } });
  };
  const chosen = await loadCommandSettings(
    name === undefined
      ? invocation
      : { ...invocation, options: { ...invocation.options, account: name } },
  );
  const isSettled = invocation.options['account'] !== undefined || name !== undefined;
  if (isSettled || chosen.get(keys[version]) !== undefined) return chosen;
  const others = await Promise.all(chosen.accounts.map((other) => load(other)));
  const [only, second] = others.filter((other) => other.get(keys[version]) !== undefined);
  return only === undefined || second !== undefined ? chosen : only;
}

/**
 * The merchant's key, and the platform's that wx-dev signs with.
 *
 * @throws WXD6031 without the key of the merchant, WXD6030 when no account is chosen; what opening the platform's key throws
 */
export async function senderOf(
  settings: Settings,
  version: PayVersion,
  { cwd, signedBy = 'key' }: { readonly cwd: string; readonly signedBy?: SignedBy | undefined },
): Promise<PaySender> {
  const { dir } = await openProjectState(cwd);
  const local = await openPlatformKey(dir);
  if (version === 'v2') {
    const text = requireSetting(settings, 'payV2Key', {
      en: 'the API key of the merchant, 32 characters',
      zh: '商户的 API 密钥，32 位',
    });
    return { ...local, v2Key: parseV2Key(text, settings.source('payV2Key')) };
  }
  const text = requireSetting(settings, 'apiV3Key', {
    en: 'the APIv3 key of the merchant, 32 characters',
    zh: '商户的 APIv3 密钥，32 位',
  });
  const apiV3Key = parseApiV3Key(text, settings.source('apiV3Key'));
  return { apiV3Key, privateKey: local.privateKey, serial: await serialOf(dir, local, signedBy) };
}

async function serialOf(dir: string, local: LocalPlatformKey, signedBy: SignedBy): Promise<string> {
  if (signedBy === 'key') return local.serial;
  const { serial } = await openPlatformCertificate(dir, local);
  return signedBy === 'certificate' || signedBy.serial === serial ? serial : local.serial;
}

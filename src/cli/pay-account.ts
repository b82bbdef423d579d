import { readFile } from 'node:fs/promises';
import type { LocalPlatformKey } from '../config/platform-key.ts';
import type { Settings } from '../config/resolve.ts';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import type { PlatformCertificate } from '../dev/platform-certificate.ts';
import { parseV2Key, type AnyPayAccount, type PayV2Account } from '../wechat/pay/account.ts';
import { parseApiV3Key } from '../wechat/pay/api-v3-key.ts';
import { readPlatformKey, type PlatformKey } from '../wechat/pay/platform-key.ts';
import { accountKind, requireSetting } from './account.ts';

/**
 * The merchant as configured. Besides WeChat Pay's keys it knows the project's own, by which `wx-dev send` signs: bare and as a certificate.
 *
 * @throws WXD1126 WXD1129 WXD1131 for values that cannot be used; WXD6006 for a key file that cannot be read; WXD6031 when the key of
 * this kind is missing
 */
export async function resolvePayAccount(
  settings: Settings,
  local: LocalPlatformKey,
  certificate: PlatformCertificate,
): Promise<AnyPayAccount> {
  if (accountKind(settings) === 'pay-v2') return resolveV2(settings);
  const apiV3Key = requireSetting(settings, 'apiV3Key', {
    en: 'the APIv3 key of the merchant, 32 characters',
    zh: '商户的 APIv3 密钥，32 位',
  });
  return {
    kind: 'pay',
    apiV3Key: parseApiV3Key(apiV3Key, settings.source('apiV3Key')),
    platformKeys: [
      ...(await configuredKeys(settings)),
      readPlatformKey(local.publicKey, local.serial),
      readPlatformKey(certificate.pem),
    ],
    ...merchant(settings),
  };
}

function resolveV2(settings: Settings): PayV2Account {
  const key = requireSetting(settings, 'payV2Key', {
    en: 'the API key of the merchant, 32 characters',
    zh: '商户的 API 密钥，32 位',
  });
  const keySource = settings.source('payV2Key');
  return { kind: 'pay-v2', key: parseV2Key(key, keySource), keySource, ...merchant(settings) };
}

async function configuredKeys(settings: Settings): Promise<PlatformKey[]> {
  const id = settings.get('platformKeyId');
  const source = settings.source('platformKey');
  const keys = (settings.get('platformKey') ?? []).map(async (path) => {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new WxDevError('WXD6006', { path, reason: fileProblem(cause), source }, { cause });
    });
    return readPlatformKey(text, id, source);
  });
  return Promise.all(keys);
}

function merchant(settings: Settings): Pick<PayV2Account, 'mchId' | 'mchIdSource'> {
  return { mchId: settings.get('mchId'), mchIdSource: settings.source('mchId') };
}

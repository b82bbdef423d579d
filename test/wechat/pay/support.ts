import { generateKeyPairSync } from 'node:crypto';
import type { PayAccount, PayV2Account } from '../../../src/wechat/pay/account.ts';
import { parseApiV3Key } from '../../../src/wechat/pay/api-v3-key.ts';
import { sealNotification } from '../../../src/wechat/pay/notification.ts';
import { readPlatformKey } from '../../../src/wechat/pay/platform-key.ts';
import { signNotification, type RawNotification } from '../../../src/wechat/pay/signature.ts';

/** A key pair in the place of WeChat Pay's, and another one. */
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const otherPair = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const serial = 'PUB_KEY_ID_0116000000012026010100000000000001';
export const otherSerial = 'PUB_KEY_ID_0116000000012026010100000000000002';

/** When every notification of these tests is signed, in milliseconds. */
export const now = 1_767_225_600_000;

export const apiV3Key = parseApiV3Key('wxdevApiV3Key0123456789abcdefghi');

export const account: PayAccount = {
  kind: 'pay',
  apiV3Key,
  mchId: '1900000109',
  platformKeys: [
    readPlatformKey(pem(pair.publicKey), serial),
    readPlatformKey(pem(otherPair.publicKey), otherSerial),
  ],
};

export const v2Account: PayV2Account = {
  kind: 'pay-v2',
  key: '192006250b4c09247ec02edce69f6a2d',
  mchId: '1900000109',
};

export const transaction = {
  mchid: '1900000109',
  appid: 'wx1234567890abcdef',
  out_trade_no: 'order-你好-1',
  trade_state: 'SUCCESS',
  amount: { total: '100', currency: 'CNY' },
};

/** The body of a payment that succeeded. */
export function transactionBody(
  resource: Parameters<typeof sealNotification>[0] = transaction,
): string {
  return sealNotification(resource, apiV3Key, {
    id: '00000000-0000-4000-8000-000000000001',
    createTime: '2026-01-01T08:00:00+08:00',
    eventType: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    originalType: 'transaction',
    associatedData: 'transaction',
    nonce: '12charNonce0',
  });
}

/** A body as WeChat Pay would send it. */
export function signed(body: string | Uint8Array, timestamp = String(now / 1000)): RawNotification {
  const options = { timestamp, nonce: 'EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz', serial };
  return {
    headers: signNotification(body, { ...options, privateKey: pair.privateKey }),
    body: Buffer.from(body),
  };
}

/** The notification with one header set to another value, or without it. */
export function withHeader(
  { headers, body }: RawNotification,
  name: string,
  value: string | undefined,
): RawNotification {
  const others = headers.filter(([key]) => key !== name);
  return { headers: value === undefined ? others : [...others, [name, value]], body };
}

function pem(key: typeof pair.publicKey): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

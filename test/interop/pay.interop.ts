import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openNotification, sealNotification } from '../../src/wechat/pay/notification.ts';
import { parseApiV3Key } from '../../src/wechat/pay/api-v3-key.ts';
import { readPlatformKey } from '../../src/wechat/pay/platform-key.ts';
import { signNotification } from '../../src/wechat/pay/signature.ts';
import type { PayAccount } from '../../src/wechat/pay/account.ts';

/** From the package of the interop tests, not from wx-dev's own. */
const load = createRequire(import.meta.url);
const testPeer = test.skipIf(!existsSync(join(import.meta.dirname, 'node_modules')));

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const serial = 'PUB_KEY_ID_0116000000012026010100000000000001';
const key = 'wxdevApiV3Key0123456789abcdefghi';
const apiV3Key = parseApiV3Key(key);
const account: PayAccount = {
  kind: 'pay',
  apiV3Key,
  mchId: '1900000109',
  platformKeys: [readPlatformKey(pair.publicKey, serial)],
};

/** Every length of the trade number shifts what is encrypted by one byte. */
const resources = Array.from({ length: 17 }, (_, index) => ({
  mchid: '1900000109',
  out_trade_no: `订单-😀-${'1'.repeat(index)}`,
  amount: { total: '100', currency: 'CNY' },
}));

const timestamp = String(Math.floor(Date.now() / 1000));
const nonce = 'EeGVYvLCMzbYSqQyTmmm3ZdCqKDnbbdT';

function bodyOf(resource: (typeof resources)[number]): string {
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

function signed(body: string): string {
  const headers = signNotification(body, { privateKey: pair.privateKey, serial, timestamp, nonce });
  return headers.find(([name]) => name === 'Wechatpay-Signature')?.[1] ?? '';
}

/** As much of a notification as its receiver needs. */
interface Sealed {
  readonly resource: Readonly<Record<'ciphertext' | 'associated_data' | 'nonce', string>>;
}

function resourceOf(body: string): Sealed['resource'] {
  return (JSON.parse(body) as Sealed).resource;
}

interface NodeV3 {
  verifySign(given: Record<string, string>): Promise<boolean>;
  decipher_gcm(ciphertext: string, associatedData: string, nonce: string, key: string): unknown;
}

testPeer('wechatpay-node-v3 verifies and decrypts what wx-dev signs and seals', async () => {
  // Its own class, of which only these parts are used.
  const Pay = load('wechatpay-node-v3') as {
    new (config: Record<string, unknown>): NodeV3;
    certificates: Record<string, string>;
  };
  const privateKey = Buffer.from(pair.privateKey);
  const pay = new Pay({
    appid: 'wx1',
    mchid: '1900000109',
    serial_no: serial,
    publicKey: Buffer.from(pair.publicKey),
    privateKey,
    key,
  });
  Pay.certificates[serial] = pair.publicKey; // Else it would ask WeChat Pay for them.
  for (const resource of resources) {
    const body = bodyOf(resource);
    const given = { timestamp, nonce, body, serial, signature: signed(body) };
    expect(await pay.verifySign(given)).toBe(true);
    expect(await pay.verifySign({ ...given, body: `${body} ` })).toBe(false);
    const { ciphertext, associated_data, nonce: iv } = resourceOf(body);
    expect(pay.decipher_gcm(ciphertext, associated_data, iv, key)).toMatchObject({
      out_trade_no: resource.out_trade_no,
    });
  }
});

interface AxiosPlugin {
  readonly Rsa: {
    sign(message: string, key: unknown): string;
    verify(message: string, signature: string, key: unknown): boolean;
  };
  readonly Aes: {
    readonly AesGcm: {
      encrypt(text: string, key: string, iv: string, aad: string): string;
      decrypt(ciphertext: string, key: string, iv: string, aad: string): string;
    };
  };
  readonly Formatter: { response(timestamp: string, nonce: string, body: string): string };
}

testPeer(
  'wechatpay-axios-plugin and wx-dev verify and decrypt what the other signs and seals',
  () => {
    const { Rsa, Aes, Formatter } = load('wechatpay-axios-plugin') as AxiosPlugin; // As above.
    for (const resource of resources) {
      const ours = bodyOf(resource);
      const message = Formatter.response(timestamp, nonce, ours);
      expect(Rsa.verify(message, signed(ours), pair.publicKey)).toBe(true);
      const { ciphertext, associated_data, nonce: iv } = resourceOf(ours);
      const opened = Aes.AesGcm.decrypt(ciphertext, key, iv, associated_data);
      expect(JSON.parse(opened)).toMatchObject({ out_trade_no: resource.out_trade_no });
      const sealed = Aes.AesGcm.encrypt(JSON.stringify(resource), key, iv, associated_data);
      const theirs = ours.replace(ciphertext, () => sealed);
      const signature = Rsa.sign(Formatter.response(timestamp, nonce, theirs), pair.privateKey);
      const raw = {
        headers: [
          ['Wechatpay-Timestamp', timestamp],
          ['Wechatpay-Nonce', nonce],
          ['Wechatpay-Signature', signature],
          ['Wechatpay-Serial', serial],
        ] as const,
        body: Buffer.from(theirs),
      };
      const { resource: fields } = openNotification(raw, account, Date.now());
      expect(fields['out_trade_no']).toBe(resource.out_trade_no);
    }
  },
);

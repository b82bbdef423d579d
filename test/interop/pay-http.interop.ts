import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { payKinds } from '../../src/wechat/sample-pay.ts';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';
import { isInstalled, startPeer, type PeerName, type RunningPeer } from './peers.ts';

/** What the merchant's apps and wx-dev share. */
const merchant = {
  WX_PAY_MCH_ID: '1900000109',
  WX_PAY_API_V3_KEY: 'wxdevApiV3Key0123456789abcdefghi',
  WX_PAY_V2_KEY: 'wxdevPayV2Key0123456789abcdefghi',
};

/** What was opened by the app, in order. */
interface Taken {
  readonly id?: string;
  readonly opened: Readonly<Record<string, unknown>>;
}

/** A merchant's app on a library, and wx-dev beside it in one project. */
interface Shop {
  readonly workspace: Workspace;
  readonly port: number;
  /** Runs `wx-dev send` against the app and gives its JSON. */
  send(...what: string[]): Promise<Record<string, unknown> & { readonly code: number | string }>;
  received(): Promise<readonly Taken[]>;
}

interface PlatformKey {
  readonly serial: string;
  readonly publicKey: string;
  readonly certificate: { readonly serial: string; readonly pem: string };
}

async function openShop(name: PeerName, use: 'key' | 'certificate' = 'key'): Promise<Shop> {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  const options = { cwd: workspace.dir, env: { ...workspace.env, ...merchant } };
  const printed = await runCli(['send', 'pay.key', '--json'], options);
  const key = JSON.parse(printed.stdout) as PlatformKey;
  const known = use === 'key' ? { serial: key.serial, pem: key.publicKey } : key.certificate;
  const peer: RunningPeer = await startPeer(name, 'serve', {
    ...merchant,
    WX_PAY_PLATFORM_SERIAL: known.serial,
    WX_PAY_PLATFORM_PEM: known.pem,
  });
  onTestFinished(() => peer[Symbol.asyncDispose]());
  const { port } = peer;
  return {
    workspace,
    port,
    async send(...what) {
      const path = what[0]?.startsWith('pay.v2.') === true ? '/v2' : '/v3';
      const target = ['--forward-to', `http://127.0.0.1:${port}${path}`, '--json'];
      const { code, stdout, stderr } = await runCli(['send', ...what, ...target], options);
      if (stdout === '') throw new Error(stderr);
      return { ...(JSON.parse(stdout) as Record<string, unknown>), code };
    },
    async received() {
      const response = await fetch(`http://127.0.0.1:${port}/received`);
      return (await response.json()) as Taken[];
    },
  };
}

const shops: readonly PeerName[] = ['wechatpay-node-v3', 'wechatpay-axios-plugin'];

/** Their `decipher_gcm` never calls `final()`, which is what checks the tag: what was changed is opened. wx-dev has to see it. */
const ignoresTag: readonly PeerName[] = ['wechatpay-node-v3'];

describe.each(shops)('a merchant on %s, driven by wx-dev send', (name) => {
  const testPeer = test.skipIf(!isInstalled(name));

  testPeer('takes every notification of v3 and reads what was sent', async () => {
    const shop = await openShop(name);
    const kinds = payKinds.filter((kind) => !/^pay\.(?:v2\.|probe)/u.test(kind));
    expect(kinds.length).toBeGreaterThan(10);
    for (const kind of [...kinds, 'pay:entrust.pay']) {
      const sent = await shop.send(kind, '--set', 'attach=订单 <&> 😀');
      expect(sent, kind).toMatchObject({ code: 0, accepted: true, status: 204 });
      const { opened } = (await shop.received()).at(-1) ?? {};
      expect(opened).toMatchObject({ attach: '订单 <&> 😀' });
    }
    await shop.send('pay.success', '--out-trade-no', 'ORDER1', '--set', 'amount.total=1');
    const { opened } = (await shop.received()).at(-1) ?? {};
    expect(opened).toMatchObject({ out_trade_no: 'ORDER1', amount: { total: 1 } });
    await shop.send('pay.refund', '--out-trade-no', 'ORDER1');
    expect((await shop.received()).at(-1)?.opened).toMatchObject({
      out_trade_no: 'ORDER1',
      refund_status: 'SUCCESS',
    });
  });

  testPeer('takes what a certificate signs', async () => {
    const shop = await openShop(name, 'certificate');
    expect(await shop.send('pay.success')).toMatchObject({ code: 4, status: 401 });
    expect(await shop.send('pay.success', '--platform-cert')).toMatchObject({
      code: 0,
      status: 204,
    });
  });

  testPeer('refuses what is forged, and the signature probe', async () => {
    const shop = await openShop(name);
    for (const tamper of ['signature', 'timestamp']) {
      const sent = await shop.send('pay.success', '--tamper', tamper);
      expect(sent, tamper).toMatchObject({ code: 0, status: 401, accepted: true });
    }
    expect(await shop.send('pay.probe')).toMatchObject({ code: 0, status: 401, accepted: true });
    expect(await shop.received()).toEqual([]);
    const broken = await shop.send('pay.success', '--tamper', 'cipher');
    expect(broken).toMatchObject(
      ignoresTag.includes(name)
        ? { code: 7, accepted: false, faults: [{ code: 'WXD6049' }] }
        : { code: 0, status: 401, accepted: true },
    );
  });

  testPeer('gets every byte through serve, and serve sees what it answers', async () => {
    const shop = await openShop(name);
    const { workspace, port } = shop;
    const options = { cwd: workspace.dir, env: { ...workspace.env, ...merchant } };
    const target = `http://127.0.0.1:${port}/v3`;
    const args = ['serve', '--port', '0', '--json', '--path', '/v3', '--forward-to', target];
    const env = { ...options.env, WX_DEV_KIND: 'pay' };
    await using serve = startCli(args, { ...options, env });
    const { local } = await serve.waitFor(isReady);
    const send = ['send', 'pay.success', '--out-trade-no', 'ORDER2', '--json'];
    const to = ['--forward-to', `${String(local)}/v3`];
    const sent = await runCli([...send, ...to], options);
    expect(JSON.parse(sent.stdout)).toMatchObject({ accepted: true, status: 204 });
    const forged = await runCli([...send, ...to, '--tamper', 'signature'], options);
    expect(JSON.parse(forged.stdout)).toMatchObject({ status: 401 });
    const [good, bad] = [
      await serve.waitFor(({ verdict }) => verdict === 'ok'),
      await serve.waitFor(({ verdict }) => verdict === 'rejected'),
    ];
    expect(good).toMatchObject({ type: 'pay.transaction.success', status: 204 });
    expect(bad).toMatchObject({ status: 401, error: { code: 'WXD1121' } });
    expect(await shop.received()).toHaveLength(1);
  });
});

const axios: PeerName = 'wechatpay-axios-plugin';
const testAxios = test.skipIf(!isInstalled(axios));

testAxios('a merchant on wechatpay-axios-plugin takes payments and refunds of v2', async () => {
  const shop = await openShop(axios);
  const order = ['--out-trade-no', 'ORDER3'];
  expect(await shop.send('pay.v2.success', ...order)).toMatchObject({ code: 0, status: 200 });
  expect(await shop.send('pay.v2.refund', ...order)).toMatchObject({ code: 0, status: 200 });
  expect((await shop.received()).map(({ opened }) => opened)).toMatchObject([
    { out_trade_no: 'ORDER3', total_fee: '100' },
    { out_trade_no: 'ORDER3', refund_status: 'SUCCESS' },
  ]);
  const forged = await shop.send('pay.v2.success', '--tamper', 'signature');
  expect(forged).toMatchObject({ code: 0, status: 401, accepted: true });
  const broken = await shop.send('pay.v2.refund', '--tamper', 'cipher');
  expect(broken).toMatchObject({ code: 0, status: 401, accepted: true });
  expect(await shop.received()).toHaveLength(2);
});

/** As much of the library as signs. */
interface AxiosPlugin {
  readonly Rsa: { sign(message: string, key: unknown): string };
  readonly Aes: {
    readonly AesGcm: { encrypt(text: string, key: string, iv: string, aad: string): string };
  };
  readonly Formatter: {
    response(timestamp: string, nonce: string, body: string): string;
    nonce(size?: number): string;
  };
}

testAxios('serve takes what wechatpay-axios-plugin signs and encrypts', async () => {
  const { Aes, Formatter, Rsa } = createRequire(import.meta.url)(axios) as AxiosPlugin;
  await using workspace = await createWorkspace();
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const serial = 'PUB_KEY_ID_0116000000012026010100000000000001';
  await writeFile(join(workspace.dir, 'platform.pem'), pair.publicKey);
  await using serve = startCli(['serve', '--port', '0', '--json'], {
    cwd: workspace.dir,
    env: {
      ...workspace.env,
      ...merchant,
      WX_DEV_KIND: 'pay',
      WX_PAY_PLATFORM_KEY: 'platform.pem',
      WX_PAY_PLATFORM_KEY_ID: serial,
    },
  });
  const { local } = await serve.waitFor(isReady);
  const notify = async (orderNumber: string, spoil = ''): Promise<number> => {
    const resource = { mchid: merchant.WX_PAY_MCH_ID, out_trade_no: orderNumber };
    const iv = Formatter.nonce(12);
    const ciphertext = Aes.AesGcm.encrypt(
      JSON.stringify(resource),
      merchant.WX_PAY_API_V3_KEY,
      iv,
      'transaction',
    );
    const body = JSON.stringify({
      id: `id-${orderNumber}`,
      create_time: '2026-01-01T08:00:00+08:00',
      event_type: 'TRANSACTION.SUCCESS',
      resource_type: 'encrypt-resource',
      resource: {
        algorithm: 'AEAD_AES_256_GCM',
        original_type: 'transaction',
        associated_data: 'transaction',
        nonce: iv,
        ciphertext,
      },
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const nonce = Formatter.nonce();
    const response = await fetch(`${String(local)}/wx`, {
      method: 'POST',
      body: body + spoil,
      headers: {
        'Wechatpay-Timestamp': timestamp,
        'Wechatpay-Nonce': nonce,
        'Wechatpay-Serial': serial,
        'Wechatpay-Signature': Rsa.sign(
          Formatter.response(timestamp, nonce, body),
          pair.privateKey,
        ),
      },
    });
    return response.status;
  };
  for (let length = 1; length <= 17; length += 1) {
    expect(await notify(`订单😀${'1'.repeat(length)}`)).toBe(204);
  }
  expect(await notify('forged', ' ')).toBe(403);
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { pairHeaders } from '../../src/core/http-message.ts';
import { parseV2Key } from '../../src/wechat/pay/account.ts';
import { parseApiV3Key } from '../../src/wechat/pay/api-v3-key.ts';
import { openPayMessage, type PayMessage } from '../../src/wechat/pay/message.ts';
import { readPlatformKey } from '../../src/wechat/pay/platform-key.ts';
import { payV2Success } from '../../src/wechat/pay/v2-notification.ts';
import { createWechat } from '../../src/testing/index.ts';
import { createWorkspace, type RunResult } from '../helpers/cli.ts';
import { runInProcess } from './in-process.ts';

const keys = {
  WX_PAY_API_V3_KEY: 'apiV3KeyOfThirtyTwoCharacters012',
  WX_PAY_V2_KEY: 'v2KeyOfThirtyTwoCharacters123456',
  WX_PAY_MCH_ID: '1900009999',
};

interface Shop {
  readonly paid: PayMessage[];
  /** Paths of what came at all. */
  readonly asked: string[];
  run(scenario: object, more?: Record<string, string>, ...flags: string[]): Promise<RunResult>;
}

/** An app that answers a follower with the number of an order, and takes payments of both versions. */
async function openShop(): Promise<Shop> {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  const options = { cwd: workspace.dir, env: { ...workspace.env, ...keys } };
  const printed = await runInProcess(['send', 'pay.key', '--json'], options);
  const key = JSON.parse(printed.stdout) as Record<'serial' | 'publicKey', string>;
  const v3 = {
    kind: 'pay',
    apiV3Key: parseApiV3Key(keys.WX_PAY_API_V3_KEY),
    platformKeys: [readPlatformKey(key.publicKey, key.serial)],
  } as const;
  const v2 = { kind: 'pay-v2', key: parseV2Key(keys.WX_PAY_V2_KEY) } as const;
  const paid: PayMessage[] = [];
  const asked: string[] = [];
  const app = createServer((request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    asked.push(path);
    void buffer(request).then((body) => {
      if (path === '/wx') {
        const reply =
          '<xml><ToUserName>oBuyer</ToUserName><FromUserName>gh_0f1e2d3c4b5a</FromUserName>' +
          '<CreateTime>1767225600</CreateTime><MsgType>text</MsgType><Content>ORDER7</Content></xml>';
        return response.end(reply);
      }
      const headers = pairHeaders(request.rawHeaders);
      try {
        paid.push(openPayMessage({ headers, body }, path === '/v2' ? v2 : v3, Date.now()));
      } catch {
        return response.writeHead(401).end();
      }
      return path === '/v2' ? response.end(payV2Success) : response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void app.close());
  const { port } = app.address() as AddressInfo; // It listens.
  return {
    paid,
    asked,
    run: async (scenario, more = {}, ...flags) => {
      await writeFile(join(workspace.dir, 'buy.json'), JSON.stringify(scenario));
      return runInProcess(['send', './buy.json', '-f', String(port), ...flags], {
        ...options,
        env: { ...options.env, ...more },
      });
    },
  };
}

test('a follower orders, pays, and gets the money back', async () => {
  const shop = await openShop();
  const scenario = {
    from: 'oBuyer',
    steps: [
      { send: 'text', content: 'order', save: { order: 'reply.Content' } },
      {
        send: 'pay.success',
        path: '/v3',
        content: '${order}',
        set: { 'amount.total': '7' },
        expect: { status: '204', ms: '<60000' },
      },
      { send: 'pay.refund', path: '/v3', content: '${order}' },
      { send: 'pay.v2.success', path: '/v2', content: '${order}' },
      { send: 'pay.success', path: '/v3', tamper: 'cipher', expect: { status: '401' } },
      { send: 'pay.probe', path: '/v3' },
    ],
  };
  const { code, stdout } = await shop.run(scenario, {}, '--mode', 'plain');
  expect(code, stdout).toBe(0);
  expect(stdout).toContain('# passed 6, failed 0');
  expect(shop.paid.map(({ event, resource }) => [event, resource['out_trade_no']])).toEqual([
    ['pay.transaction.success', 'ORDER7'],
    ['pay.refund.success', 'ORDER7'],
    ['pay.v2.payment', 'ORDER7'],
  ]);
  expect(shop.paid[0]?.resource).toMatchObject({
    mchid: '1900009999',
    payer: { openid: 'oBuyer' },
    amount: { total: '7' },
  });
});

test('payments alone need no account but the merchant', async () => {
  const shop = await openShop();
  const steps = [{ send: 'pay.success', path: '/v3' }];
  const { code, stdout, stderr } = await shop.run({ steps }, { WX_DEV_KIND: 'pay' });
  expect(code, stdout + stderr).toBe(0);
  const mixed = await shop.run({ steps: [...steps, { send: 'text' }] }, { WX_DEV_KIND: 'pay' });
  expect(mixed.code).toBe(3);
  expect(mixed.stderr).toContain('WXD6032');
  const keyless = await shop.run({ steps }, { WX_PAY_API_V3_KEY: '' });
  expect(keyless.stderr).toContain('WXD6031');
  expect(shop.asked).toEqual(['/v3']);
});

test.each([
  [{ send: 'pay.sucess' }, 'pay.success'],
  [{ send: 'pay.success', data: {} }, '"data"'],
  [{ send: 'pay.success', scene: '1' }, '"scene"'],
  [{ send: 'pay.v2.refund', tamper: 'signature' }, 'expected cipher'],
  [{ send: 'pay.success', tamper: 'padding' }, 'expected signature, timestamp, cipher'],
])('before anything is sent, %j is refused', async (step, said) => {
  const shop = await openShop();
  const { code, stderr } = await shop.run({ steps: [{ send: 'text' }, step] });
  expect(code).toBe(2);
  expect(stderr).toContain('WXD6045');
  expect(stderr).toContain(said);
  expect(shop.asked).toEqual([]);
});

test('where no project has keys, a step that pays fails and says so', async () => {
  const wechat = createWechat({ url: 'http://127.0.0.1:1/wx', token: 'testToken1' });
  const report = await wechat.scenario({ steps: [{ send: 'pay.success' }] });
  expect(report.steps).toMatchObject([{ result: 'failed', errors: [{ code: 'WXD6050' }] }]);
});

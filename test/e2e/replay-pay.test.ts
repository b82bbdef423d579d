import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { pairHeaders } from '../../src/core/http-message.ts';
import { parseV2Key, type AnyPayAccount } from '../../src/wechat/pay/account.ts';
import { parseApiV3Key } from '../../src/wechat/pay/api-v3-key.ts';
import { openPayMessage, type PayMessage } from '../../src/wechat/pay/message.ts';
import { readPlatformKey } from '../../src/wechat/pay/platform-key.ts';
import { payV2Success } from '../../src/wechat/pay/v2-notification.ts';
import { runInProcess } from '../cli/in-process.ts';
import {
  createWorkspace,
  isReady,
  startCli,
  type RunResult,
  type Workspace,
} from '../helpers/cli.ts';

const merchant = {
  WX_PAY_API_V3_KEY: 'apiV3KeyOfThirtyTwoCharacters012',
  WX_PAY_V2_KEY: 'v2KeyOfThirtyTwoCharacters123456',
  WX_PAY_MCH_ID: '1900009999',
};

interface Printed {
  readonly serial: string;
  readonly publicKey: string;
  readonly certificate: { readonly pem: string };
}

/** A merchant behind `serve`, which records; what both got is in `received`. */
interface Shop {
  readonly received: { readonly message: PayMessage; readonly body: string }[];
  answer: { status: number; text: string };
  run(...args: string[]): Promise<RunResult>;
  /** The same, straight to the app. */
  direct(...args: string[]): Promise<RunResult>;
  /** What the commands get from now on; `serve` has been started already. */
  readonly env: Record<string, string>;
}

async function openShop(kind: 'pay' | 'pay-v2'): Promise<Shop> {
  const workspace: Workspace = await createWorkspace();
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  const env: Record<string, string> = { ...workspace.env, ...merchant, WX_DEV_KIND: kind };
  const options = { cwd: workspace.dir, env };
  const run = (...args: string[]): Promise<RunResult> => runInProcess(args, options);
  const key = JSON.parse((await run('send', 'pay.key', '--json')).stdout) as Printed;
  const account: AnyPayAccount =
    kind === 'pay'
      ? {
          kind,
          apiV3Key: parseApiV3Key(merchant.WX_PAY_API_V3_KEY),
          platformKeys: [
            readPlatformKey(key.publicKey, key.serial),
            readPlatformKey(key.certificate.pem),
          ],
        }
      : { kind, key: parseV2Key(merchant.WX_PAY_V2_KEY) };
  const received: Shop['received'] = [];
  const answer = kind === 'pay' ? { status: 204, text: '' } : { status: 200, text: payV2Success };
  const app = createServer((request, response) => {
    void buffer(request).then((body) => {
      const raw = { headers: pairHeaders(request.rawHeaders), body };
      try {
        const message = openPayMessage(raw, account, Date.now());
        received.push({ message, body: body.toString() });
        response.writeHead(shop.answer.status).end(shop.answer.text);
      } catch (error) {
        response.writeHead(401).end(String(error));
      }
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void app.close());
  const target = `http://127.0.0.1:${(app.address() as AddressInfo).port}/notify`; // It listens.
  const serve = startCli(['serve', '-p', '0', '--json', '-f', target], options);
  onTestFinished(() => serve[Symbol.asyncDispose]());
  await serve.waitFor(isReady);
  const direct = (...args: string[]): Promise<RunResult> => run(...args, '-f', target);
  const shop: Shop = { received, answer, run, direct, env };
  return shop;
}

async function recordedOf(shop: Shop, ...what: string[]): Promise<PayMessage> {
  const { code, stdout, stderr } = await shop.run('send', ...what);
  expect(code, stdout + stderr).toBe(0);
  const { message } = shop.received.at(-1) ?? {};
  // It is written once the answer is out.
  await vi.waitFor(async () => {
    const { stdout: listed } = await shop.run('logs', '--json');
    expect(listed).toContain(`"msgId":${JSON.stringify(message?.id)}`);
  });
  if (message === undefined) throw new Error('nothing was received');
  return message;
}

test('a payment is signed and encrypted anew, as another notification or the same', async () => {
  const shop = await openShop('pay');
  const first = await recordedOf(shop, 'pay.success', 'ORDER订单1', '--set', 'attach=😀 <&>');
  const again = await shop.direct('replay', 'last', '--json');
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ id: 1, status: 204, accepted: true });
  const [original, repeated] = shop.received;
  expect(repeated?.message).toMatchObject({ event: first.event, text: first.text });
  expect(repeated?.message.id).not.toBe(first.id);
  expect(repeated?.body).not.toBe(original?.body);
  await shop.direct('replay', '1', '--same-id');
  expect(shop.received.at(-1)?.message).toMatchObject({ id: first.id, text: first.text });
});

test('a payment is edited before it is sealed, and goes through what runs in the project', async () => {
  const shop = await openShop('pay');
  await recordedOf(shop, 'pay.refund', '--platform-cert');
  const { code, stdout } = await shop.run('replay', 'last', '--set', 'amount.refund=7');
  expect(code, stdout).toBe(0);
  expect(shop.received.at(-1)?.message.text).toContain('"refund":7');
  expect(shop.received.at(-1)?.message.resource['amount']).toMatchObject({ refund: '7' });
});

test('the answers to a payment are compared, and a refusal is no success', async () => {
  const shop = await openShop('pay');
  await recordedOf(shop, 'pay.success');
  shop.answer = { status: 500, text: '{"code":"FAIL","message":"no stock"}' };
  const { code, stdout } = await shop.direct('replay', 'last', '--diff');
  expect(code).toBe(7);
  expect(stdout).toMatch(/^ {2}- HTTP 204$/m);
  expect(stdout).toMatch(/^ {2}\+ HTTP 500$/m);
  expect(stdout).toContain('no stock');
  expect(stdout).not.toContain('follower');
});

test('v2: a payment and a refund are signed or encrypted anew', async () => {
  const shop = await openShop('pay-v2');
  await recordedOf(shop, 'pay.v2.success', 'ORDER2');
  await recordedOf(shop, 'pay.v2.refund', 'ORDER2');
  const { code, stdout, stderr } = await shop.direct('replay', '1..2');
  expect(code, stdout + stderr).toBe(0);
  const [payment, refund, paidAgain, refundedAgain] = shop.received;
  expect(paidAgain?.message.resource).toMatchObject({ out_trade_no: 'ORDER2', total_fee: '100' });
  expect(paidAgain?.body).not.toBe(payment?.body);
  const { nonce_str: _fresh, ...same } = refund?.message.resource ?? {};
  expect(refundedAgain?.message.resource).toMatchObject(same);
  expect(refundedAgain?.body).not.toBe(refund?.body);
  await shop.direct('replay', '1..2', '--same-id');
  expect(shop.received.slice(-2).map(({ body }) => body)).toEqual([payment?.body, refund?.body]);
  await shop.direct('replay', '1..2', '--set', 'total_fee=1');
  for (const { message } of shop.received.slice(-2)) {
    expect(message.resource['total_fee']).toBe('1');
  }
});

test('v2: a refund of another key is not repeated, and it says why', async () => {
  const shop = await openShop('pay-v2');
  await recordedOf(shop, 'pay.v2.refund');
  shop.env['WX_PAY_V2_KEY'] = 'anotherKeyOfThirtyTwoCharacters1';
  const { code, stderr } = await shop.direct('replay', 'last');
  expect(code).toBe(3);
  expect(stderr).toContain('WXD6062');
  expect(stderr).toContain('WX_PAY_V2_KEY');
  expect(shop.received).toHaveLength(1);
});

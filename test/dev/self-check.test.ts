import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { say } from '../../src/core/errors.ts';
import { selfCheck } from '../../src/dev/self-check.ts';
import { createAccount } from '../../src/wechat/account.ts';
import { payV2Success } from '../../src/wechat/pay/v2-notification.ts';
import { account, v2Account } from '../wechat/pay/support.ts';

/** A URL that answers everything alike, and what it got. */
async function startApp(status: number, body = ''): Promise<{ url: string; got: string[] }> {
  const got: string[] = [];
  const server = createServer((request, response) => {
    got.push(`${request.method} ${String(request.headers['wechatpay-signature'] ?? '')}`);
    request.resume();
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/wx`, got };
}

describe('the check of a notify_url', () => {
  test.each([401, 403, 400, 500])('takes %i for a refusal of the probe', async (status) => {
    const { url, got } = await startApp(status);
    expect(await selfCheck({ url, account })).toMatchObject({ ok: true });
    expect(got).toEqual([expect.stringMatching(/^POST WECHATPAY\/SIGNTEST\//)]);
  });

  test.each([
    [200, 'not checked'],
    [204, 'not checked'],
    [404, 'HTTP 404'],
    [502, 'HTTP 502'],
  ])('says what is wrong with %i', async (status, reason) => {
    const { url } = await startApp(status);
    const result = await selfCheck({ url, account });
    expect(result).toMatchObject({ ok: false, status, error: { code: 'WXD4015' } });
    if (!result.ok) expect(say(result.error.details.reason, 'en')).toContain(reason);
  });

  test('of v2 takes any answer but SUCCESS for a refusal', async () => {
    const right = await startApp(200, payV2Success.replace('SUCCESS', 'FAIL'));
    expect(await selfCheck({ url: right.url, account: v2Account })).toMatchObject({ ok: true });
    const wrong = await startApp(200, payV2Success);
    expect(await selfCheck({ url: wrong.url, account: v2Account })).toMatchObject({ ok: false });
  });

  test('says that nobody listens', async () => {
    const result = await selfCheck({ url: 'http://127.0.0.1:1/wx', account });
    expect(result).toMatchObject({ ok: false, status: 0 });
  });
});

test('a platform, whose URL no console verifies, may answer anything but a gateway error', async () => {
  const platform = createAccount({
    kind: 'component',
    token: 'platformToken',
    appId: 'wxc',
    aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  });
  const any = await startApp(405);
  expect(await selfCheck({ url: any.url, account: platform })).toMatchObject({ ok: true });
  const none = await startApp(502);
  expect(await selfCheck({ url: none.url, account: platform })).toMatchObject({ ok: false });
});
